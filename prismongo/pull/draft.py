"""The schema that is being made (`Draft`), and its text. Blocks that are there are added to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Keyword = Literal["model", "type", "enum"]
Origin = tuple[str, str]
"""What a line was made of: a collection, and the name of its index, or of its field."""


@dataclass(slots=True)
class DraftField:
    """A line of a block: a field, or a member of an enum; its notes stand above it."""

    name: str
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self, width: int, type_width: int) -> Iterator[str]:
        """The text; names and types are padded to the widths that are given."""
        for note in self.notes:
            yield f"  {note}"
        kind, *others = self.words or [""]
        yield f"  {self.name:{width}} {kind:{type_width}} {' '.join(others)}".rstrip()


@dataclass(slots=True)
class DraftBlock:
    """A model, a composite type or an enum.

    Attributes:
        stored: the collection of a model.
        is_new: whether the whole block is made; else its fields and attributes are added to it.
        names: every name in the block, those that are there already included.
        fields: the new fields.
        relations: the new relation fields, which stand behind the others.
        attributes: the new `@@…` lines, with the notes above them.
        notes: the comments above a new block.
    """

    keyword: Keyword
    name: str
    stored: str = ""
    is_new: bool = True
    names: set[str] = field(default_factory=set)
    fields: list[DraftField] = field(default_factory=list)
    relations: list[DraftField] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def body(self) -> list[str]:
        """The new lines between the braces."""
        every = [*self.fields, *self.relations]
        width = max((len(each.name) for each in every), default=0)
        type_width = max((len(each.words[0]) for each in every if each.words), default=0)
        fields = [line for each in every for line in each.lines(width, type_width)]
        own = [f"  {line}" for line in self.attributes]
        return [*fields, *([""] if fields and own and self.is_new else []), *own]

    def text(self) -> str:
        """The text of a new block."""
        opening = f"{self.keyword} {self.name} {{"
        return "\n".join([*self.notes, opening, *self.body(), "}"]) + "\n"


@dataclass(slots=True)
class Draft:
    """Everything that is new.

    Attributes:
        indexes: a block, and the text of an attribute or a unique field → its index.
        references: a block, and a relation field → the stored field that it was made of.
    """

    blocks: list[DraftBlock] = field(default_factory=list)
    indexes: dict[tuple[str, str], Origin] = field(default_factory=dict)
    references: dict[tuple[str, str], Origin] = field(default_factory=dict)

    def new(self) -> str:
        """The text of the new blocks."""
        return "\n".join(block.text() for block in self.blocks if block.is_new)


def quoted(text: str) -> str:
    """A string literal of the schema."""
    return json.dumps(text, ensure_ascii=False)
