"""Finds the documents whose keys refer to no record, by relation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from prismongo.query.decode.conformance import Misfit
from prismongo.query.nodes.rows import Row
from prismongo.query.plan.keys import ReferenceKey
from prismongo.query.plan.links import chunks, parent_keys
from prismongo.query.values.decimal import comparable
from prismongo.schema.datamodel import Datamodel, Link, Model
from prismongo.stores.mongo.push.inspect import Database
from prismongo.stores.rows import ROWS

PORTION: Final = 10_000
"""How many keys are looked up at once."""


@dataclass(slots=True)
class Orphans:
    """The keys of one relation in the documents that were read."""

    link: Link
    ids: dict[ReferenceKey, list[Any]] = field(default_factory=dict)

    def add(self, row: Row, name: object) -> None:
        """Note the keys of a document; a null or unreadable one refers to nothing.

        Args:
            row: the document.
            name: its id, or what stands for it.
        """
        for key in _keys(self.link, row):
            self.ids.setdefault(key, []).append(name)

    @property
    def misfit(self) -> Misfit:
        """What is wrong with an orphan."""
        relation, target = self.link.field, self.link.target.name
        wanted = target if relation.is_required else f"{target}?"
        return Misfit(
            relation.name, "no such record", "null", f"{target}[]" if relation.is_list else wanted
        )

    async def found(self, database: Database) -> list[Any]:
        """The ids of the documents with a key that refers to no record."""
        lost: dict[Any, None] = {}
        for portion in chunks(list(self.ids), PORTION):
            known = await _known(database, self.link, portion)
            for key in portion:
                if _compared(key) not in known:
                    lost.update(dict.fromkeys(map(_identity, self.ids[key])))
        return list(lost)


def relations_of(datamodel: Datamodel, model: Model) -> list[Orphans]:
    """One for every relation whose keys the documents of the model hold."""
    links = (link for link in datamodel.links.values() if link.model is model)
    return [
        Orphans(link)
        for link in links
        if (link.holds_key or link.is_many_to_many)
        and not (link.field.ignored or link.target.ignored)
    ]


def _keys(link: Link, row: Row) -> Iterable[ReferenceKey]:
    return (key for key in parent_keys(link, row) if all(map(_is_key, key)))


def _is_key(value: Any) -> bool:
    try:
        hash(value)  # a Code has none, though its class says so
    except TypeError:
        return False
    return value is not None


async def _known(database: Database, link: Link, keys: Sequence[ReferenceKey]) -> set[ReferenceKey]:
    """The keys that a record of the other side has."""
    names = [each.db_name for each in link.remote]
    if len(names) == 1:
        where: dict[str, Any] = {names[0]: {"$in": [key[0] for key in keys]}}
    else:
        where = {"$or": [dict(zip(names, key, strict=True)) for key in keys]}
    collection = database.get_collection(link.target.db_name, codec_options=ROWS)
    rows = [row async for row in collection.find(where, names)]
    found = (tuple(row.get(name) for name in names) for row in rows)
    return {_compared(key) for key in found if all(map(_is_key, key))}


def _compared(key: ReferenceKey) -> ReferenceKey:
    """A key that is equal where MongoDB finds it equal."""
    return tuple(map(comparable, key))


def _identity(value: Any) -> Any:
    return value if _is_key(value) else str(value)
