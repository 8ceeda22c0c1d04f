"""A little of PyMongo's database on `Memory`: what tests use to look past our own code.

It knows the few calls that tests make, by equality of values; anything else is an AttributeError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from bson import ObjectId

from prismongo.query.nodes.rows import Row
from prismongo.stores.memory import Memory
from prismongo.stores.memory.compare import key
from prismongo.stores.memory.select import projected
from prismongo.stores.memory.tables import Table
from prismongo.stores.memory.writer import as_stored


class RawMemory:
    """The database: `raw["users"]` is a collection."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __getitem__(self, name: str) -> RawCollection:
        return RawCollection(self._memory, name)


class Found:
    """What `find` gives: documents, to be sorted by one name going up."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def sort(self, name: str) -> Self:
        self._rows.sort(key=lambda row: key(row.get(name)))
        return self

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)


class RawCollection:
    """One collection."""

    def __init__(self, memory: Memory, name: str) -> None:
        self._memory = memory
        self._name = name

    @property
    def _table(self) -> Table:
        return self._memory.table(self._name)

    def insert_one(self, document: Mapping[str, Any]) -> None:
        row = as_stored({"_id": ObjectId(), **document})
        self._table.insert(key(row["_id"]), row)

    def insert_many(self, documents: Iterable[Mapping[str, Any]], *, ordered: bool = True) -> None:
        for document in documents:
            self.insert_one(document)

    def find(self, where: Mapping[str, Any] | None = None) -> Found:
        return Found([projected(row, None) for row in self._matching(where)])

    def find_one(self, where: Mapping[str, Any] | None = None) -> Row | None:
        return next(iter(self.find(where)), None)

    def count_documents(self, where: Mapping[str, Any]) -> int:
        return len(self._matching(where))

    def update_many(
        self, where: Mapping[str, Any], update: Mapping[str, Mapping[str, Any]]
    ) -> None:
        assert update.keys() == {"$set"}
        for row in self._matching(where):
            self._table.put(key(row["_id"]), as_stored(row | dict(update["$set"])))

    def update_one(self, where: Mapping[str, Any], update: Mapping[str, Mapping[str, Any]]) -> None:
        (_,) = self._matching(where)
        self.update_many(where, update)

    def delete_many(self, where: Mapping[str, Any]) -> None:
        for row in self._matching(where):
            self._table.put(key(row["_id"]), None)

    def create_index(self, keys: Any, **options: Any) -> None:
        """Uniques are those of the schema; every other index only makes things fast."""

    def _matching(self, where: Mapping[str, Any] | None) -> list[Row]:
        wanted = {name: key(value) for name, value in (where or {}).items()}
        assert not any(name.startswith("$") or "." in name for name in wanted)
        return [
            row
            for row in self._table
            if all(name in row and key(row[name]) == each for name, each in wanted.items())
        ]
