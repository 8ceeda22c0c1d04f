"""Writes in memory: Insert, UpdateOne, UpdateMany, DeleteOne and DeleteMany.

A write without a transaction waits for the transaction that has locked the document. Then it checks
again whether the document matches, as a server does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, TypeVar, assert_never

import bson
from bson.errors import BSONError

from prismongo.query.nodes.filters import Filter
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.steps import (
    DeleteMany,
    DeleteOne,
    Insert,
    UpdateMany,
    UpdateOne,
    WriteStep,
)
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.schema.datamodel import Model
from prismongo.stores.errors import not_bson, too_deep, too_large
from prismongo.stores.memory.compare import ComparisonKey, key
from prismongo.stores.memory.memory import LockedError, Memory, MemoryTransaction
from prismongo.stores.memory.predicate import predicate
from prismongo.stores.memory.select import Evaluator, projected
from prismongo.stores.memory.update import updated
from prismongo.stores.rows import ROWS

T = TypeVar("T")

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""The size limit of a document in MongoDB, in bytes."""

MAX_DEPTH: Final = 179
"""How deeply a document may be nested. On a server an update may have one level less."""


class Writer:
    """Executes the writes of one step.

    Args:
        memory: where to write.
        transaction: the transaction of the step, or None.
    """

    def __init__(self, memory: Memory, transaction: MemoryTransaction | None) -> None:
        self._memory = memory
        self._transaction = transaction

    async def write(self, step: WriteStep) -> Any:
        """Execute a step → its result. Documents are written up to the first error.

        Raises:
            prisma.errors.UniqueViolationError: P2002.
            DataError: P2000, P2020, P2023, P2034, P2035.
        """
        match step:
            case Insert(model, documents):
                for document in documents:
                    row = as_stored(document)
                    await self._retry_when_released(partial(self._insert, model, row))
                return None
            case UpdateOne(model, where, updates, fields):
                after = await self._retry_when_released(
                    partial(self._apply_to_first, model, where, updates)
                )
                return None if after is None else projected(after, fields)
            case DeleteOne(model, where, fields):
                gone = await self._retry_when_released(
                    partial(self._apply_to_first, model, where, None)
                )
                return None if gone is None else projected(gone, fields)
            case UpdateMany(model, where, updates):
                return await self._apply_to_all(model, where, updates)
            case DeleteMany(model, where):
                return await self._apply_to_all(model, where, None)
            case _:
                assert_never(step)

    async def _retry_when_released(self, attempt: Callable[[], T]) -> T:
        while True:
            try:
                return attempt()
            except LockedError:
                await self._memory.wait_for_release()

    def _reader(self) -> Evaluator:
        transaction = self._transaction
        return Evaluator(self._memory.tables if transaction is None else transaction.view)

    def _insert(self, model: Model, row: Row) -> None:
        row_id = key(row["_id"])
        self._memory.write(model.db_name, row_id, row, self._transaction, is_new=True)

    def _apply_to_first(
        self, model: Model, where: Filter, updates: tuple[FieldUpdate, ...] | None
    ) -> Row | None:
        """Update or delete the first matching document → the new, or the deleted document."""
        reader = self._reader()
        for row in reader.matching(model, where):
            return self._apply(model, row, updates, reader)
        return None

    async def _apply_to_all(
        self, model: Model, where: Filter, updates: tuple[FieldUpdate, ...] | None
    ) -> int:
        """Update or delete all matching documents → how many."""
        count = 0
        for row in self._reader().matching(model, where):
            count += await self._retry_when_released(
                partial(self._apply_if_matching, model, row, where, updates)
            )
        return count

    def _apply_if_matching(
        self, model: Model, row: Row, where: Filter, updates: tuple[FieldUpdate, ...] | None
    ) -> bool:
        """Update or delete a document if it still matches, after a wait."""
        reader = self._reader()
        now = reader.current(model, key(row["_id"]))
        if now is None or (now is not row and not predicate(where, reader)(now)):
            return False
        self._apply(model, now, updates, reader)
        return True

    def _apply(
        self, model: Model, row: Row, updates: tuple[FieldUpdate, ...] | None, reader: Evaluator
    ) -> Row:
        row_id: ComparisonKey = key(row["_id"])
        if updates is None:
            self._memory.write(model.db_name, row_id, None, self._transaction)
            return row
        after = as_stored(updated(row, updates, reader))
        if bson.encode(after) == bson.encode(row):
            return row  # what changes nothing is no write
        self._memory.write(model.db_name, row_id, after, self._transaction)
        return after


def as_stored(document: Row) -> Row:
    """The document as a server would return it: encoded and decoded by BSON.

    Raises:
        DataError: P2023, BSON cannot hold it; P2000, it is too large; P2035, nested too deeply.
    """
    try:
        encoded = bson.encode(document)
    except (BSONError, UnicodeEncodeError, OverflowError) as error:
        raise not_bson() from error
    if len(encoded) > MAX_DOCUMENT_BYTES:
        raise too_large()
    row: Row = bson.decode(encoded, ROWS)
    if _is_deeper(row.values(), MAX_DEPTH):
        raise too_deep()
    return row


def _is_deeper(values: Iterable[Any], levels: int) -> bool:
    """Whether the values are nested deeper than `levels`."""
    for value in values:
        if isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            if not levels or _is_deeper(inner, levels - 1):
                return True
    return False
