"""Reads the lines inside a block: fields, values of an enum, settings, attributes of the block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from prismongo.schema.errors import PlacedError, refuse
from prismongo.schema.language.lexer import Source
from prismongo.schema.language.lines import Line, UnreadableError, documentation_of
from prismongo.schema.language.syntax import Attribute, BlockKeyword, FieldNode, Member, Setting

_UNFIT: Final[dict[BlockKeyword, str]] = {
    "model": "This line is not a valid field or attribute definition.",
    "view": "This line is not a valid field or attribute definition.",
    "type": "This line is not a valid field or attribute definition.",
    "enum": "This line is not an enum value definition.",
    "datasource": "This line is not a valid definition within a datasource.",
    "generator": "This line is not a valid definition within a generator.",
}
_NO_BLOCK_ATTRIBUTES: Final = "A composite type cannot have block-level attributes."
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
_NO_TYPE: Final = "This field declaration is invalid. It is either missing a name or a type."


@dataclass(slots=True)
class Contents:
    """What has been read of a block; `behind` is the place behind the last line that was read."""

    keyword: BlockKeyword
    name: str
    source: Source
    fields: list[FieldNode] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    after_comment: bool = False
    noted: int = 0
    behind: int = 0

    def comment(self, text: str) -> None:
        """Keep a comment; a new run of them replaces one that nothing used."""
        if not self.after_comment:
            self.clear_comments()
        self.after_comment = True
        self.comments += documentation_of(text)

    def line(self, at: int, refusals: list[PlacedError]) -> int:
        """Read what else starts here, and say where the next line starts.

        Where it is refused, the refusal is added to `refusals`.
        """
        self.after_comment = False
        tokens, after = self.source.tokenize(at)
        if not tokens:
            return after
        self.behind = after
        line = Line(tokens, self.source)
        try:
            _READERS[self.keyword](self, line)
        except UnreadableError:
            refusals.append(refuse(_UNFIT[self.keyword], line.at(tokens[0])))
            return self.source.after_line(at)  # a block comment at its end is not read as one
        except PlacedError as refused:
            refusals.append(refused)
        return after

    def documentation(self, trailing: list[str]) -> str | None:
        """The comments above a line and the one at its end, used up."""
        lines = [*self.comments, *trailing]
        self.clear_comments()
        return "\n".join(lines) if lines else None

    def notes(self, trailing: list[str]) -> str | None:
        """The same without comments that are the notes of a block attribute; nothing is used up."""
        lines = [*self.comments[self.noted :], *trailing]
        self.noted = len(self.comments)
        return "\n".join(lines) if lines else None

    def clear_comments(self) -> None:
        """Forget the comments read so far."""
        self.comments.clear()
        self.noted = 0


def _block_attribute(contents: Contents, line: Line) -> bool:
    if line.peek().kind != "@@":
        return False
    attribute = line.attribute("@@")
    contents.attributes.append(replace(attribute, notes=contents.notes(line.comment())))
    return True


def _field(contents: Contents, line: Line) -> None:
    if _block_attribute(contents, line):
        return
    token = line.name()
    place = line.at(token)
    colon = line.take(":") if line.peek().kind == ":" else None
    found = None if line.peek().kind in {"end", "comment", "@"} else line.field_type()
    attributes, comment = line.attributes(), line.comment()
    if colon is not None:
        raise PlacedError("Field declarations don't require a `:`.", line.at(colon))
    if found is None:
        reason = f'Error validating {contents.keyword} "{contents.name}": {_NO_TYPE}'
        raise PlacedError(reason, place)
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


def _composite_field(contents: Contents, line: Line) -> None:
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


def _member(contents: Contents, line: Line) -> None:
    if _block_attribute(contents, line):
        return
    token = line.name()
    attributes = line.attributes()
    documentation = contents.documentation(line.comment())
    contents.members.append(Member(token.text, attributes, documentation, line.at(token)))


def _setting(contents: Contents, line: Line) -> None:
    token = line.name()
    line.take("=")
    value = None if line.peek().kind in {"end", "comment"} else line.expression()
    line.comment()
    contents.settings.append(Setting(token.text, value, line.at(token)))


_READERS: Final[dict[BlockKeyword, Callable[[Contents, Line], None]]] = {
    "model": _field,
    "view": _field,
    "type": _composite_field,
    "enum": _member,
    "datasource": _setting,
    "generator": _setting,
}
