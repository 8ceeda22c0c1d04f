"""plan, nested writes on the one record that a foreign key of the outer record refers to."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

from prismongo.query.errors.related import not_found_nested
from prismongo.query.nodes.filters import Complement, Filter, both
from prismongo.query.nodes.operations import (
    ConnectOrCreateReferenced,
    ConnectReferenced,
    CreateReferenced,
    DeleteReferenced,
    DisconnectReferenced,
    RecordUpdates,
    ReferencedWrite,
    UpdateReferenced,
    UpsertReferenced,
)
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.selections import Unique
from prismongo.query.nodes.steps import Find, Step, UpdateMany, UpdateOne, WritePlan
from prismongo.query.nodes.updates import Set
from prismongo.query.plan.links import by_ids, by_rows, ids_of, related, with_updated_at
from prismongo.query.plan.referential import required_relation_violation
from prismongo.query.plan.related import (
    OuterWrites,
    find_related,
    opposite_link,
    require_related,
)
from prismongo.schema.datamodel import Datamodel, Link


@dataclass(frozen=True, slots=True)
class KeyUpdate:
    """The result of one nested write: updates of the outer record, and further writes.

    Attributes:
        updates: the updates of the outer record's foreign key.
        follow_up: plans what follows the write of the outer record, given its row.
    """

    updates: tuple[Set, ...] = ()
    follow_up: Callable[[Row], WritePlan] | None = None


class ReferencedRecords:
    """Plans writes on the records that foreign keys of an outer record refer to."""

    def __init__(self, datamodel: Datamodel, outer: OuterWrites) -> None:
        self._datamodel = datamodel
        self._outer = outer

    def write(self, write: ReferencedWrite, row: Row | None) -> Generator[Step, Any, KeyUpdate]:
        """Carry out a nested write, before the outer record is written.

        Args:
            write: the nested write.
            row: the outer record as it is stored; None where it is new.
        """
        match write:
            case CreateReferenced(link, record):
                target = yield from self._outer.create(record)
                return KeyUpdate(_reference(link, target))
            case ConnectReferenced(link, unique):
                target = yield from _require(link, unique)
                yield from self._release(link, target, row)
                return KeyUpdate(_reference(link, target))
            case ConnectOrCreateReferenced(link, unique, record):
                found = yield Find(link.target, unique.filter, limit=1)
                if found:
                    yield from self._release(link, found[0], row)
                target = found[0] if found else (yield from self._outer.create(record))
                return KeyUpdate(_reference(link, target))
            case DisconnectReferenced(link, where):
                found = yield from find_related(link, row, where)
                return KeyUpdate(self._nulls(link) if found else ())
            case UpsertReferenced(link, where, record, data):
                found = yield from find_related(link, row, where)
                if found:
                    yield from self._outer.update_row(found[0], data)
                    return KeyUpdate()
                target = yield from self._outer.create(record)
                return KeyUpdate(_reference(link, target))
            case UpdateReferenced(link, where, data):
                return KeyUpdate(follow_up=partial(self._update, link, where, data))
            case DeleteReferenced(link, where):
                return KeyUpdate(follow_up=partial(self._delete, link, where))
            case _:
                assert_never(write)

    def _update(self, link: Link, where: Filter, data: RecordUpdates, row: Row) -> WritePlan:
        found = yield from require_related(link, row, where, "update")
        yield from self._outer.update_row(found[0], data)

    def _delete(self, link: Link, where: Filter, row: Row) -> WritePlan:
        found = yield from require_related(link, row, where, "delete")
        yield UpdateOne(link.model, by_rows(link.model, [row]), self._nulls(link))
        yield from self._outer.delete_rows(link.target, found)

    def _nulls(self, link: Link) -> tuple[Set, ...]:
        """The updates that empty the foreign key.

        Raises:
            DataError: P2014, the relation is required.
        """
        if any(field.is_required for field in link.local):
            raise required_relation_violation(opposite_link(self._datamodel, link))
        return tuple(Set((field.db_name,), None) for field in link.local)

    def _release(self, link: Link, target: Row, row: Row | None) -> WritePlan:
        """One-to-one: disconnect the record that refers to the target so far."""
        if link.opposite.is_list:
            return
        where = related(opposite_link(self._datamodel, link), [target])
        if row is not None:
            where = both(where, Complement(by_ids(link.model, ids_of(link.model, [row]))))
        model = link.model
        limit = None if model.shard_key else 1
        others = yield Find(model, where, limit=limit, fields=model.identity)
        if others:
            where = by_rows(model, others) if model.shard_key else where
            yield UpdateMany(model, where, with_updated_at(model, self._nulls(link)))


def _reference(link: Link, target: Row) -> tuple[Set, ...]:
    """The updates that make the outer record refer to the target."""
    return tuple(
        Set((mine.db_name,), target.get(theirs.db_name))
        for mine, theirs in zip(link.local, link.remote, strict=True)
    )


def _require(link: Link, unique: Unique) -> Generator[Step, Any, Row]:
    """The record that is to be connected; P2025 where it does not exist."""
    found = yield Find(link.target, unique.filter, limit=1)
    if not found:
        raise not_found_nested(link, "connect")
    row: Row = found[0]
    return row
