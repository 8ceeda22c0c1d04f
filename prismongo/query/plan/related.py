"""plan, nested writes on records that hold the foreign key.

In a many-to-many relation both sides hold lists of ids: every write changes both lists.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from itertools import groupby
from typing import Any, Protocol, assert_never

from prismongo.query.errors.related import not_connectable, not_found_nested, nothing_to_delete
from prismongo.query.nodes.filters import EVERYTHING, Complement, Filter, Or, both
from prismongo.query.nodes.operations import (
    ConnectOrCreateRelated,
    ConnectRelated,
    CreateRelated,
    DeleteManyRelated,
    DeleteRelated,
    DisconnectRelated,
    NewRecord,
    RecordUpdates,
    RelatedWrite,
    SetRelated,
    UpdateManyRelated,
    UpdateRelated,
    UpsertRelated,
)
from prismongo.query.nodes.rows import Row, Rows
from prismongo.query.nodes.selections import Unique
from prismongo.query.nodes.shard_keys import changes_key
from prismongo.query.nodes.steps import (
    Find,
    Insert,
    OrderKey,
    Step,
    UpdateMany,
    UpdateOne,
    WritePlan,
)
from prismongo.query.nodes.updates import AddValues, RemoveValues, Set
from prismongo.query.plan.keys import key_of
from prismongo.query.plan.links import by_ids, by_rows, ids_of, related, with_updated_at
from prismongo.query.plan.portions import Scope
from prismongo.query.plan.referential import required_relation_violation
from prismongo.query.values.decimal import comparable
from prismongo.schema.datamodel import Datamodel, Field, Link, Model


class OuterWrites(Protocol):
    """The methods of `write.WritePlanner` that nested writes call."""

    def create(self, record: NewRecord) -> Generator[Step, Any, Row]:
        """Create a record, with its nested writes → its document."""

    def update_row(self, row: Row, data: RecordUpdates) -> Generator[Step, Any, Row]:
        """Change one record that was read, with its nested writes → its row after."""

    def update_rows(self, rows: Rows, data: RecordUpdates) -> WritePlan:
        """Apply the same updates to records that were read."""

    def delete_rows(
        self, model: Model, rows: Rows, scope: Scope = "nested"
    ) -> Generator[Step, Any, int]:
        """Delete records that were read, with the consequences → how many."""


class RelatedRecords:
    """Plans nested writes on the records that are related to a row."""

    def __init__(self, datamodel: Datamodel, outer: OuterWrites) -> None:
        self._datamodel = datamodel
        self._outer = outer

    def write(self, write: RelatedWrite, row: Row) -> WritePlan:
        """Carry out a nested write, after the outer record, `row`, has been written."""
        match write:
            case CreateRelated(link, records):
                yield from self._create(link, records, row)
            case ConnectRelated(link, uniques):
                yield from self._connect(link, uniques, row)
            case ConnectOrCreateRelated(link, pairs):
                for unique, record in pairs:
                    yield from self._connect_or_create(link, unique, record, row)
            case SetRelated(link, uniques):
                yield from self._replace(link, uniques, row)
            case DisconnectRelated(link, filters):
                found = yield from find_related(link, row, Or(filters))
                yield from self._disconnect_rows(link, found, row)
            case DeleteRelated(link, filters):
                for where in filters:
                    yield from self._delete(link, where, row)
            case UpdateRelated(link, items):
                for where, data in items:
                    found = yield from require_related(link, row, where, "update")
                    yield from self._outer.update_row(found[0], data)
            case UpsertRelated(link, upserts):
                for where, record, data in upserts:
                    yield from self._upsert(link, where, record, data, row)
            case UpdateManyRelated(link, many):
                for where, updates in many:
                    found = yield from find_related(link, row, where)
                    yield from self._outer.update_rows(found, RecordUpdates(link.target, updates))
            case DeleteManyRelated(link, filters):
                found = yield from find_related(link, row, Or(filters))
                yield from self._outer.delete_rows(link.target, found)
            case _:
                assert_never(write)

    def _connect_or_create(
        self, link: Link, unique: Unique, record: NewRecord, row: Row
    ) -> WritePlan:
        found = yield Find(link.target, unique.filter, limit=1)
        if found:
            yield from self._connect_rows(link, found, row)
        else:
            yield from self._create(link, (record,), row)

    def _delete(self, link: Link, where: Filter, row: Row) -> WritePlan:
        found = yield from find_related(link, row, where)
        if not found:
            raise nothing_to_delete(link)
        yield from self._outer.delete_rows(link.target, found)

    def _upsert(
        self, link: Link, where: Filter, record: NewRecord, data: RecordUpdates, row: Row
    ) -> WritePlan:
        found = yield from find_related(link, row, where)
        if found:
            yield from self._outer.update_row(found[0], data)
        else:
            yield from self._create(link, (record,), row)

    def _create(self, link: Link, records: Sequence[NewRecord], row: Row) -> WritePlan:
        """New records, related to the row."""
        if not link.field.is_list:
            yield from self._disconnect_rows(
                link, (yield from find_related(link, row, EVERYTHING)), row
            )
        extra = self._reference(link, row)
        complete = [
            NewRecord(record.model, _with_reference(record.document, extra, link), record.writes)
            for record in records
        ]
        for simple, run in groupby(complete, key=lambda record: not record.writes):
            if simple:
                yield Insert(link.target, tuple(record.document for record in run))
                continue
            for record in run:
                yield from self._outer.create(record)
        if link.is_many_to_many:
            ids = tuple(record.document[link.remote[0].db_name] for record in complete)
            yield from self._add_to_own_list(link, ids, row)

    def _reference(self, link: Link, row: Row) -> dict[str, Any]:
        """The values that make a related record refer to the row."""
        if link.is_many_to_many:
            return {_list_field(self._datamodel, link).db_name: row[link.model.id_field.db_name]}
        return {
            theirs.db_name: row.get(mine.db_name)
            for mine, theirs in zip(link.local, link.remote, strict=True)
        }

    def _connect(self, link: Link, uniques: Sequence[Unique], row: Row) -> WritePlan:
        """Connect records that must exist (P2025 where one does not)."""
        found: Rows = yield _named(link, uniques)
        if not _are_all_found(uniques, found):
            raise not_connectable(link, len(uniques), len(found))
        yield from self._connect_rows(link, found, row)

    def _connect_rows(self, link: Link, children: Rows, row: Row) -> WritePlan:
        """Connect records that exist."""
        if not children:
            return
        ids = ids_of(link.target, children)
        where = by_rows(link.target, children)
        if link.is_many_to_many:
            mine = row[link.model.id_field.db_name]
            opposite = _list_field(self._datamodel, link)
            yield UpdateMany(link.target, where, (AddValues((opposite.db_name,), (mine,)),))
            yield from self._add_to_own_list(link, tuple(ids), row)
            return
        if not link.field.is_list:
            others = yield from find_related(link, row, Complement(by_ids(link.target, ids)))
            yield from self._disconnect_rows(link, others, row)
        reference = self._reference(link, row)
        updates = with_updated_at(
            link.target, tuple(Set((name,), value) for name, value in reference.items())
        )
        if not changes_key(link.target, updates):
            yield UpdateMany(link.target, where, updates)
            return
        for child in children:
            yield UpdateOne(link.target, by_rows(link.target, [child]), updates)

    def _disconnect_rows(self, link: Link, children: Rows, row: Row) -> WritePlan:
        """Disconnect records that are connected."""
        if not children:
            return
        ids = ids_of(link.target, children)
        where = by_rows(link.target, children)
        if link.is_many_to_many:
            mine = row[link.model.id_field.db_name]
            opposite = _list_field(self._datamodel, link)
            yield UpdateMany(link.target, where, (RemoveValues((opposite.db_name,), (mine,)),))
            own = by_rows(link.model, [row])
            yield UpdateMany(link.model, own, (RemoveValues((link.local[0].db_name,), tuple(ids)),))
            return
        if any(field.is_required for field in link.remote):
            raise required_relation_violation(link)
        nulls = [Set((field.db_name,), None) for field in link.remote]
        yield UpdateMany(link.target, where, with_updated_at(link.target, nulls))

    def _replace(self, link: Link, uniques: Sequence[Unique], row: Row) -> WritePlan:
        """Connect these records, and disconnect all others."""
        wanted: Rows = []
        if uniques:
            wanted = yield _named(link, uniques)
        keep = Complement(by_ids(link.target, ids_of(link.target, wanted)))
        others = yield from find_related(link, row, keep if wanted else EVERYTHING)
        yield from self._disconnect_rows(link, others, row)
        yield from self._connect_rows(link, wanted, row)

    def _add_to_own_list(self, link: Link, ids: tuple[Any, ...], row: Row) -> WritePlan:
        own = by_rows(link.model, [row])
        name = link.local[0].db_name
        yield UpdateMany(link.model, own, (AddValues((name,), ids),))
        held = row.get(name)
        row[name] = [*(held if isinstance(held, list) else ()), *ids]


def find_related(link: Link, row: Row | None, where: Filter) -> Generator[Step, Any, Rows]:
    """The records that are related to the row and match; a new record (None) has none."""
    if row is None:
        return []
    if link.is_many_to_many:
        mine = yield Find(link.model, by_ids(link.model, ids_of(link.model, [row])), limit=1)
        row = mine[0] if mine else row
    elif key_of(row, link.local) is None:
        return []
    rows: Rows = yield Find(link.target, both(related(link, [row]), where))
    return rows


def require_related(link: Link, row: Row, where: Filter, verb: str) -> Generator[Step, Any, Rows]:
    """The related records that match; P2025 where there is none."""
    found = yield from find_related(link, row, where)
    if not found:
        raise not_found_nested(link, verb)
    return found


def _named(link: Link, uniques: Sequence[Unique]) -> Find:
    """Find the records of the uniques; several in the order of their ids.

    Lists of ids get this order. Without it the server would choose the order of the indexes.
    """
    where = Or(tuple(unique.filter for unique in uniques))
    by_id = OrderKey((link.target.id_field.db_name,))
    return Find(link.target, where, order=(by_id,) if len(uniques) > 1 else ())


def opposite_link(datamodel: Datamodel, link: Link) -> Link:
    """The same relation, seen from the target."""
    return datamodel.link(link.target, link.opposite.name)


def _list_field(datamodel: Datamodel, link: Link) -> Field:
    """Many-to-many: the other side's list of ids."""
    return opposite_link(datamodel, link).local[0]


def _with_reference(document: Row, extra: dict[str, Any], link: Link) -> Row:
    if not link.is_many_to_many:
        return document | extra
    name, value = next(iter(extra.items()))
    return document | {name: [*document.get(name, ()), value]}


def _are_all_found(uniques: Iterable[Unique], found: Rows) -> bool:
    """Whether every unique is among the rows; two may name the same record."""
    return all(
        any(all(_has(row, field, value) for field, value in unique.values) for row in found)
        for unique in uniques
    )


def _has(row: Row, field: Field, value: object) -> bool:
    return bool(comparable(row.get(field.db_name)) == comparable(value))
