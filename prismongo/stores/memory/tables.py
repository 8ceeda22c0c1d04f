"""Tables: the documents of each collection, with the indexes that `push` would create.

A document in a table is never changed, only replaced. A table that is part of a snapshot (`shared`)
is copied before it is changed, so that a snapshot itself copies nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prismongo.query.nodes.rows import Row
from prismongo.query.values.scalars import may_be_list
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.errors import unique_violation
from prismongo.stores.memory.compare import ComparisonKey, key
from prismongo.stores.memory.indexes import Index, UniqueIndex
from prismongo.stores.wanted.indexes import wanted_indexes
from prismongo.stores.wanted.specs import IndexSpec

IndexKeys = tuple[Sequence[ComparisonKey], ...]
"""The keys that each unique index of a table holds of one document."""


class Table:
    """One collection: documents by the key of their id, in the order of insertion, and its uniques.

    Attributes:
        indexes: its unique indexes.
        checked_indexes: other indexes that may reject a document.
        key_owners: for each unique index its keys, and the document that has each.
        shared: whether it is part of a snapshot and must not be changed.
    """

    __slots__ = ("_no_keys", "checked_indexes", "indexes", "key_owners", "model", "rows", "shared")

    def __init__(
        self,
        model: Model | None,
        indexes: Sequence[UniqueIndex] = (),
        checked_indexes: Sequence[Index] = (),
    ) -> None:
        self.model = model
        self.indexes = indexes
        self.checked_indexes = checked_indexes
        self.rows: dict[ComparisonKey, Row] = {}
        self.key_owners: dict[str, dict[ComparisonKey, ComparisonKey]] = {
            index.name: {} for index in indexes
        }
        self.shared = False
        self._no_keys: IndexKeys = ((),) * len(indexes)

    def copy(self) -> Table:
        """A table with the same documents, to be changed on its own."""
        new = Table(self.model, self.indexes, self.checked_indexes)
        new.rows = dict(self.rows)
        new.key_owners = {name: dict(keys) for name, keys in self.key_owners.items()}
        return new

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def index_keys(self, row: Row | None) -> IndexKeys:
        """The keys of a document in each unique index.

        Raises:
            UnsupportedOperationError: P2026, an index compares by a collation.
            DataError: P2035, a document that cannot be in an index.
        """
        if row is None:
            return self._no_keys
        for index in self.checked_indexes:
            index.keys(row)
        return tuple([index.keys(row) for index in self.indexes])

    def check_id(self, row_id: ComparisonKey) -> None:
        """Check that no document has this id.

        Raises:
            prisma.errors.UniqueViolationError: one has.
        """
        if row_id in self.rows:
            raise unique_violation(self.model, ("_id",))

    def check_keys(
        self, index: UniqueIndex, row_id: ComparisonKey, keys: Sequence[ComparisonKey]
    ) -> None:
        """Check that no other document has one of these keys of a unique index.

        Raises:
            prisma.errors.UniqueViolationError: another document has one.
        """
        key_owners = self.key_owners[index.name]
        for each in keys:
            if key_owners.get(each, row_id) != row_id:
                raise unique_violation(self.model, index.spec.paths)

    def insert(self, row_id: ComparisonKey, row: Row) -> None:
        """Store a new document, without a transaction.

        Raises:
            prisma.errors.UniqueViolationError: another document has the id, or these values.
        """
        index_keys = self.index_keys(row)
        self.check_id(row_id)
        for index, keys in zip(self.indexes, index_keys, strict=True):
            self.check_keys(index, row_id, keys)
        self.replace(row_id, row, self._no_keys, index_keys)

    def replace(
        self, row_id: ComparisonKey, row: Row | None, before: IndexKeys, after: IndexKeys
    ) -> None:
        """Replace or remove the document with this id, after the checks.

        Args:
            row_id: the key of its id.
            row: the document; None removes.
            before: the index keys of the old document.
            after: the index keys of `row`.
        """
        if row is None:
            self.rows.pop(row_id, None)
        else:
            self.rows[row_id] = row
        for index, old, new in zip(self.indexes, before, after, strict=True):
            key_owners = self.key_owners[index.name]
            for each in old:
                if key_owners.get(each) == row_id:  # else it was given to another already
                    del key_owners[each]
            for each in new:
                key_owners[each] = row_id

    def put(self, row_id: ComparisonKey, row: Row | None) -> None:
        """Replace or remove a document whose index keys are not known yet."""
        before, after = self.index_keys(self.rows.get(row_id)), self.index_keys(row)
        self.replace(row_id, row, before, after)

    def by_unique(self, values: Mapping[str, Any]) -> Sequence[Row] | None:
        """The document with these values of a unique; None if no unique index has them."""
        if "_id" in values:
            found = self.rows.get(key(values["_id"]))
            return () if found is None else (found,)
        for index in self.indexes:
            wanted = index.lookup_key(values)
            if wanted is not None:
                row_id = self.key_owners[index.name].get(wanted)
                return () if row_id is None else (self.rows[row_id],)
        return None


Tables = dict[str, Table]
"""Tables by collection."""


def new_tables(datamodel: Datamodel) -> Tables:
    """Empty tables for every model, with its indexes."""
    specs = wanted_indexes(datamodel)
    return {
        model.db_name: Table(model, *_indexes(datamodel, model, specs.get(model.db_name, ())))
        for model in datamodel.models
    }


def _indexes(
    datamodel: Datamodel, model: Model, specs: Iterable[IndexSpec]
) -> tuple[list[UniqueIndex], list[Index]]:
    """The unique indexes, and the others that may reject a document: over several lists."""
    uniques = [UniqueIndex(spec) for spec in specs if spec.unique]
    others = [
        Index(spec)
        for spec in specs
        if not (spec.unique or spec.is_text)
        and sum(_may_be_list(datamodel, model, path) for path in spec.paths) > 1
    ]
    return uniques, others


def _may_be_list(datamodel: Datamodel, model: Model, path: str) -> bool:
    """Whether a stored path may contain a list."""
    fields = model.fields
    for name in path.split("."):
        field = next(each for each in fields if each.db_name == name and each.kind != "relation")
        if may_be_list(field):
            return True
        fields = datamodel.type[field.type].fields if field.kind == "composite" else ()
    return False


def snapshot_of(tables: Tables) -> Tables:
    """The tables as they are now; a table is copied before it is changed."""
    for table in tables.values():
        table.shared = True
    return dict(tables)


def table_to_write(tables: Tables, collection: str) -> Table:
    """The table of a collection, to be changed: a copy, if it is shared."""
    table = tables[collection]
    if table.shared:
        table = tables[collection] = table.copy()
    return table
