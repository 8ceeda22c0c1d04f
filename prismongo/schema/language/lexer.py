"""The words of one line of schema.prisma; `lines` reads fields, attributes and settings from them.

Prisma's schema language is a language of lines: a field, an attribute of a block and a setting
each end with their line, so a line is what is cut into tokens.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# A path may hold dots and hyphens (`db.ObjectId`, `address.city`); which of them is a fit name is
# asked later. Digits that letters follow are a path, not a number.
_TOKEN: Final = re.compile(
    r"""(?P<comment>//.*)
      |(?P<string>"(?:\\.|[^"\\\x00-\x1f])*")
      |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.-]))
      |(?P<path>[A-Za-z0-9][A-Za-z0-9_-]*(?:\.(?:[A-Za-z0-9][A-Za-z0-9_-]*)?)*)
      |(?P<sign>@@|[@()\[\]{},:=?!])
      |(?P<space>\s+)
      |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A word of a line: its kind (a sign is its own kind), its text, its column from 1."""

    kind: str
    text: str
    column: int


END: Final = Token("end", "", 0)


def tokenize(line: str, column: int = 1) -> list[Token]:
    """Cut a line, without its line break, into tokens; blanks are left out.

    `column` is where the line starts, for the rest of a line that was read in part.
    """
    tokens = []
    for match in _TOKEN.finditer(line):
        kind = match.lastgroup or "other"
        if kind != "space":
            text = match.group()
            tokens.append(Token(text if kind == "sign" else kind, text, match.start() + column))
    return tokens


def split_lines(text: str) -> list[str]:
    """The lines of a text, by the line breaks that Prisma knows: LF, CRLF and CR."""
    return re.split(r"\r\n|\n|\r", text)
