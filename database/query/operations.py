"""What `validate` makes of a Request and `plan` starts from: typed, complete, in stored values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from database.query.filters import EVERYTHING, Filter
from database.query.quick import quick
from database.query.steps import Aggregation, Change, GroupOrder, OrderKey, Row
from database.schema.datamodel import Field, Link, Model


@quick
@dataclass(frozen=True, slots=True)
class Unique:
    """One record by a unique: its fields' values, and the filter that says it, with any extras."""

    values: tuple[tuple[Field, object], ...]
    filter: Filter


@quick
@dataclass(frozen=True, slots=True)
class Page:
    """Which records of many, in which order. A negative `take` counts from the end."""

    where: Filter = EVERYTHING
    order: tuple[OrderKey, ...] = ()
    take: int | None = None
    skip: int = 0
    cursor: Unique | None = None
    distinct: tuple[Field, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is cut off: no page, no distinct."""
        return self.take is None and not self.skip and self.cursor is None and not self.distinct


@dataclass(frozen=True, slots=True)
class ScalarOutput:
    """A selected scalar or enum field."""

    field: Field


@dataclass(frozen=True, slots=True)
class CompositeOutput:
    """A selected composite, with what is selected of it."""

    field: Field
    outputs: tuple[ScalarOutput | CompositeOutput, ...]


@dataclass(frozen=True, slots=True)
class RelationOutput:
    """A selected relation: the page of related records, and what is selected of them."""

    link: Link
    page: Page
    selected: Selected


@dataclass(frozen=True, slots=True)
class CountOutput:
    """`_count`: related records by relation field, those that match."""

    counts: tuple[tuple[Link, Filter], ...]


Output = ScalarOutput | CompositeOutput | RelationOutput | CountOutput


@dataclass(frozen=True)
class Selected:
    """What is selected of a model, in the order of the answer."""

    model: Model
    outputs: tuple[Output, ...]

    @cached_property
    def structure(self) -> Structure:
        """What decides how rows are read: names, without the arguments of relations."""
        return self.model.name, tuple([_name_or_structure(output) for output in self.outputs])

    @cached_property
    def relations(self) -> tuple[RelationOutput | CountOutput, ...]:
        """What is not in the record's own row."""
        kinds = (RelationOutput, CountOutput)
        return tuple([output for output in self.outputs if isinstance(output, kinds)])

    @cached_property
    def readers(self) -> dict[Any, Any]:
        """The readers that `decode` has compiled for it, by form."""
        return {}

    @cached_property
    def stored(self) -> tuple[Field, ...] | None:
        """The stored fields that an answer needs; None where that is all of them."""
        needed: dict[str, Field] = {}
        for output in self.outputs:
            match output:
                case RelationOutput(link):
                    needed |= {field.name: field for field in link.local}
                case ScalarOutput(field) | CompositeOutput(field):
                    needed[field.name] = field
                case CountOutput():
                    pass
        needed[self.model.id_field.name] = self.model.id_field
        is_all = len(needed) == len(self.model.stored_fields)
        return None if is_all else tuple(needed.values())


Structure = tuple[str, tuple[Any, ...]]


def _name_or_structure(output: Output) -> str | Structure:
    match output:
        case ScalarOutput(field):
            return field.name
        case CompositeOutput(field, outputs):
            return field.name, tuple(map(_name_or_structure, outputs))
        case RelationOutput(link, _, selected):
            return link.field.name, selected.structure
        case CountOutput():
            return "_count"


# --- nested writes; `link` is the relation as the outer record sees it ---


@quick
@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to create: its document without what relations add, and its nested writes."""

    model: Model
    document: Row
    writes: tuple[NestedWrite, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class RecordChanges:
    """What an update does to one record, and its nested writes."""

    model: Model
    changes: tuple[Change, ...] = ()
    writes: tuple[NestedWrite, ...] = ()


@dataclass(frozen=True, slots=True)
class NestedCreate:
    """`create` and `createMany`."""

    link: Link
    records: tuple[NewRecord, ...]


@dataclass(frozen=True, slots=True)
class NestedConnect:
    """`connect`."""

    link: Link
    uniques: tuple[Unique, ...]


@dataclass(frozen=True, slots=True)
class NestedConnectOrCreate:
    """`connectOrCreate`."""

    link: Link
    items: tuple[tuple[Unique, NewRecord], ...]


@dataclass(frozen=True, slots=True)
class NestedSet:
    """`set`: exactly these are connected afterwards."""

    link: Link
    uniques: tuple[Unique, ...]


@dataclass(frozen=True, slots=True)
class NestedDisconnect:
    """`disconnect`; a filter each. To-one: one filter, EVERYTHING for `true`."""

    link: Link
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class NestedDelete:
    """`delete`; a filter each. To-one: one filter, EVERYTHING for `true`."""

    link: Link
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class NestedUpdate:
    """`update`; to-one has EVERYTHING, or its `where`."""

    link: Link
    items: tuple[tuple[Filter, RecordChanges], ...]


@dataclass(frozen=True, slots=True)
class NestedUpsert:
    """`upsert`."""

    link: Link
    items: tuple[tuple[Filter, NewRecord, RecordChanges], ...]


@dataclass(frozen=True, slots=True)
class NestedUpdateMany:
    """`updateMany`."""

    link: Link
    items: tuple[tuple[Filter, tuple[Change, ...]], ...]


@dataclass(frozen=True, slots=True)
class NestedDeleteMany:
    """`deleteMany`."""

    link: Link
    filters: tuple[Filter, ...]


NestedWrite = (
    NestedCreate
    | NestedConnect
    | NestedConnectOrCreate
    | NestedSet
    | NestedDisconnect
    | NestedDelete
    | NestedUpdate
    | NestedUpsert
    | NestedUpdateMany
    | NestedDeleteMany
)


# --- operations ---


@quick
@dataclass(frozen=True, slots=True)
class FindUnique:
    """findUnique, findUniqueOrThrow."""

    model: Model
    unique: Unique
    selected: Selected
    must_exist: bool = False


@quick
@dataclass(frozen=True, slots=True)
class FindPage:
    """findMany; with `first`, findFirst and findFirstOrThrow."""

    model: Model
    page: Page
    selected: Selected
    first: bool = False
    must_exist: bool = False


@quick
@dataclass(frozen=True, slots=True)
class CreateOne:
    """createOne."""

    record: NewRecord
    selected: Selected


@dataclass(frozen=True, slots=True)
class CreateMany:
    """createMany."""

    model: Model
    documents: tuple[Row, ...]


@quick
@dataclass(frozen=True, slots=True)
class UpdateRecord:
    """updateOne."""

    unique: Unique
    data: RecordChanges
    selected: Selected


@dataclass(frozen=True, slots=True)
class UpdateRecords:
    """updateMany."""

    model: Model
    where: Filter
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class UpsertRecord:
    """upsertOne."""

    unique: Unique
    create: NewRecord
    update: RecordChanges
    selected: Selected


@quick
@dataclass(frozen=True, slots=True)
class DeleteRecord:
    """deleteOne."""

    unique: Unique
    selected: Selected


@dataclass(frozen=True, slots=True)
class DeleteRecords:
    """deleteMany."""

    model: Model
    where: Filter


@dataclass(frozen=True, slots=True)
class Aggregated:
    """What is selected of an aggregation: output name (`_count`, `_sum` …) → its members.

    A member's name is a field's, or `_all`. `_count` without members is a bare number.
    """

    outputs: tuple[tuple[str, tuple[tuple[str, Aggregation], ...] | Aggregation], ...]

    @property
    def aggregations(self) -> tuple[Aggregation, ...]:
        """Every aggregation once."""
        found: dict[str, Aggregation] = {}
        for _, members in self.outputs:
            for item in (members,) if isinstance(members, Aggregation) else members:
                aggregation = item if isinstance(item, Aggregation) else item[1]
                found[aggregation.key] = aggregation
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class AggregateRecords:
    """aggregate (count among it)."""

    model: Model
    page: Page
    aggregated: Aggregated


@dataclass(frozen=True, slots=True)
class GroupRecords:
    """groupBy; `outputs` are the selected fields of `by`."""

    model: Model
    where: Filter
    by: tuple[Field, ...]
    outputs: tuple[Field, ...]
    aggregated: Aggregated
    having: Filter = EVERYTHING
    having_aggregations: tuple[Aggregation, ...] = ()
    order: tuple[GroupOrder, ...] = ()
    take: int | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Raw:
    """findRaw, aggregateRaw, runCommandRaw, in MongoDB's own language."""

    action: Literal["findRaw", "aggregateRaw", "runCommandRaw"]
    model: Model | None
    arguments: Mapping[str, Any] = field(default_factory=dict)


Operation = (
    FindUnique
    | FindPage
    | CreateOne
    | CreateMany
    | UpdateRecord
    | UpdateRecords
    | UpsertRecord
    | DeleteRecord
    | DeleteRecords
    | AggregateRecords
    | GroupRecords
    | Raw
)
