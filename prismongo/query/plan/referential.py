"""plan, referential actions: what a delete or a changed key does to the records that refer to it.

MongoDB has no foreign keys; Prisma emulates the actions of `@relation`, and so do we: everything is
read first, then written children first, in one transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, assert_never

from prismongo.errors import data_error
from prismongo.query.nodes.filters import Complement, Filter, both
from prismongo.query.nodes.steps import (
    AddToSet,
    Arithmetic,
    DeleteElements,
    DeleteMany,
    FieldUpdate,
    Find,
    Pull,
    Push,
    Row,
    Set,
    Step,
    Unset,
    UpdateElements,
    UpdateMany,
    UpsertComposite,
)
from prismongo.query.plan.links import among, by_ids, chunks, equal, ids_of, key_of, keys_of
from prismongo.schema.datamodel import Datamodel, Field, Link, Model

Rows = list[Row]
Consequences = Generator[Step, Any, list[Step]]


def dependents(datamodel: Datamodel, model: Model) -> tuple[Link, ...]:
    """The relations whose other side holds a key of this model."""
    return datamodel.dependents.get(model.name, ())


def needed_fields(datamodel: Datamodel, model: Model) -> tuple[Field, ...]:
    """What must be known of a record to find those that refer to it."""
    fields = {field.name: field for link in dependents(datamodel, model) for field in link.local}
    fields[model.id_field.name] = model.id_field
    return tuple(fields.values())


def restriction(link: Link) -> Exception:
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
    """One delete and all that follows from it; each record is visited once, so cycles end."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel
        self._going: dict[str, set[Any]] = {}

    def of(self, model: Model, rows: Rows) -> Consequences:
        """The writes that must come before the rows are deleted, children first.

        Raises:
            DataError: P2014, where a Restrict forbids the delete.
        """
        self._going.setdefault(model.name, set()).update(ids_of(model, rows))
        steps: list[Step] = []
        for link in dependents(self._datamodel, model):
            for keys in chunks(keys_of(link, rows)):
                steps += yield from self._for_link(link, among(link.remote, keys))
        return steps

    def _for_link(self, link: Link, refers: Filter) -> Consequences:
        match link.on_delete:
            case "Cascade":
                return (yield from self._cascade(link, refers))
            case "Restrict":
                if (yield from self._any_left(link, refers)):
                    raise restriction(link)
                return []
            case "SetNull":
                if (yield from self._any_left(link, refers)):
                    where = self._staying(link.target, refers)
                    return (yield from _rekeyed(self._datamodel, link, where, _nulls(link)))
                return []
            case "NoAction" | "SetDefault":  # MongoDB has no SetDefault: the schema is refused
                return []
            case _:
                assert_never(link.on_delete)

    def _cascade(self, link: Link, refers: Filter) -> Consequences:
        fields = needed_fields(self._datamodel, link.target)
        rows: Rows = yield Find(link.target, refers, fields=fields)
        going = self._going.setdefault(link.target.name, set())
        new = [row for row in rows if row[link.target.id_field.db_name] not in going]
        if not new:
            return []
        steps = yield from self.of(link.target, new)
        return [*steps, *deletions(link.target, ids_of(link.target, new))]

    def _any_left(self, link: Link, refers: Filter) -> Generator[Step, Any, bool]:
        where = self._staying(link.target, refers)
        found = yield Find(link.target, where, limit=1, fields=(link.target.id_field,))
        return bool(found)

    def _staying(self, model: Model, refers: Filter) -> Filter:
        going = self._going.get(model.name)
        return both(refers, Complement(by_ids(model, list(going)))) if going else refers


def deletions(model: Model, ids: list[Any]) -> list[Step]:
    """The steps that delete the records with these ids."""
    return [DeleteMany(model, by_ids(model, portion)) for portion in chunks(ids)]


# --- changed keys ---


def links_by_updated_key(
    datamodel: Datamodel, model: Model, changes: Iterable[FieldUpdate]
) -> list[Link]:
    """The relations whose referenced key the changes set (never the id, which is immutable)."""
    names = {change.path[0] for change in changes}
    return [
        link
        for link in dependents(datamodel, model)
        if not names.isdisjoint(field.db_name for field in link.local)
    ]


def same_keys(datamodel: Datamodel, model: Model, first: Row, second: Row) -> bool:
    """Whether two rows are referred to by the same values."""
    return all(
        first.get(field.db_name) == second.get(field.db_name)
        for link in dependents(datamodel, model)
        for field in link.local
    )


def follow(datamodel: Datamodel, model: Model, before: Row, after: Row) -> Consequences:
    """What `onUpdate` does to the records that refer to a row whose keys change, nearest first.

    Raises:
        DataError: P2014, where a Restrict forbids the change.
    """
    steps: list[Step] = []
    for link in dependents(datamodel, model):
        old = key_of(before, link.local)
        new = tuple(after.get(field.db_name) for field in link.local)
        if old is None or old == new:
            continue
        refers = equal(link.remote, old)
        match link.on_update:
            case "Restrict":
                if (yield Find(link.target, refers, limit=1, fields=(link.target.id_field,))):
                    raise restriction(link)
            case "SetNull":
                steps += yield from _rekeyed(datamodel, link, refers, _nulls(link))
            case "Cascade":
                keys = zip(link.remote, new, strict=True)
                changes = tuple(Set((field.db_name,), value) for field, value in keys)
                steps += yield from _rekeyed(datamodel, link, refers, changes)
            case "NoAction" | "SetDefault":
                pass
            case _:
                assert_never(link.on_update)
    return steps


def _rekeyed(
    datamodel: Datamodel, link: Link, refers: Filter, changes: tuple[Set, ...]
) -> Consequences:
    """The records that refer are changed, and so are those that refer to what is changed there."""
    if not changes:
        return []
    steps: list[Step] = [UpdateMany(link.target, refers, changes)]
    if links_by_updated_key(datamodel, link.target, changes):
        rows: Rows = yield Find(link.target, refers)
        for row in rows:
            after = row | {change.path[0]: change.value for change in changes}
            steps += yield from follow(datamodel, link.target, row, after)
    return steps


def _nulls(link: Link) -> tuple[Set, ...]:
    """What empties the reference; a key of several fields keeps those that are required."""
    return tuple(Set((field.db_name,), None) for field in link.remote if not field.is_required)


def foreseen(row: Row, changes: Iterable[FieldUpdate]) -> Row:
    """The row as the changes to its own fields will leave it."""
    after = dict(row)
    for change in changes:
        if len(change.path) > 1:
            continue
        name = change.path[0]
        match change:
            case Set(_, value):
                after[name] = value
            case Unset():
                after.pop(name, None)
            case Arithmetic():
                after[name] = _calculated(row.get(name), change)
            case Push() | AddToSet() | Pull():
                pass  # a list is no key
            case UpsertComposite() | UpdateElements() | DeleteElements():
                pass  # nor is a composite
            case _:
                assert_never(change)
    return after


def _calculated(value: Any, change: Arithmetic) -> Any:
    if value is None:
        return None
    operand: Any = change.operand
    match change.operator:
        case "increment":
            result = value + operand
        case "decrement":
            result = value - operand
        case "multiply":
            result = value * operand
        case "divide":
            result = int(value / operand) if change.is_integer else value / operand
        case _:
            assert_never(change.operator)
    return type(operand)(result)
