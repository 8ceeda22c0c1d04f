"""Text → syntax tree: the blocks of a schema (`read`); `contents` reads the lines in them.

Follows Prisma's grammar (prisma-engines, `schema-ast/src/parser/datamodel.pest`): a block opens
with the end of a line and closes with a line that starts with `}`. A line that does not fit is
refused alone, and reading goes on, so that the first refusal in the text is the one reported.
"""

from __future__ import annotations

import re
from typing import Final, get_args

from prismongo.schema.datamodel import Position
from prismongo.schema.errors import PlacedError, refuse
from prismongo.schema.language.contents import Contents
from prismongo.schema.language.lexer import split_lines
from prismongo.schema.language.lines import documentation_of
from prismongo.schema.language.syntax import Block, BlockKeyword, Schema

_KEYWORDS: Final = "|".join(get_args(BlockKeyword))
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_HEADER: Final = re.compile(rf"\s*(?P<keyword>{_KEYWORDS})\s*(?P<name>{_NAME})\s*\{{")
_ALIAS: Final = re.compile(rf"\s*type\s*{_NAME}\s*=")
_UNKNOWN_BLOCK: Final = re.compile(rf"\s*{_NAME}\s*\{{")

_NO_KEYWORD: Final = "This line is invalid. It does not start with any known Prisma schema keyword."
_NO_BLOCK: Final = (
    "This block is invalid. It does not start with any known Prisma schema keyword. "
    "Valid keywords include 'model', 'enum', 'type', 'datasource' and 'generator'."
)
_NO_ALIAS: Final = (
    "Invalid type definition. Please check the documentation in https://pris.ly/d/composite-types"
)


def read(text: str) -> Schema:
    """Read the text of a schema.prisma into its syntax tree.

    Raises:
        RefusalError: a line or a block does not fit the grammar; the first one in the text.
    """
    return _Reader(split_lines(text)).schema()


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._refusals: list[PlacedError] = []
        # The comment above the next block. Prisma does not use up the one above a datasource or a
        # generator: it documents the next block that takes one.
        self._documentation: str | None = None

    def schema(self) -> Schema:
        """Every block of the text, or the first refusal."""
        blocks: list[Block] = []
        comments: list[str] | None = None
        while self._at < len(self._lines):
            line = self._lines[self._at]
            stripped = line.lstrip()
            if stripped.startswith("//"):
                comments = [*(comments or []), *documentation_of(stripped)]
                self._at += 1
                continue
            if stripped:
                blocks += self._top(line, comments)
            else:
                self._at += 1
            comments = None
        if self._refusals:
            raise self._refusals[0]
        return Schema(tuple(blocks))

    def _top(self, line: str, comments: list[str] | None) -> list[Block]:
        start = self._at
        if header := _HEADER.match(line):
            if comments is not None:
                self._documentation = "\n".join(comments) if comments else None
            contents = Contents(header["keyword"], header["name"])  # type: ignore[arg-type]  # one of _KEYWORDS
            refusals = len(self._refusals)
            if self._contents(contents):
                return [self._block(contents, header, start)]
            # Prisma's parser gives the block up here, and with it what was wrong inside.
            del self._refusals[refusals:]
        elif _UNKNOWN_BLOCK.match(line) and self._skip_block():
            self._refuse(_NO_BLOCK, start)
            return []
        self._at = start + 1
        self._refuse(_NO_ALIAS if _ALIAS.match(line) else _NO_KEYWORD, start)
        return []

    def _refuse(self, message: str, at: int) -> None:
        line = self._lines[at]
        column = len(line) - len(line.lstrip()) + 1
        self._refusals.append(refuse(message, Position(at + 1, column)))

    def _skip_block(self) -> bool:
        for at in range(self._at + 1, len(self._lines)):
            if "}" in self._lines[at]:
                self._at = at + 1
                return True
        return False

    def _block(self, contents: Contents, header: re.Match[str], start: int) -> Block:
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
            position=Position(start + 1, header.start("keyword") + 1),
            name_position=Position(start + 1, header.start("name") + 1),
        )

    def _contents(self, contents: Contents) -> bool:
        """Read lines up to the closing brace; whether there was one."""
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            stripped = line.lstrip()
            self._at += 1
            if stripped.startswith("}"):
                self._close(stripped[1:])
                return True
            if stripped.startswith("//"):
                contents.comment(stripped)
            else:
                contents.line(line, self._at, self._refusals)
        return False

    def _close(self, rest: str) -> None:
        if rest.strip() and not rest.lstrip().startswith("//"):
            line = self._lines[self._at - 1]
            column = len(line) - len(rest.lstrip()) + 1
            self._refusals.append(refuse(_NO_KEYWORD, Position(self._at, column)))
