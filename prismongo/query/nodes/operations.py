"""Operations: `validate` makes them from requests, and `plan` turns them into steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prismongo.query.nodes.filters import EVERYTHING, Filter
from prismongo.query.nodes.frozen import frozen
from prismongo.query.nodes.requests import RawAction
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.selections import Page, Selected, Unique
from prismongo.query.nodes.steps import Aggregation, GroupOrder
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.schema.datamodel import Field, Link, Model


@frozen
@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to create: its document without foreign keys of relations, and nested writes."""

    model: Model
    document: Row
    writes: tuple[NestedWrite, ...] = ()


@frozen
@dataclass(frozen=True, slots=True)
class RecordUpdates:
    """The updates of one record, and its nested writes."""

    model: Model
    updates: tuple[FieldUpdate, ...] = ()
    writes: tuple[NestedWrite, ...] = ()


# --- nested writes; `link` is the relation as the outer record sees it ---


@dataclass(frozen=True, slots=True)
class CreateReferenced:
    """`create`."""

    link: Link
    record: NewRecord


@dataclass(frozen=True, slots=True)
class ConnectReferenced:
    """`connect`."""

    link: Link
    unique: Unique


@dataclass(frozen=True, slots=True)
class ConnectOrCreateReferenced:
    """`connectOrCreate`."""

    link: Link
    unique: Unique
    record: NewRecord


@dataclass(frozen=True, slots=True)
class DisconnectReferenced:
    """`disconnect`; the filter is EVERYTHING for `true`."""

    link: Link
    where: Filter


@dataclass(frozen=True, slots=True)
class DeleteReferenced:
    """`delete`; the filter is EVERYTHING for `true`."""

    link: Link
    where: Filter


@dataclass(frozen=True, slots=True)
class UpdateReferenced:
    """`update`; the filter is EVERYTHING where none is given."""

    link: Link
    where: Filter
    data: RecordUpdates


@dataclass(frozen=True, slots=True)
class UpsertReferenced:
    """`upsert`; the filter is EVERYTHING where none is given."""

    link: Link
    where: Filter
    create: NewRecord
    update: RecordUpdates


ReferencedWrite = (
    CreateReferenced
    | ConnectReferenced
    | ConnectOrCreateReferenced
    | DisconnectReferenced
    | DeleteReferenced
    | UpdateReferenced
    | UpsertReferenced
)
"""A nested write on the one record that a foreign key of the outer record refers to."""


@dataclass(frozen=True, slots=True)
class CreateRelated:
    """`create` and `createMany`."""

    link: Link
    records: tuple[NewRecord, ...]


@dataclass(frozen=True, slots=True)
class ConnectRelated:
    """`connect`."""

    link: Link
    uniques: tuple[Unique, ...]


@dataclass(frozen=True, slots=True)
class ConnectOrCreateRelated:
    """`connectOrCreate`."""

    link: Link
    items: tuple[tuple[Unique, NewRecord], ...]


@dataclass(frozen=True, slots=True)
class SetRelated:
    """`set`: exactly these are connected afterwards."""

    link: Link
    uniques: tuple[Unique, ...]


@dataclass(frozen=True, slots=True)
class DisconnectRelated:
    """`disconnect`; one filter for each record. To-one: one filter, EVERYTHING for `true`."""

    link: Link
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class DeleteRelated:
    """`delete`; one filter for each record. To-one: one filter, EVERYTHING for `true`."""

    link: Link
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class UpdateRelated:
    """`update`; to-one has EVERYTHING, or its `where`."""

    link: Link
    items: tuple[tuple[Filter, RecordUpdates], ...]


@dataclass(frozen=True, slots=True)
class UpsertRelated:
    """`upsert`; to-one has EVERYTHING, or its `where`."""

    link: Link
    items: tuple[tuple[Filter, NewRecord, RecordUpdates], ...]


@dataclass(frozen=True, slots=True)
class UpdateManyRelated:
    """`updateMany`."""

    link: Link
    items: tuple[tuple[Filter, tuple[FieldUpdate, ...]], ...]


@dataclass(frozen=True, slots=True)
class DeleteManyRelated:
    """`deleteMany`."""

    link: Link
    filters: tuple[Filter, ...]


RelatedWrite = (
    CreateRelated
    | ConnectRelated
    | ConnectOrCreateRelated
    | SetRelated
    | DisconnectRelated
    | DeleteRelated
    | UpdateRelated
    | UpsertRelated
    | UpdateManyRelated
    | DeleteManyRelated
)
"""A nested write on records that hold the foreign key, or, many-to-many, a list of ids."""

NestedWrite = ReferencedWrite | RelatedWrite


# --- operations ---


@frozen
@dataclass(frozen=True, slots=True)
class FindUnique:
    """findUnique, findUniqueOrThrow."""

    model: Model
    unique: Unique
    selected: Selected
    must_exist: bool = False


@frozen
@dataclass(frozen=True, slots=True)
class FindPage:
    """findMany; with `first`, findFirst and findFirstOrThrow."""

    model: Model
    page: Page
    selected: Selected
    first: bool = False
    must_exist: bool = False


@frozen
@dataclass(frozen=True, slots=True)
class CreateOne:
    """createOne."""

    record: NewRecord
    selected: Selected


@dataclass(frozen=True, slots=True)
class CreateMany:
    """createMany; `atomic` means in one transaction, however many they are."""

    model: Model
    documents: tuple[Row, ...]
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class CreateManyAndReturn:
    """createManyAndReturn."""

    created: CreateMany
    selected: Selected


@frozen
@dataclass(frozen=True, slots=True)
class UpdateRecord:
    """updateOne."""

    unique: Unique
    data: RecordUpdates
    selected: Selected


@dataclass(frozen=True, slots=True)
class UpdateRecords:
    """updateMany; of at most `limit` records. `atomic` as for createMany."""

    model: Model
    where: Filter
    updates: tuple[FieldUpdate, ...]
    limit: int | None = None
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class UpdateRecordsAndReturn:
    """updateManyAndReturn."""

    updated: UpdateRecords
    selected: Selected


@dataclass(frozen=True, slots=True)
class UpsertRecord:
    """upsertOne."""

    unique: Unique
    create: NewRecord
    update: RecordUpdates
    selected: Selected


@frozen
@dataclass(frozen=True, slots=True)
class DeleteRecord:
    """deleteOne."""

    unique: Unique
    selected: Selected


@dataclass(frozen=True, slots=True)
class DeleteRecords:
    """deleteMany; of at most `limit` records. `atomic` as for createMany."""

    model: Model
    where: Filter
    limit: int | None = None
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class Aggregated:
    """The selected aggregates: name of the output (`_count`, `_sum` …) → its members.

    The name of a member is that of a field, or `_all`. `_count` without members is one number.
    """

    outputs: tuple[tuple[str, tuple[tuple[str, Aggregation], ...] | Aggregation], ...]

    @property
    def aggregations(self) -> tuple[Aggregation, ...]:
        """Every aggregation, without duplicates."""
        found: dict[str, Aggregation] = {}
        for _, members in self.outputs:
            for item in (members,) if isinstance(members, Aggregation) else members:
                aggregation = item if isinstance(item, Aggregation) else item[1]
                found[aggregation.key] = aggregation
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class AggregateRecords:
    """aggregate, and count."""

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

    action: RawAction
    model: Model | None
    arguments: Mapping[str, Any] = field(default_factory=dict)


Operation = (
    FindUnique
    | FindPage
    | CreateOne
    | CreateMany
    | CreateManyAndReturn
    | UpdateRecord
    | UpdateRecords
    | UpdateRecordsAndReturn
    | UpsertRecord
    | DeleteRecord
    | DeleteRecords
    | AggregateRecords
    | GroupRecords
    | Raw
)
