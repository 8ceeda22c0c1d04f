"""MemoryStore: the fake's store. Steps are evaluated on tables in this process.

A transaction works on a snapshot of its own. Whoever writes a document first holds it until the
end: a second transaction gets a write conflict (P2034), as on a server, and a write outside of any
waits. Nothing here awaits anything but that.
"""

from __future__ import annotations

import asyncio
from typing import Any, assert_never

from prisma.errors import DataError

from database.errors import NotStartedError, data_error
from database.metrics import PoolCounts
from database.query.refusals import unsupported
from database.query.steps import (
    Aggregate,
    Atomic,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    Group,
    Insert,
    RawAggregate,
    RawCommand,
    RawFind,
    Row,
    Step,
    UpdateMany,
    UpdateOne,
)
from database.schema.datamodel import Datamodel, Field, Model
from database.stores.memory.change import changed
from database.stores.memory.compare import hashable
from database.stores.memory.select import Reader
from database.stores.memory.tables import Tables, new_tables
from database.stores.store import Transaction

DocumentKey = tuple[str, Any]
"""A document everywhere: its model's name and its id."""


class MemoryTransaction:
    """A snapshot, and what was written on it."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.tables: Tables = {name: table.copy() for name, table in store.tables.items()}
        self.written: dict[DocumentKey, Row | None] = {}
        self.is_over = False

    async def commit(self) -> None:
        """Keep what was written."""
        try:
            if not self.is_over:
                self._store.merge(self.written)
        finally:
            await self.abort()

    async def abort(self) -> None:
        """Drop what was written."""
        if not self.is_over:
            self.is_over = True
            await self._store.release(self)


class MemoryStore:
    """The store in memory."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel
        self.tables = new_tables(datamodel)
        self._holders: dict[DocumentKey, MemoryTransaction] = {}
        self._released = asyncio.Condition()
        self._is_open = False
        self.pool = PoolCounts()

    # --- life ---

    async def connect(self, timeout: float) -> None:
        """Nothing to reach; what was stored before stays."""
        self._is_open = True

    async def close(self) -> None:
        """Nothing to release."""
        self._is_open = False

    def snapshot(self) -> Tables:
        """Everything that is stored, for `restore`."""
        return {name: table.copy() for name, table in self.tables.items()}

    def restore(self, snapshot: Tables) -> None:
        """Store what was stored at the snapshot, and nothing else."""
        self.tables = {name: table.copy() for name, table in snapshot.items()}

    def describe(self, step: Step) -> Any:
        """The step by its class and model."""
        model = getattr(step, "model", None)
        return {f"{model.name if model else '-'}.{type(step).__name__}": {}}

    async def begin(self, *, required: bool) -> MemoryTransaction:
        """A new transaction, on a snapshot of now."""
        self._check_open()
        return MemoryTransaction(self)

    async def reach(self) -> None:
        """It is here."""
        self._check_open()

    def merge(self, written: dict[DocumentKey, Row | None]) -> None:
        """Store what a transaction wrote; it holds every document of it."""
        for (name, row_id), row in written.items():
            if row is None:
                self.tables[name].remove(row_id)
        for (name, _), row in written.items():
            if row is not None:
                self.tables[name].put(row)

    async def release(self, transaction: MemoryTransaction) -> None:
        """Let go of the documents that a transaction holds."""
        for key in transaction.written:
            if self._holders.get(key) is transaction:
                del self._holders[key]
        async with self._released:
            self._released.notify_all()

    # --- steps ---

    async def execute(self, step: Step, transaction: Transaction | None) -> Any:
        """What the step finds.

        Raises:
            prisma.errors.UniqueViolationError: P2002.
            DataError: P2034, another transaction has written the document; P2026 for raw steps.
        """
        self._check_open()
        tx = transaction if isinstance(transaction, MemoryTransaction) else None
        while True:
            try:
                return self._execute(step, tx)
            except _HeldError:
                if tx is not None:
                    raise _conflict() from None
            async with self._released:
                await self._released.wait()

    def _execute(self, step: Step, tx: MemoryTransaction | None) -> Any:
        reader = Reader(self.tables if tx is None else tx.tables)
        match step:
            case Find():
                return reader.find(step)
            case FindPerParent():
                return reader.find_per_parent(step)
            case CountPerParent():
                return reader.count_per_parent(step)
            case Aggregate():
                return reader.aggregate(step)
            case Group():
                return reader.group(step)
            case Insert() | UpdateOne() | UpdateMany() | DeleteOne() | DeleteMany():
                return self._write(step, reader, tx)
            case RawFind() | RawAggregate() | RawCommand():
                raise unsupported(
                    f"{type(step).__name__} on FakeDatabase",
                    "raw commands are MongoDB's own language; test them on a real server",
                )
            case Atomic():
                raise AssertionError("the engine begins transactions")
            case _:
                assert_never(step)

    def _write(
        self,
        step: Insert | UpdateOne | UpdateMany | DeleteOne | DeleteMany,
        reader: Reader,
        tx: MemoryTransaction | None,
    ) -> Any:
        if isinstance(step, Insert):
            self._store(step.model, [], [dict(document) for document in step.documents], tx)
            return None
        rows = reader.matching(step.model, step.where)
        match step:
            case UpdateOne(model, _, changes, fields):
                after = [changed(row, changes, reader) for row in rows[:1]]
                self._store(model, rows[:1], after, tx)
                return _projected(after[0], fields) if after else None
            case UpdateMany(model, _, changes):
                self._store(model, rows, [changed(row, changes, reader) for row in rows], tx)
                return len(rows)
            case DeleteOne(model, _, fields):
                self._store(model, rows[:1], [], tx)
                return _projected(rows[0], fields) if rows else None
            case DeleteMany(model):
                self._store(model, rows, [], tx)
                return len(rows)

    def _store(
        self, model: Model, before: list[Row], after: list[Row], tx: MemoryTransaction | None
    ) -> None:
        """Replace documents by others; a new one has no predecessor."""
        keys = [(model.name, hashable(row["_id"])) for row in (*before, *after)]
        for key in keys:
            if self._holders.get(key, tx) is not tx:
                raise _HeldError
        if tx is not None:
            self._hold(keys, tx)
        table = (self.tables if tx is None else tx.tables)[model.name]
        known = {hashable(row["_id"]) for row in before}
        kept = {hashable(row["_id"]) for row in after}
        for row in after:
            table.put(row) if hashable(row["_id"]) in known else table.insert(row)
        for row_id in known - kept:
            table.remove(row_id)
        if tx is not None:
            tx.written |= {(model.name, row_id): None for row_id in known - kept}
            tx.written |= {(model.name, hashable(row["_id"])): row for row in after}

    def _hold(self, keys: list[DocumentKey], tx: MemoryTransaction) -> None:
        """Hold documents; one that was committed since the snapshot is a write conflict."""
        for name, row_id in keys:
            if (name, row_id) in tx.written:
                continue
            if self.tables[name].rows.get(row_id) is not tx.tables[name].rows.get(row_id):
                raise _conflict()
            self._holders[name, row_id] = tx
            tx.written[name, row_id] = tx.tables[name].rows.get(row_id)

    def _check_open(self) -> None:
        if not self._is_open:
            raise NotStartedError("The database is not connected: call `await connect()` first.")


class _HeldError(Exception):
    """A transaction holds the document."""


def _conflict() -> DataError:
    return data_error(
        "P2034",
        "Transaction failed due to a write conflict or a deadlock. Please retry your transaction; "
        "DatabaseService.transaction(callback) does it for you.",
    )


def _projected(row: Row, fields: tuple[Field, ...] | None) -> Row:
    if fields is None:
        return dict(row)
    return {field.db_name: row[field.db_name] for field in fields if field.db_name in row}
