"""Text → syntax tree: the blocks of a schema (`read`); `contents` reads the lines in them.

Follows Prisma's grammar (prisma-engines, `schema-ast/src/parser/datamodel.pest`): a block opens
with the end of a line and closes where a line starts with `}`. A line that does not fit is refused
alone, and reading goes on.
"""

from __future__ import annotations

import re
from typing import Final, get_args

from prismongo.schema.errors import Mistakes, refuse
from prismongo.schema.language.contents import Contents
from prismongo.schema.language.lexer import BLANK, BREAK, NAME, Source, is_name
from prismongo.schema.language.lines import documentation_of
from prismongo.schema.language.syntax import Block, BlockKeyword, Schema

_KEYWORDS: Final = "|".join(get_args(BlockKeyword))
_OPEN: Final = rf"{BLANK}*\{{[^\n\r]*{BREAK}"
_HEADER: Final = re.compile(rf"(?P<keyword>{_KEYWORDS}){BLANK}*(?P<name>{NAME}){_OPEN}")
_ALIAS: Final = re.compile(rf"type{BLANK}*{NAME}{BLANK}*={BLANK}*{NAME}")
_UNKNOWN_BLOCK: Final = re.compile(rf"{NAME}{_OPEN}[^}}]*\}}")

_NO_KEYWORD: Final = "This line is invalid. It does not start with any known Prisma schema keyword."
_NO_BLOCK: Final = (
    "This block is invalid. It does not start with any known Prisma schema keyword. "
    "Valid keywords include 'model', 'enum', 'type', 'datasource' and 'generator'."
)
_NO_ALIAS: Final = (
    "Invalid type definition. Please check the documentation in https://pris.ly/d/composite-types"
)


def read(text: str, mistakes: Mistakes) -> Schema:
    """Read the text of a schema.prisma into its syntax tree, without the lines that do not fit.

    Those are added to `mistakes`.
    """
    return _Reader(text, mistakes).schema()


class _Reader:
    def __init__(self, text: str, mistakes: Mistakes) -> None:
        self._source = Source(text)
        self._at = 0
        self._refusals = mistakes.found
        # The comment above the next block. Prisma does not use up the one above a datasource or a
        # generator: it documents the next block that takes one.
        self._documentation: str | None = None

    def schema(self) -> Schema:
        """Every block of the text."""
        blocks: list[Block] = []
        comments: list[str] | None = None
        while not self._at_end():
            if (comment := self._source.comment(self._at)) is not None:
                comments = [*(comments or []), *documentation_of(comment)]
                self._at += len(comment)
                continue
            after = self._source.after_break(self._at)
            if after == self._at:
                blocks += self._top(comments)
            else:
                self._at = after
            comments = None
        return Schema(tuple(blocks))

    def _at_end(self) -> bool:
        """Whether nothing but blanks is left; they are skipped."""
        self._at = self._source.after_blanks(self._at)
        return self._at >= len(self._source.text)

    def _top(self, comments: list[str] | None) -> list[Block]:
        start, text = self._at, self._source.text
        header = _HEADER.match(text, start)
        if header and is_name(header["name"]):
            if comments is not None:
                self._documentation = "\n".join(comments) if comments else None
            contents = Contents(header["keyword"], header["name"], self._source)  # type: ignore[arg-type]  # one of _KEYWORDS
            refusals = len(self._refusals)
            self._at = header.end()
            if self._contents(contents):
                return [self._block(contents, header)]
            # Prisma's parser gives the block up here, and with it what was wrong inside.
            del self._refusals[refusals:]
        elif (unknown := _UNKNOWN_BLOCK.match(text, start)) and not _ALIAS.match(text, start):
            self._refuse(_NO_BLOCK, start)
            self._at = unknown.end()
            return []
        self._at = self._source.after_line(start)
        self._refuse(_NO_ALIAS if _ALIAS.match(text, start) else _NO_KEYWORD, start)
        return []

    def _refuse(self, message: str, at: int) -> None:
        self._refusals.append(refuse(message, self._source.position(at)))

    def _block(self, contents: Contents, header: re.Match[str]) -> Block:
        if contents.keyword in {"datasource", "generator"}:
            documentation = contents.documentation([])
        else:
            documentation, self._documentation = self._documentation, None
        return Block(
            keyword=contents.keyword,
            name=contents.name,
            fields=tuple(contents.fields),
            members=tuple(contents.members),
            settings=tuple(contents.settings),
            attributes=tuple(contents.attributes),
            documentation=documentation,
            position=self._source.position(header.start("keyword")),
            name_position=self._source.position(header.start("name")),
            behind=self._source.position(max(header.end(), contents.behind)),
            end=self._source.position(self._at - 1),
        )

    def _contents(self, contents: Contents) -> bool:
        """Read lines up to the closing brace; whether there was one."""
        while not self._at_end():
            if self._source.text[self._at] == "}":
                self._at += 1
                return True
            if (comment := self._source.comment(self._at)) is not None:
                contents.comment(comment)
                self._at += len(comment)
            else:
                self._at = contents.line(self._at, self._refusals)
        return False
