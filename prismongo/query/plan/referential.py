"""plan, referential actions: `onDelete` and `onUpdate` of `@relation`.

MongoDB has no foreign keys, so Prisma emulates them, and so do we. First everything is read, then
everything is written in one transaction, children first.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, assert_never

from bson import Decimal128

from prismongo.errors import data_error
from prismongo.query.nodes.filters import Complement, Filter, both
from prismongo.query.nodes.limits import TRANSACTION_RECORDS
from prismongo.query.nodes.rows import Row, Rows
from prismongo.query.nodes.shard_keys import changes_key
from prismongo.query.nodes.steps import DeleteMany, Find, Step, UpdateMany, UpdateOne
from prismongo.query.nodes.updates import (
    AddValues,
    Arithmetic,
    DeleteElements,
    FieldUpdate,
    Push,
    RemoveValues,
    Set,
    Unset,
    UpdateElements,
    UpsertComposite,
)
from prismongo.query.plan.keys import key_of
from prismongo.query.plan.links import (
    among,
    by_ids,
    by_rows,
    chunks,
    equal,
    ids_of,
    keys_of,
    row_chunks,
)
from prismongo.query.plan.portions import Write
from prismongo.schema.datamodel import Datamodel, Field, Link, Model

StepsPlan = Generator[Step, Any, list[UpdateMany | UpdateOne]]
"""A plan that reads, and returns the writes that have to be made."""

WritesPlan = Generator[Step, Any, list[Write]]
"""The same, with the number of records of each."""


def dependents(datamodel: Datamodel, model: Model) -> tuple[Link, ...]:
    """The relations in which another model has a foreign key to this model."""
    return datamodel.dependents.get(model.name, ())


def needed_fields(datamodel: Datamodel, model: Model) -> tuple[Field, ...]:
    """The fields of a record that are needed to find the records that refer to it."""
    fields = {field.name: field for link in dependents(datamodel, model) for field in link.local}
    fields |= {field.name: field for field in model.identity}
    return tuple(fields.values())


def required_relation_violation(link: Link) -> Exception:
    """The change would leave a required relation empty (P2014)."""
    first, second = sorted((link.model.name, link.target.name))
    return data_error(
        "P2014",
        f"The change you are trying to make would violate the required relation "
        f"'{link.opposite.relation.name if link.opposite.relation else ''}' between the "
        f"`{first}` and `{second}` models. Change or delete the {link.target.name} records first, "
        f"or set onDelete on {link.target.name}.{link.opposite.name}.",
        {
            "relation_name": link.opposite.relation.name if link.opposite.relation else "",
            "model_a_name": first,
            "model_b_name": second,
        },
    )


class Deletion:
    """One delete with its consequences; each record is visited once, so cycles end."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel
        self._deleted: dict[str, set[Any]] = {}

    def of(self, model: Model, rows: Rows) -> WritesPlan:
        """The steps that must be executed before the rows are deleted, children first.

        Raises:
            DataError: P2014, a Restrict forbids the delete.
        """
        self._deleted.setdefault(model.name, set()).update(ids_of(model, rows))
        steps: list[Write] = []
        for link in dependents(self._datamodel, model):
            for keys in chunks(keys_of(link, rows)):
                steps += yield from self._for_link(link, among(link.remote, keys))
        return steps

    def _for_link(self, link: Link, referring: Filter) -> WritesPlan:
        match link.on_delete:
            case "Cascade":
                return (yield from self._cascade(link, referring))
            case "Restrict":
                if (yield from self._is_referred_to(link, referring)):
                    raise required_relation_violation(link)
                return []
            case "SetNull":
                return (yield from self._set_null(link, referring))
            case "NoAction" | "SetDefault":  # MongoDB has no SetDefault: the schema is refused
                return []
            case _:
                assert_never(link.on_delete)

    def _cascade(self, link: Link, referring: Filter) -> WritesPlan:
        fields = needed_fields(self._datamodel, link.target)
        rows: Rows = yield Find(link.target, referring, fields=fields)
        deleted = self._deleted.setdefault(link.target.name, set())
        new = [row for row in rows if row[link.target.id_field.db_name] not in deleted]
        if not new:
            return []
        steps = yield from self.of(link.target, new)
        return [*steps, *deletes(link.target, new)]

    def _set_null(self, link: Link, referring: Filter) -> WritesPlan:
        """Empty the keys of all that refer to the rows; by their ids if they are too many."""
        target = link.target
        found: Rows = yield Find(target, referring, fields=target.identity)
        deleted = self._deleted.get(target.name, ())
        rows = [row for row in found if row[target.id_field.db_name] not in deleted]
        parts = list(row_chunks(target, rows, TRANSACTION_RECORDS))
        writes: list[Write] = []
        for part in parts:
            where = self._not_deleted(target, referring)
            if len(parts) > 1:
                where = both(by_rows(target, part), referring)
            steps = yield from _update_references(self._datamodel, link, where, _nulls(link))
            writes += [Write(step, len(part)) for step in steps]
        return writes

    def _is_referred_to(self, link: Link, referring: Filter) -> Generator[Step, Any, bool]:
        where = self._not_deleted(link.target, referring)
        found = yield Find(link.target, where, limit=1, fields=(link.target.id_field,))
        return bool(found)

    def _not_deleted(self, model: Model, referring: Filter) -> Filter:
        deleted = self._deleted.get(model.name)
        return both(referring, Complement(by_ids(model, list(deleted)))) if deleted else referring


def deletes(model: Model, rows: Rows) -> list[Write]:
    """The steps that delete records that were read."""
    parts = row_chunks(model, rows, TRANSACTION_RECORDS)
    return [Write(DeleteMany(model, by_rows(model, part)), len(part)) for part in parts]


# --- changed keys ---


def links_to_updated_keys(
    datamodel: Datamodel, model: Model, updates: Iterable[FieldUpdate]
) -> list[Link]:
    """The relations that refer to a field that is updated. The id cannot be updated."""
    names = {update.path[0] for update in updates}
    return [
        link
        for link in dependents(datamodel, model)
        if not names.isdisjoint(field.db_name for field in link.local)
    ]


def have_same_keys(datamodel: Datamodel, model: Model, first: Row, second: Row) -> bool:
    """Whether two rows have the same values in all fields that other records refer to."""
    return all(
        first.get(field.db_name) == second.get(field.db_name)
        for link in dependents(datamodel, model)
        for field in link.local
    )


def on_update_steps(datamodel: Datamodel, model: Model, before: Row, after: Row) -> StepsPlan:
    """The steps of `onUpdate` for the records that refer to a row whose keys change.

    Raises:
        DataError: P2014, a Restrict forbids the update.
    """
    steps: list[UpdateMany | UpdateOne] = []
    for link in dependents(datamodel, model):
        old = key_of(before, link.local)
        new = tuple(after.get(field.db_name) for field in link.local)
        if old is None or old == new:
            continue
        referring = equal(link.remote, old)
        match link.on_update:
            case "Restrict":
                if (yield Find(link.target, referring, limit=1, fields=(link.target.id_field,))):
                    raise required_relation_violation(link)
            case "SetNull":
                steps += yield from _update_references(datamodel, link, referring, _nulls(link))
            case "Cascade":
                keys = zip(link.remote, new, strict=True)
                updates = tuple(Set((field.db_name,), value) for field, value in keys)
                steps += yield from _update_references(datamodel, link, referring, updates)
            case "NoAction" | "SetDefault":
                pass
            case _:
                assert_never(link.on_update)
    return steps


def _update_references(
    datamodel: Datamodel, link: Link, referring: Filter, updates: tuple[Set, ...]
) -> StepsPlan:
    """Update the records that refer to the row, and those that refer to them in turn."""
    if not updates:
        return []
    target, one_by_one = link.target, changes_key(link.target, updates)
    is_key = bool(links_to_updated_keys(datamodel, target, updates))
    rows: Rows = (yield Find(target, referring)) if is_key or one_by_one else []
    steps: list[UpdateMany | UpdateOne] = [UpdateMany(target, referring, updates)]
    if one_by_one:
        steps = [UpdateOne(target, by_rows(target, [row]), updates) for row in rows]
    if is_key:
        for row in rows:
            after = row | {update.path[0]: update.value for update in updates}
            steps += yield from on_update_steps(datamodel, target, row, after)
    return steps


def _nulls(link: Link) -> tuple[Set, ...]:
    """The updates that empty a foreign key; its required fields are left as they are."""
    return tuple(Set((field.db_name,), None) for field in link.remote if not field.is_required)


def expected_row(row: Row, updates: Iterable[FieldUpdate]) -> Row:
    """The row after the updates of its own fields."""
    after = dict(row)
    for update in updates:
        if len(update.path) > 1:
            continue
        name = update.path[0]
        match update:
            case Set(_, value):
                after[name] = value
            case Unset():
                after.pop(name, None)
            case Arithmetic(operand=Decimal128()):
                pass  # no key is a Decimal
            case Arithmetic():
                after[name] = _calculated(row.get(name), update)
            case Push() | AddValues() | RemoveValues():
                pass  # a list is no key
            case UpsertComposite() | UpdateElements() | DeleteElements():
                pass  # nor is a composite
            case _:
                assert_never(update)
    return after


def _calculated(value: Any, update: Arithmetic) -> Any:
    if value is None:
        return None
    operand: Any = update.operand
    match update.operator:
        case "increment":
            result = value + operand
        case "decrement":
            result = value - operand
        case "multiply":
            result = value * operand
        case "divide":
            result = int(value / operand) if update.is_integer else value / operand
        case _:
            assert_never(update.operator)
    return type(operand)(result)
