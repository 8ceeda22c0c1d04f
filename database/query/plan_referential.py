"""plan, referential actions: what a delete or a changed key does to the records that refer to it.

MongoDB has no foreign keys; Prisma emulates the actions of `@relation`, and so do we: everything is
read first, then written children first, in one transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from database.errors import data_error
from database.query.filters import And, Complement, Filter, both
from database.query.plan_links import among, by_ids, chunks, equal, ids_of, key_of, keys_of
from database.query.steps import Change, DeleteMany, Find, Row, Set, Step, UpdateMany
from database.schema.datamodel import Datamodel, Field, Link, Model

Rows = list[Row]
Consequences = Generator[Step, Any, list[Step]]


def dependents(datamodel: Datamodel, model: Model) -> list[Link]:
    """The relations whose other side holds a key of this model."""
    return [
        link
        for link in datamodel.links.values()
        if link.model is model and not link.holds_key and not link.is_many_to_many
    ]


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
                    nulls = tuple(Set((field.db_name,), None) for field in link.remote)
                    return [UpdateMany(link.target, self._staying(link.target, refers), nulls)]
                return []
            case _:
                return []

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


def moved(datamodel: Datamodel, model: Model, changes: Iterable[Change]) -> list[Link]:
    """The relations whose referenced key the changes set (never the id, which is immutable)."""
    names = {change.path[0] for change in changes}
    return [
        link
        for link in dependents(datamodel, model)
        if any(field.db_name in names for field in link.local)
    ]


def follow(link: Link, before: Row, after: Row) -> Consequences:
    """What `onUpdate` does to the records that refer to a row whose key has changed."""
    old, new = key_of(before, link.local), key_of(after, link.local)
    if old is None or old == new or link.on_update == "NoAction":
        return []
    refers = equal(link.remote, old)
    if link.on_update == "Restrict":
        if (yield Find(link.target, refers, limit=1, fields=(link.target.id_field,))):
            raise restriction(link)
        return []
    values = [None] * len(link.remote) if link.on_update == "SetNull" else _key(after, link)
    changes = tuple(
        Set((field.db_name,), value) for field, value in zip(link.remote, values, strict=True)
    )
    return [UpdateMany(link.target, And((refers,)), changes)]


def _key(row: Row, link: Link) -> list[Any]:
    return [row.get(field.db_name) for field in link.local]
