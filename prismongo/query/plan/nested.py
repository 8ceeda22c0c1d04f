"""plan, nested writes: what an operation does to related records.

Where the outer record holds the key, the related record is written first and its key goes into the
outer document (`own_key`, `key_changes`); everything else follows the outer write (`after`).
`plan_related` has the single acts.
Source: Prisma Client reference, "Nested queries"; error codes from Prisma's error reference.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from prismongo.query.errors.related import nothing_to_delete
from prismongo.query.nodes.filters import Complement, Or, both
from prismongo.query.nodes.operations import (
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
    RecordUpdates,
)
from prismongo.query.nodes.steps import FieldUpdate, Find, Row, Set, Step, UpdateMany, UpdateOne
from prismongo.query.plan.links import by_ids, ids_of, related, touched
from prismongo.query.plan.referential import restriction
from prismongo.query.plan.related import Doing, Outer, RelatedRecords, from_the_other_side
from prismongo.schema.datamodel import Datamodel, Link


class NestedWrites:
    """Plans nested writes on one datamodel."""

    def __init__(self, datamodel: Datamodel, outer: Outer) -> None:
        self._datamodel = datamodel
        self._outer = outer
        self._related = RelatedRecords(datamodel, outer)

    def touches_one(self, writes: Sequence[NestedWrite]) -> bool:
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
                target = yield from self._related.connected(link, uniques[0])
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

    def key_changes(self, write: NestedWrite, row: Row) -> Generator[Step, Any, list[FieldUpdate]]:
        """What a nested write in an update does to the outer record's own key."""
        link = write.link
        match write:
            case NestedCreate() | NestedConnect() | NestedConnectOrCreate():
                key = yield from self.own_key(write, row)
                return [Set((name,), value) for name, value in key.items()]
            case NestedDisconnect(_, filters):
                if (yield from self._related.found(link, row, filters[0])):
                    return self._emptied(link)
                return []
            case NestedUpsert(_, items):
                where, create, update = items[0]
                found = yield from self._related.found(link, row, where)
                if found:
                    yield from self._outer.update_row(found[0], update)
                    return []
                key = yield from self.own_key(NestedCreate(link, (create,)), row)
                return [Set((name,), value) for name, value in key.items()]
            case _:
                return []

    def _emptied(self, link: Link) -> list[FieldUpdate]:
        if any(field.is_required for field in link.local):
            raise restriction(from_the_other_side(self._datamodel, link))
        return [Set((field.db_name,), None) for field in link.local]

    def _free(self, link: Link, target: Row, row: Row | None) -> Doing:
        """One-to-one: whoever held the target until now lets go of it."""
        if link.opposite.is_list:
            return
        held = related(from_the_other_side(self._datamodel, link), [target])
        if row is not None:
            held = both(held, Complement(by_ids(link.model, ids_of(link.model, [row]))))
        holders = yield Find(link.model, held, limit=1, fields=(link.model.id_field,))
        if holders:
            yield UpdateMany(link.model, held, touched(link.model, self._emptied(link)))

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
                found = yield from self._related.required(link, row, where, "update")
                yield from self._outer.update_row(found[0], data)
            case NestedDelete(_, filters):
                found = yield from self._related.required(link, row, filters[0], "delete")
                where = by_ids(link.model, ids_of(link.model, [row]))
                yield UpdateOne(link.model, where, tuple(self._emptied(link)))
                yield from self._outer.delete_rows(link.target, found)
            case _:
                return

    def _at_children(self, write: NestedWrite, row: Row) -> Doing:
        link = write.link
        match write:
            case NestedCreate(_, records):
                yield from self._related.create(link, records, row)
            case NestedConnect(_, uniques):
                yield from self._related.connect(link, uniques, row)
            case NestedConnectOrCreate(_, items):
                for unique, record in items:
                    found = yield Find(link.target, unique.filter, limit=1)
                    if found:
                        yield from self._related.join(link, found, row)
                    else:
                        yield from self._related.create(link, (record,), row)
            case NestedSet(_, uniques):
                yield from self._related.replace(link, uniques, row)
            case NestedDisconnect(_, filters):
                found = yield from self._related.found(link, row, Or(filters))
                yield from self._related.part(link, found, row)
            case _:
                yield from self._change_children(write, row)

    def _change_children(self, write: NestedWrite, row: Row) -> Doing:
        link = write.link
        match write:
            case NestedDelete(_, filters):
                for where in filters:
                    found = yield from self._related.found(link, row, where)
                    if not found:
                        raise nothing_to_delete(link)
                    yield from self._outer.delete_rows(link.target, found)
            case NestedUpdate(_, items):
                for where, data in items:
                    found = yield from self._related.required(link, row, where, "update")
                    yield from self._outer.update_row(found[0], data)
            case NestedUpsert(_, items):
                for where, create, update in items:
                    found = yield from self._related.found(link, row, where)
                    if found:
                        yield from self._outer.update_row(found[0], update)
                    else:
                        yield from self._related.create(link, (create,), row)
            case NestedUpdateMany(_, many):
                for where, changes in many:
                    found = yield from self._related.found(link, row, where)
                    yield from self._outer.update_rows(found, RecordUpdates(link.target, changes))
            case NestedDeleteMany(_, filters):
                found = yield from self._related.found(link, row, Or(filters))
                yield from self._outer.delete_rows(link.target, found)
            case _:
                raise AssertionError(f"{type(write).__name__} was handled before")
