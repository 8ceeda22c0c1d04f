"""Which records an operation reads, in which order, and which fields of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

from prismongo.query.nodes.filters import EVERYTHING, Filter
from prismongo.query.nodes.frozen import frozen
from prismongo.query.nodes.requests import DeclaredFields
from prismongo.query.nodes.steps import OrderKey
from prismongo.schema.datamodel import Field, Link, Model


@frozen
@dataclass(frozen=True, slots=True)
class Unique:
    """One record by a unique: the values of its fields, and the filter, with further conditions."""

    values: tuple[tuple[Field, object], ...]
    filter: Filter


@frozen
@dataclass(frozen=True, slots=True)
class Page:
    """Filter, order and page of records. A negative `take` counts from the end."""

    where: Filter = EVERYTHING
    order: tuple[OrderKey, ...] = ()
    take: int | None = None
    skip: int = 0
    cursor: Unique | None = None
    distinct: tuple[Field, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the page is all matching records: no take, skip, cursor or distinct."""
        return self.take is None and not self.skip and self.cursor is None and not self.distinct


@dataclass(frozen=True, slots=True)
class ScalarOutput:
    """A selected scalar or enum field."""

    field: Field


@dataclass(frozen=True, slots=True)
class CompositeOutput:
    """A selected composite, with the selected fields of it; None: whole, as its type is.

    What is whole is not taken apart here: a type may stand within itself.
    """

    field: Field
    outputs: tuple[ScalarOutput | CompositeOutput, ...] | None = None


def whole(field: Field) -> ScalarOutput | CompositeOutput:
    """All of a stored field."""
    return CompositeOutput(field) if field.kind == "composite" else ScalarOutput(field)


@dataclass(frozen=True, slots=True)
class RelationOutput:
    """A selected relation: the page of related records, and the selected fields of them."""

    link: Link
    page: Page
    selected: Selected


@dataclass(frozen=True, slots=True)
class CountOutput:
    """`_count`: the number of related records that match, per relation field."""

    counts: tuple[tuple[Link, Filter], ...]


Output = ScalarOutput | CompositeOutput | RelationOutput | CountOutput


@dataclass(frozen=True)
class Selected:
    """The selected fields of a model, in the order of the answer.

    Attributes:
        declared: the stored fields of a class, if those are the first of the outputs.
    """

    model: Model
    outputs: tuple[Output, ...]
    declared: DeclaredFields | None = None

    @property
    def declared_outputs(self) -> int:
        """How many outputs, the first, are what `declared` says."""
        return 0 if self.declared is None else len(self.declared.names)

    @cached_property
    def structure(self) -> Structure:
        """The names of the outputs, which determine the reader; arguments of relations do not."""
        others = self.outputs[self.declared_outputs :]
        return self.model.name, self.declared, tuple([_name_or_structure(each) for each in others])

    @cached_property
    def relations(self) -> tuple[RelationOutput | CountOutput, ...]:
        """The outputs that are not part of the row of the record."""
        found: list[RelationOutput | CountOutput] = []
        for output in self.outputs:
            match output:
                case RelationOutput() | CountOutput():
                    found.append(output)
                case ScalarOutput() | CompositeOutput():
                    pass
                case _:
                    assert_never(output)
        return tuple(found)

    @cached_property
    def stored(self) -> tuple[Field, ...] | None:
        """The stored fields that the answer needs; None if it needs all of them."""
        needed: dict[str, Field] = {}
        for output in self.outputs:
            match output:
                case RelationOutput(link):
                    needed |= {field.name: field for field in link.local}
                case ScalarOutput(field) | CompositeOutput(field):
                    needed[field.name] = field
                case CountOutput():
                    pass
                case _:
                    assert_never(output)
        needed[self.model.id_field.name] = self.model.id_field
        is_all = len(needed) == len(self.model.stored_fields)
        return None if is_all else tuple(needed.values())


Structure = tuple[str, DeclaredFields | None, tuple[Any, ...]]


def _name_or_structure(output: Output) -> str | tuple[Any, ...]:
    match output:
        case CompositeOutput(field, outputs) if outputs is not None:
            return field.name, tuple(map(_name_or_structure, outputs))
        case ScalarOutput(field) | CompositeOutput(field):
            return field.name
        case RelationOutput(link, _, selected):
            return link.field.name, selected.structure
        case CountOutput():
            return "_count"
        case _:
            assert_never(output)
