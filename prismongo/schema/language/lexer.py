"""Splits text into tokens, one line at a time (`tokenize`), and knows its positions (`Source`).

In Prisma's schema language a field, an attribute of a block and a setting each end with their line.
Only a block comment, `/* … */`, may contain ends of lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final, NamedTuple

from prismongo.schema.datamodel import Position

BLANK: Final = r"[\t\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"  # Unicode's spaces, the tab
BREAK: Final = r"(?:\r\n|\n|\r)"
# A name begins with a letter of any script or with a digit. What Python calls a letter or a digit
# here is more than Prisma takes: `is_name` asks for the rest.
NAME: Final = r"[^\W_][\w-]*"

_BREAK: Final = re.compile(BREAK)
_BLANKS: Final = re.compile(f"{BLANK}*")
_COMMENT: Final = re.compile(rf"//[^\n\r]*{BREAK}?|/\*(?s:.*?)\*/(?:{BLANK}*{BREAK})?")
# A path may hold dots and hyphens (`db.ObjectId`, `address.city`); which of them is a fit name is
# asked later. Digits that letters follow are a path, not a number.
_TOKEN: Final = re.compile(
    rf"""(?P<comment>//[^\n\r]*|/\*(?s:.*?)\*/)
      |(?P<string>"(?:\\[^\n\r]|[^"\\\x00-\x1f])*")
      |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.-]))
      |(?P<path>{NAME}(?:\.(?:{NAME})?)*)
      |(?P<sign>@@|[@()\[\]{{}},:=?!])
      |(?P<space>{BLANK}+)
      |(?P<break>{BREAK})
      |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A word of a line: its kind (a sign is its own kind), its text, where it starts."""

    kind: str
    text: str
    start: int


END: Final = Token("end", "", 0)


class Source:
    """A text, and where things are in it; places are counted from 0."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def position(self, at: int) -> Position:
        """Line and column of a place."""
        line = bisect_right(self._starts, at)
        return Position(line, at - self._starts[line - 1] + 1)

    def place(self, position: Position) -> int:
        """The place of a line and a column."""
        return self._starts[position.line - 1] + position.column - 1

    def after_blanks(self, at: int) -> int:
        """The place behind the blanks that start here; there may be none."""
        found = _BLANKS.match(self.text, at)
        return found.end() if found else at

    def after_break(self, at: int) -> int:
        """The place behind the end of a line that is here; the same place where none is."""
        found = _BREAK.match(self.text, at)
        return found.end() if found else at

    def after_line(self, at: int) -> int:
        """The start of the next line, or the end of the text."""
        found = _BREAK.search(self.text, at)
        return found.end() if found else len(self.text)

    def comment(self, at: int) -> str | None:
        """The comment that starts here, with the end of its line; None where none does."""
        found = _COMMENT.match(self.text, at)
        return found.group() if found else None

    def tokenize(self, at: int) -> tuple[list[Token], int]:
        """The tokens up to the end of the line, and the start of the next; blanks are left out."""
        tokens: list[Token] = []
        for match in _TOKEN.finditer(self.text, at):
            kind, text = match.lastgroup or "other", match.group()
            if kind == "break":
                return tokens, match.end()
            if kind == "path" and not is_name(text):
                kind = "other"
            if kind != "space":
                tokens.append(Token(text if kind == "sign" else kind, text, match.start()))
        return tokens, len(self.text)


def is_name(text: str) -> bool:
    """Whether a path or a name has no character but Prisma's: letters, 0 to 9, `_`, `-` and `.`."""
    return text.isascii() or all(letter.isalpha() or letter in "0123456789_-." for letter in text)
