"""Text → syntax tree: blocks and the lines in them (`read`).

Follows Prisma's grammar (prisma-engines, `schema-ast/src/parser/datamodel.pest`): a block opens
with the end of a line and closes with a line that starts with `}`. A line that does not fit is
refused alone, and reading goes on, so that the first refusal in the text is the one reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, get_args

from database.schema.datamodel import Position
from database.schema.lexer import split_lines, tokenize
from database.schema.lines import Line, UnreadableError, documentation_of
from database.schema.refusal import RefusalError, refuse
from database.schema.syntax import (
    Attribute,
    Block,
    BlockKeyword,
    FieldNode,
    Member,
    Schema,
    Setting,
)

_KEYWORDS: Final = "|".join(get_args(BlockKeyword))
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_HEADER: Final = re.compile(rf"\s*(?P<keyword>{_KEYWORDS})\s*(?P<name>{_NAME})\s*\{{")
_ALIAS: Final = re.compile(rf"\s*type\s*{_NAME}\s*=")
_UNKNOWN_BLOCK: Final = re.compile(rf"\s*{_NAME}\s*\{{")

_NO_KEYWORD = "This line is invalid. It does not start with any known Prisma schema keyword."
_NO_BLOCK = (
    "This block is invalid. It does not start with any known Prisma schema keyword. "
    "Valid keywords include 'model', 'enum', 'type', 'datasource' and 'generator'."
)
_NO_ALIAS = (
    "Invalid type definition. Please check the documentation in https://pris.ly/d/composite-types"
)
_UNFIT: Final[dict[BlockKeyword, str]] = {
    "model": "This line is not a valid field or attribute definition.",
    "view": "This line is not a valid field or attribute definition.",
    "type": "This line is not a valid field or attribute definition.",
    "enum": "This line is not an enum value definition.",
    "datasource": "This line is not a valid definition within a datasource.",
    "generator": "This line is not a valid definition within a generator.",
}
_NO_BLOCK_ATTRIBUTES = "A composite type cannot have block-level attributes."
_IN_THE_MODEL: Final = {
    "map": (
        "The name of a composite type is not persisted in the database, therefore it does not need "
        "a mapped database name."
    ),
    "unique": "A unique constraint should be defined in the model containing the embed.",
    "index": "An index should be defined in the model containing the embed.",
    "fulltext": "A fulltext index should be defined in the model containing the embed.",
    "id": "A composite type cannot define an id.",
}
_NO_TYPE = "This field declaration is invalid. It is either missing a name or a type."


def read(text: str) -> Schema:
    """Read the text of a schema.prisma into its syntax tree.

    Raises:
        RefusalError: a line or a block does not fit the grammar; the first one in the text.
    """
    return _Reader(split_lines(text)).schema()


@dataclass(slots=True)
class _Contents:
    """What has been read of a block."""

    keyword: BlockKeyword
    name: str
    fields: list[FieldNode] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    after_comment: bool = False
    noted: int = 0

    def documentation(self, trailing: str | None) -> str | None:
        """The comments above a line and the one at its end, used up."""
        lines = [*self.comments, *([] if trailing is None else [trailing])]
        self.clear_comments()
        return "\n".join(lines) if lines else None

    def notes(self, trailing: str | None) -> str | None:
        """The same without comments that are the notes of a block attribute; nothing is used up."""
        lines = [*self.comments[self.noted :], *([] if trailing is None else [trailing])]
        self.noted = len(self.comments)
        return "\n".join(lines) if lines else None

    def clear_comments(self) -> None:
        """Forget the comments read so far."""
        self.comments.clear()
        self.noted = 0


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._refusals: list[RefusalError] = []
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
                comments = [*(comments or []), *_documentation(stripped)]
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
            contents = _Contents(header["keyword"], header["name"])  # type: ignore[arg-type]  # one of _KEYWORDS
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

    def _block(self, contents: _Contents, header: re.Match[str], start: int) -> Block:
        if contents.keyword in {"datasource", "generator"}:
            documentation = contents.documentation(None)
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

    def _contents(self, contents: _Contents) -> bool:
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
                self._comment(contents, stripped)
                continue
            contents.after_comment = False
            if stripped:
                self._line(contents, line)
        return False

    def _comment(self, contents: _Contents, stripped: str) -> None:
        if not contents.after_comment:  # a new run of comments replaces one that nothing used
            contents.clear_comments()
        contents.after_comment = True
        contents.comments += _documentation(stripped)

    def _close(self, rest: str) -> None:
        if rest.strip() and not rest.lstrip().startswith("//"):
            line = self._lines[self._at - 1]
            column = len(line) - len(rest.lstrip()) + 1
            self._refusals.append(refuse(_NO_KEYWORD, Position(self._at, column)))

    def _line(self, contents: _Contents, text: str) -> None:
        line = Line(tokenize(text), self._at)
        place = line.at(line.peek())
        try:
            _READERS[contents.keyword](contents, line)
        except UnreadableError:
            self._refusals.append(refuse(_UNFIT[contents.keyword], place))
        except RefusalError as refused:
            self._refusals.append(refused)


def _documentation(comment: str) -> list[str]:
    text = documentation_of(comment)
    return [] if text is None else [text]


def _block_attribute(contents: _Contents, line: Line) -> bool:
    if line.peek().kind != "@@":
        return False
    attribute = line.attribute("@@")
    contents.attributes.append(replace(attribute, notes=contents.notes(line.comment())))
    return True


def _field(contents: _Contents, line: Line) -> None:
    if _block_attribute(contents, line):
        return
    token = line.name()
    place = line.at(token)
    colon = line.take(":") if line.peek().kind == ":" else None
    found = None if line.peek().kind in {"end", "comment", "@"} else line.field_type()
    attributes, comment = line.attributes(), line.comment()
    if colon is not None:
        raise RefusalError("Field declarations don't require a `:`.", line.at(colon))
    if found is None:
        reason = f'Error validating {contents.keyword} "{contents.name}": {_NO_TYPE}'
        raise RefusalError(reason, place)
    notes = contents.notes(comment)
    contents.fields.append(
        FieldNode(
            name=token.text,
            type=found.name,
            arity=found.arity,
            attributes=attributes,
            documentation=contents.documentation(comment),
            position=place,
            type_position=found.position,
            unsupported=found.unsupported,
            notes=notes,
        )
    )


def _composite_field(contents: _Contents, line: Line) -> None:
    place = line.at(line.peek())
    if _block_attribute(contents, line):
        name = contents.attributes[-1].name
        raise refuse(_IN_THE_MODEL.get(name, _NO_BLOCK_ATTRIBUTES), place)
    _field(contents, line)
    for attribute in contents.fields[-1].attributes:
        if attribute.name in {"relation", "unique", "id"}:
            raise refuse(
                f"Defining `@{attribute.name}` attribute for a field in a composite type is not "
                "allowed.",
                place,
            )


def _member(contents: _Contents, line: Line) -> None:
    if _block_attribute(contents, line):
        return
    token = line.name()
    attributes = line.attributes()
    documentation = contents.documentation(line.comment())
    contents.members.append(Member(token.text, attributes, documentation, line.at(token)))


def _setting(contents: _Contents, line: Line) -> None:
    token = line.name()
    line.take("=")
    value = None if line.peek().kind in {"end", "comment"} else line.expression()
    line.comment()
    contents.settings.append(Setting(token.text, value, line.at(token)))


_READERS: Final[dict[BlockKeyword, Callable[[_Contents, Line], None]]] = {
    "model": _field,
    "view": _field,
    "type": _composite_field,
    "enum": _member,
    "datasource": _setting,
    "generator": _setting,
}
