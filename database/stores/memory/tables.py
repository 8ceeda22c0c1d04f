"""The stored documents, by collection, with the unique indexes that `push` would make.

A document in a table is never changed, only replaced, so a snapshot is a shallow copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from database.errors import data_error
from database.query.steps import Row
from database.schema.datamodel import Datamodel, Field, Model
from database.stores.memory.compare import hashable

Key = tuple[Any, ...]


class Table:
    """One collection: documents by id, in the order of insertion, and its unique indexes."""

    __slots__ = ("_uniques", "model", "rows")

    def __init__(self, model: Model) -> None:
        self.model = model
        self.rows: dict[Any, Row] = {}
        self._uniques: dict[str, tuple[tuple[Field, ...], dict[Key, Any]]] = {
            name: (fields, {})
            for name, fields in model.uniques.items()
            if fields != (model.id_field,)
        }

    def copy(self) -> Table:
        """A table with the same documents, to be changed on its own."""
        new = Table.__new__(Table)
        new.model = self.model
        new.rows = dict(self.rows)
        new._uniques = {
            name: (fields, dict(keys)) for name, (fields, keys) in self._uniques.items()
        }
        return new

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def put(self, row: Row) -> None:
        """Insert, or replace the document of the same id.

        Raises:
            prisma.errors.UniqueViolationError: another document has a unique's values.
        """
        row_id = hashable(row["_id"])
        for fields, keys in self._uniques.values():
            key = _key(fields, row)
            if key is not None and keys.get(key, row_id) != row_id:
                raise self._taken(fields)
        old = self.rows.get(row_id)
        if old is not None:
            self._forget(row_id, old)
        self.rows[row_id] = row
        for fields, keys in self._uniques.values():
            key = _key(fields, row)
            if key is not None:
                keys[key] = row_id

    def insert(self, row: Row) -> None:
        """Insert a new document.

        Raises:
            prisma.errors.UniqueViolationError: the id, or a unique's values, are taken.
        """
        if hashable(row["_id"]) in self.rows:
            raise self._taken((self.model.id_field,))
        self.put(row)

    def remove(self, row_id: Any) -> None:
        """Delete the document with this id, where there is one."""
        old = self.rows.pop(row_id, None)
        if old is not None:
            self._forget(row_id, old)

    def _forget(self, row_id: Any, old: Row) -> None:
        for fields, keys in self._uniques.values():
            key = _key(fields, old)
            if key is not None and keys.get(key) == row_id:
                del keys[key]

    def by_unique(self, values: Mapping[str, Any]) -> Iterable[Row] | None:
        """The document with these values of a unique; None where no unique covers them."""
        if "_id" in values:
            found = self.rows.get(hashable(values["_id"]))
            return () if found is None else (found,)
        for fields, keys in self._uniques.values():
            if all(values.get(field.db_name) is not None for field in fields):
                key = tuple(hashable(values[field.db_name]) for field in fields)
                row_id = keys.get(key)
                return () if row_id is None else (self.rows[row_id],)
        return None

    def _taken(self, fields: tuple[Field, ...]) -> Exception:
        names = [field.name for field in fields]
        shown = ",".join(f"`{name}`" for name in names)
        return data_error(
            "P2002",
            f"Unique constraint failed on the fields: ({shown})",
            {"target": names, "modelName": self.model.name},
        )


def _key(fields: tuple[Field, ...], row: Row) -> Key | None:
    """What a unique index holds of a document; None where it holds nothing."""
    values = tuple(row.get(field.db_name) for field in fields)
    if len(fields) == 1 and not fields[0].is_required and values[0] is None:
        return None
    return tuple(hashable(value) for value in values)


Tables = dict[str, Table]


def new_tables(datamodel: Datamodel) -> Tables:
    """Empty tables for every model."""
    return {model.name: Table(model) for model in datamodel.models}
