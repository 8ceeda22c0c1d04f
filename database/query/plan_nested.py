"""plan, nested writes: what an operation does to related records.

Where the outer record holds the key, the related record is written first and its key goes into the
outer document (`own_key`, `key_changes`); everything else follows the outer write (`after`).
Source: Prisma Client reference, "Nested queries"; error codes from Prisma's error reference.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from itertools import groupby
from typing import Any, Protocol

from database.errors import data_error
from database.query.filters import EVERYTHING, Complement, Filter, Or, both
from database.query.operations import (
    NestedConnect,
    NestedConnectOrCreate,
    NestedCreate,
    NestedDelete,
    NestedDeleteMany,
    NestedDisconnect,
    NestedSet,
    NestedUpdate,
    NestedUpdateMany,
    NestedUpsert,
    NestedWrite,
    NewRecord,
    RecordChanges,
    Unique,
)
from database.query.plan_links import by_ids, ids_of, key_of, related
from database.query.plan_referential import restriction
from database.query.steps import (
    AddToSet,
    Change,
    Find,
    Insert,
    Pull,
    Row,
    Set,
    Step,
    UpdateMany,
    UpdateOne,
)
from database.schema.datamodel import Datamodel, Field, Link, Model

Rows = list[Row]
Doing = Generator[Step, Any, None]


class Outer(Protocol):
    """What nested writes need of the writes around them (`plan_write.Writes`)."""

    def create(self, record: NewRecord) -> Generator[Step, Any, Row]:
        """A new record and its nested writes → its document."""

    def update_row(self, row: Row, data: RecordChanges) -> Generator[Step, Any, Row]:
        """Change one record that was read, with its nested writes → its row after."""

    def delete_rows(self, model: Model, rows: Rows) -> Generator[Step, Any, int]:
        """Delete records that were read, with what follows from it → how many."""


class NestedWrites:
    """Plans nested writes on one datamodel."""

    def __init__(self, datamodel: Datamodel, outer: Outer) -> None:
        self._datamodel = datamodel
        self._outer = outer

    def touches_one(self, model: Model, writes: Sequence[NestedWrite]) -> bool:
        """Whether the nested writes change no record but the outer one."""
        return all(
            isinstance(write, NestedConnect | NestedDisconnect)
            and write.link.holds_key
            and not write.link.is_many_to_many
            and write.link.opposite.is_list
            for write in writes
        )

    # --- the outer record holds the key ---

    def own_key(self, write: NestedWrite, row: Row | None) -> Generator[Step, Any, dict[str, Any]]:
        """The foreign key (stored name → value) that a nested write gives the outer record."""
        link = write.link
        match write:
            case NestedCreate(_, records):
                target = yield from self._outer.create(records[0])
            case NestedConnect(_, uniques):
                target = yield from self._connected(link, uniques[0])
                yield from self._free(link, target, row)
            case NestedConnectOrCreate(_, items):
                unique, record = items[0]
                found = yield Find(link.target, unique.filter, limit=1)
                if found:
                    target = found[0]
                    yield from self._free(link, target, row)
                else:
                    target = yield from self._outer.create(record)
            case _:
                raise AssertionError(f"{type(write).__name__} gives no key")
        return {
            mine.db_name: target.get(theirs.db_name)
            for mine, theirs in zip(link.local, link.remote, strict=True)
        }

    def key_changes(self, write: NestedWrite, row: Row) -> Generator[Step, Any, list[Change]]:
        """What a nested write in an update does to the outer record's own key."""
        link = write.link
        match write:
            case NestedCreate() | NestedConnect() | NestedConnectOrCreate():
                key = yield from self.own_key(write, row)
                return [Set((name,), value) for name, value in key.items()]
            case NestedDisconnect(_, filters):
                if (yield from self._found(link, row, filters[0])):
                    return self._emptied(link)
                return []
            case NestedUpsert(_, items):
                where, create, update = items[0]
                found = yield from self._found(link, row, where)
                if found:
                    yield from self._outer.update_row(found[0], update)
                    return []
                key = yield from self.own_key(NestedCreate(link, (create,)), row)
                return [Set((name,), value) for name, value in key.items()]
            case _:
                return []

    def _emptied(self, link: Link) -> list[Change]:
        if any(field.is_required for field in link.local):
            raise restriction(_from_the_other_side(self._datamodel, link))
        return [Set((field.db_name,), None) for field in link.local]

    def _free(self, link: Link, target: Row, row: Row | None) -> Doing:
        """One-to-one: whoever held the target until now lets go of it."""
        if link.opposite.is_list:
            return
        held = related(_from_the_other_side(self._datamodel, link), [target])
        if row is not None:
            held = both(held, Complement(by_ids(link.model, ids_of(link.model, [row]))))
        holders = yield Find(link.model, held, limit=1, fields=(link.model.id_field,))
        if holders:
            yield UpdateMany(link.model, held, tuple(self._emptied(link)))

    # --- the other side holds the key, or both sides hold lists ---

    def after(self, writes: Sequence[NestedWrite], row: Row) -> Doing:
        """Everything that follows the write of the outer record, which `row` is now."""
        for write in writes:
            if write.link.holds_key and not write.link.is_many_to_many:
                yield from self._at_target(write, row)
            else:
                yield from self._at_children(write, row)

    def _at_target(self, write: NestedWrite, row: Row) -> Doing:
        """Changes to a record that the outer one refers to."""
        link = write.link
        match write:
            case NestedUpdate(_, items):
                where, data = items[0]
                found = yield from self._required(link, row, where, "update")
                yield from self._outer.update_row(found[0], data)
            case NestedDelete(_, filters):
                found = yield from self._required(link, row, filters[0], "delete")
                where = by_ids(link.model, ids_of(link.model, [row]))
                yield UpdateOne(link.model, where, tuple(self._emptied(link)))
                yield from self._outer.delete_rows(link.target, found)
            case _:
                return

    def _at_children(self, write: NestedWrite, row: Row) -> Doing:
        link = write.link
        match write:
            case NestedCreate(_, records):
                yield from self._create(link, records, row)
            case NestedConnect(_, uniques):
                yield from self._connect(link, uniques, row)
            case NestedConnectOrCreate(_, items):
                for unique, record in items:
                    found = yield Find(link.target, unique.filter, limit=1)
                    if found:
                        yield from self._join(link, found, row)
                    else:
                        yield from self._create(link, (record,), row)
            case NestedSet(_, uniques):
                yield from self._set(link, uniques, row)
            case NestedDisconnect(_, filters):
                found = yield from self._found(link, row, Or(filters))
                yield from self._part(link, found, row)
            case _:
                yield from self._change_children(write, row)

    def _change_children(self, write: NestedWrite, row: Row) -> Doing:
        link = write.link
        match write:
            case NestedDelete(_, filters):
                for where in filters:
                    found = yield from self._found(link, row, where)
                    if not found:
                        raise _nothing_to_delete(link)
                    yield from self._outer.delete_rows(link.target, found)
            case NestedUpdate(_, items):
                for where, data in items:
                    found = yield from self._required(link, row, where, "update")
                    yield from self._outer.update_row(found[0], data)
            case NestedUpsert(_, items):
                for where, create, update in items:
                    found = yield from self._found(link, row, where)
                    if found:
                        yield from self._outer.update_row(found[0], update)
                    else:
                        yield from self._create(link, (create,), row)
            case NestedUpdateMany(_, many):
                for where, changes in many:
                    found = yield from self._found(link, row, where)
                    for child in found:
                        yield from self._outer.update_row(
                            child, RecordChanges(link.target, changes)
                        )
            case NestedDeleteMany(_, filters):
                found = yield from self._found(link, row, Or(filters))
                yield from self._outer.delete_rows(link.target, found)
            case _:
                raise AssertionError(f"{type(write).__name__} was handled before")

    # --- the single acts ---

    def _create(self, link: Link, records: Sequence[NewRecord], row: Row) -> Doing:
        if not link.field.is_list:
            yield from self._part(link, (yield from self._found(link, row, EVERYTHING)), row)
        extra = self._reference(link, row)
        complete = [
            NewRecord(record.model, _merged(record.document, extra, link), record.writes)
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
        """What makes a record of the other side refer to the row."""
        if link.is_many_to_many:
            return {_list_field(self._datamodel, link).db_name: row[link.model.id_field.db_name]}
        return {
            theirs.db_name: row.get(mine.db_name)
            for mine, theirs in zip(link.local, link.remote, strict=True)
        }

    def _connect(self, link: Link, uniques: Sequence[Unique], row: Row) -> Doing:
        found: Rows = yield Find(link.target, Or(tuple(unique.filter for unique in uniques)))
        if not _found_all(uniques, found):
            raise not_connectable(link, len(uniques), len(found))
        yield from self._join(link, found, row)

    def _join(self, link: Link, children: Rows, row: Row) -> Doing:
        """Connect records that exist."""
        if not children:
            return
        ids = ids_of(link.target, children)
        where = by_ids(link.target, ids)
        if link.is_many_to_many:
            mine = row[link.model.id_field.db_name]
            opposite = _list_field(self._datamodel, link)
            yield UpdateMany(link.target, where, (AddToSet((opposite.db_name,), (mine,)),))
            yield from self._add_to_own_list(link, tuple(ids), row)
            return
        if not link.field.is_list:
            held = yield from self._found(link, row, Complement(where))
            yield from self._part(link, held, row)
        reference = self._reference(link, row)
        changes = tuple(Set((name,), value) for name, value in reference.items())
        yield UpdateMany(link.target, where, changes)

    def _part(self, link: Link, children: Rows, row: Row) -> Doing:
        """Disconnect records that are connected."""
        if not children:
            return
        ids = ids_of(link.target, children)
        where = by_ids(link.target, ids)
        if link.is_many_to_many:
            mine = row[link.model.id_field.db_name]
            opposite = _list_field(self._datamodel, link)
            yield UpdateMany(link.target, where, (Pull((opposite.db_name,), (mine,)),))
            own = by_ids(link.model, [mine])
            yield UpdateMany(link.model, own, (Pull((link.local[0].db_name,), tuple(ids)),))
            return
        if any(field.is_required for field in link.remote):
            raise restriction(link)
        yield UpdateMany(
            link.target, where, tuple(Set((field.db_name,), None) for field in link.remote)
        )

    def _set(self, link: Link, uniques: Sequence[Unique], row: Row) -> Doing:
        wanted: Rows = []
        if uniques:
            wanted = yield Find(link.target, Or(tuple(unique.filter for unique in uniques)))
        keep = Complement(by_ids(link.target, ids_of(link.target, wanted)))
        others = yield from self._found(link, row, keep if wanted else EVERYTHING)
        yield from self._part(link, others, row)
        yield from self._join(link, wanted, row)

    def _add_to_own_list(self, link: Link, ids: tuple[Any, ...], row: Row) -> Doing:
        own = by_ids(link.model, ids_of(link.model, [row]))
        name = link.local[0].db_name
        yield UpdateMany(link.model, own, (AddToSet((name,), ids),))
        row[name] = [*(row.get(name) or ()), *ids]

    # --- looking up ---

    def _found(self, link: Link, row: Row, where: Filter) -> Generator[Step, Any, Rows]:
        """The records that are related to the row and match."""
        if link.is_many_to_many:
            mine = yield Find(link.model, by_ids(link.model, ids_of(link.model, [row])), limit=1)
            row = mine[0] if mine else row
        if not link.is_many_to_many and key_of(row, link.local) is None:
            return []
        rows: Rows = yield Find(link.target, both(related(link, [row]), where))
        return rows

    def _required(
        self, link: Link, row: Row, where: Filter, act: str
    ) -> Generator[Step, Any, Rows]:
        found = yield from self._found(link, row, where)
        if not found:
            raise not_found_nested(link, act)
        return found

    def _connected(self, link: Link, unique: Unique) -> Generator[Step, Any, Row]:
        found = yield Find(link.target, unique.filter, limit=1)
        if not found:
            raise not_found_nested(link, "connect")
        row: Row = found[0]
        return row


def _from_the_other_side(datamodel: Datamodel, link: Link) -> Link:
    return datamodel.link(link.target, link.opposite.name)


def _list_field(datamodel: Datamodel, link: Link) -> Field:
    """Many-to-many: the other side's list of ids."""
    return _from_the_other_side(datamodel, link).local[0]


def _merged(document: Row, extra: dict[str, Any], link: Link) -> Row:
    if not link.is_many_to_many:
        return document | extra
    name, value = next(iter(extra.items()))
    return document | {name: [*document.get(name, ()), value]}


def _found_all(uniques: Iterable[Unique], found: Rows) -> bool:
    """Whether every unique is among the rows; two may name the same record."""
    return all(
        any(all(row.get(field.db_name) == value for field, value in unique.values) for row in found)
        for unique in uniques
    )


def _nothing_to_delete(link: Link) -> Exception:
    return not_connected(link) if link.field.is_list else not_found_nested(link, "delete")


def not_found_nested(link: Link, act: str) -> Exception:
    """No related record for a nested write (P2025)."""
    needed = ""
    if act == "connect" and link.holds_key:
        needed = f" (needed to inline the relation on '{link.model.name}' record(s))"
    return _not_found(
        f"No '{link.target.name}' record{needed} was found for a nested {act} on {_kind(link)} "
        f"relation '{_name(link)}'."
    )


def _not_found(cause: str) -> Exception:
    return data_error(
        "P2025",
        "An operation failed because it depends on one or more records that were required but not "
        f"found. {cause}",
        {"cause": cause},
    )


def not_connectable(link: Link, wanted: int, found: int) -> Exception:
    """Records to connect are missing: P2018 from a list of children, else P2025."""
    if not link.field.is_list:
        return not_found_nested(link, "connect")
    if link.is_many_to_many:
        return _not_found(f"Expected {wanted} records to be connected, found only {found}.")
    details = (
        f"Expected {wanted} records to be connected after connect operation on {_kind(link)} "
        f"relation '{_name(link)}', found {found}."
    )
    return data_error(
        "P2018", f"The required connected records were not found. {details}", {"details": details}
    )


def not_connected(link: Link) -> Exception:
    """A record that is not related (P2017)."""
    return data_error(
        "P2017",
        f"The records for relation `{_name(link)}` between the `{link.model.name}` and "
        f"`{link.target.name}` models are not connected.",
        {
            "relation_name": _name(link),
            "parent_name": link.model.name,
            "child_name": link.target.name,
        },
    )


def _name(link: Link) -> str:
    return link.field.relation.name if link.field.relation else ""


def _kind(link: Link) -> str:
    """What Prisma calls the relation, from whichever side."""
    if link.is_many_to_many:
        return "many-to-many"
    return "one-to-many" if link.field.is_list or link.opposite.is_list else "one-to-one"
