"""Memory: what is stored, and who is about to change it. What a server is to the mongo store.

A transaction works on a view of its own, taken with its first step. Whoever writes a document, or a
new key of a unique index, holds it to the end: a second transaction gets a write conflict (P2034),
and a write outside of any waits. So it is on a server (MongoDB manual, "Transactions", "In-progress
Transactions and Write Conflicts"; the cases are in `tests/engine/test_isolation.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from prisma.errors import PrismaError

from prismongo.query.nodes.steps import Row
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.errors import transaction_aborted, write_conflict
from prismongo.stores.memory.compare import ComparisonKey, key
from prismongo.stores.memory.oplog import DocumentWrite, Oplog
from prismongo.stores.memory.tables import Table, Tables, new_tables, snapshot_of, table_to_write

KeySpace = tuple[str, str]
"""Where a transaction holds keys: (collection, "" for ids, or the name of a unique index)."""


class LockedError(Exception):
    """A transaction holds what a write outside of it needs: wait until it has ended."""


class Memory:
    """The tables of one fake, and its open transactions.

    Attributes:
        feed: what was written, for those who watch.
    """

    def __init__(self) -> None:
        self.tables: Tables = {}
        self.oplog = Oplog()
        self._open: dict[MemoryTransaction, None] = {}
        self._locks: dict[KeySpace, dict[ComparisonKey, MemoryTransaction]] = {}
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, datamodel: Datamodel) -> None:
        """Make the collections of a datamodel, with their unique indexes, that are not there yet.

        Raises:
            prisma.errors.UniqueViolationError: documents that were there before have the same.
        """
        for collection, table in new_tables(datamodel).items():
            known = self.tables.get(collection)
            if known is not None and known.model is not None:
                continue
            for row_id, row in known.rows.items() if known else ():
                table.insert(row_id, row)
            self.tables[collection] = table

    def table(self, collection: str) -> Table:
        """A collection to write to past all transactions; a new one is of no datamodel yet."""
        if collection not in self.tables:
            self.tables[collection] = Table(None)
        return table_to_write(self.tables, collection)

    def snapshot(self) -> Tables:
        """Everything that is stored, for `restore`; it costs nothing until the next write."""
        return snapshot_of(self.tables)

    def restore(self, snapshot: Tables) -> None:
        """Store what was stored at the snapshot and nothing else; open transactions are aborted."""
        for transaction in list(self._open):
            transaction.end()
        self.tables = dict(snapshot)

    def begin(self) -> MemoryTransaction:
        """A new transaction."""
        transaction = MemoryTransaction(self)
        self._open[transaction] = None
        return transaction

    # --- writing ---

    def write(
        self,
        collection: str,
        row_id: ComparisonKey,
        row: Row | None,
        transaction: MemoryTransaction | None,
        *,
        is_new: bool = False,
    ) -> None:
        """Store a document, or remove it where `row` is None.

        Raises:
            prisma.errors.UniqueViolationError: the id, or a unique's values, are another's.
            DataError: P2034, another transaction writes the same.
            HeldError: outside of a transaction: one holds it.
        """
        tables = self.tables if transaction is None else transaction.view
        table = tables[collection]
        old = table.rows.get(row_id)
        before, after = table.index_keys(old), table.index_keys(row)
        is_shared = transaction is not None or bool(self._locks)
        if is_new:
            table.check_id(row_id)
        if is_shared:
            self._lock(collection, "", row_id, transaction)
        for index, had, has in zip(table.indexes, before, after, strict=True):
            table.check_keys(index, row_id, has)  # in turn: what comes first is what is told
            for each in has if is_shared else ():
                if each not in had:
                    self._lock(collection, index.name, each, transaction)
        table_to_write(tables, collection).replace(row_id, row, before, after)
        write = DocumentWrite(collection, old, row)
        if transaction is None:
            self.oplog.publish((write,))
        else:
            transaction.writes.append(write)

    def _lock(
        self,
        collection: str,
        index: str,
        each: ComparisonKey,
        transaction: MemoryTransaction | None,
    ) -> None:
        """Hold a document by its id, or a key of a unique index, to the transaction's end."""
        key_space = (collection, index)
        owner = self._locks.get(key_space, {}).get(each)
        if transaction is None:
            if owner is not None:
                raise LockedError
        elif owner is None:
            if self._has_changed(collection, index, each, transaction.base):
                raise write_conflict()
            self._locks.setdefault(key_space, {})[each] = transaction
            transaction.locks.setdefault(key_space, []).append(each)
        elif owner is not transaction:
            raise write_conflict()

    def _has_changed(self, collection: str, index: str, each: ComparisonKey, base: Tables) -> bool:
        """Whether somebody else has committed a change to it since the transaction's view."""
        now, then = self.tables[collection], base[collection]
        if now is then:
            return False
        if not index:
            return now.rows.get(each) is not then.rows.get(each)
        return now.key_owners[index].get(each) != then.key_owners[index].get(each)

    # --- the end of transactions ---

    def merge(self, transaction: MemoryTransaction) -> None:
        """Keep what a transaction wrote: it holds all of it, so nothing can be in the way."""
        for collection in {write.collection for write in transaction.writes}:
            after = transaction.view[collection]
            if self.tables[collection] is transaction.base[collection]:
                self.tables[collection] = after
            else:
                target = table_to_write(self.tables, collection)
                _copy_documents(target, after, transaction.written(collection))
        self.oplog.publish(transaction.writes)

    def release(self, transaction: MemoryTransaction) -> None:
        """Let go of all that a transaction holds, and wake who waits for it."""
        self._open.pop(transaction, None)
        for key_space, keys in transaction.locks.items():
            locks = self._locks[key_space]
            for each in keys:
                del locks[each]
            if not locks:
                del self._locks[key_space]
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_for_release(self) -> None:
        """Return when a transaction has ended."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter


class MemoryTransaction:
    """An open transaction: a view of its own, and what it wrote there.

    Attributes:
        base: the tables as they were at its first step.
        view: the tables as it sees them.
        writes: what it wrote, in order.
        held: what nobody else may write meanwhile.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.base: Tables = {}
        self.view: Tables = {}
        self.writes: list[DocumentWrite] = []
        self.locks: dict[KeySpace, list[ComparisonKey]] = {}
        self._is_over = False
        self._failure: PrismaError | None = None

    def open_view(self) -> Tables:
        """The tables as the transaction sees them.

        Raises:
            PrismaError: an error has aborted it before.
        """
        self._check()
        if not self.view:
            self.base = self._memory.snapshot()
            self.view = dict(self.base)
        return self.view

    def written(self, collection: str) -> Iterable[ComparisonKey]:
        """The ids of the documents that it wrote there, in order."""
        writes = [write for write in self.writes if write.collection == collection]
        return dict.fromkeys(key(write.id) for write in writes)

    def fail(self, failure: PrismaError) -> None:
        """An operation in it has failed: as on a server nothing of it is kept."""
        self._failure = self._failure or failure
        self.end()

    async def commit(self) -> None:
        """Keep what was written.

        Raises:
            DataError: P2034, a write conflict has aborted it.
            TransactionError: P2028, another error has.
        """
        self._check()
        self._memory.merge(self)
        self.end()

    async def abort(self) -> None:
        """Drop what was written."""
        self.end()

    def end(self) -> None:
        """Let go of everything."""
        if not self._is_over:
            self._is_over = True
            self._memory.release(self)

    def _check(self) -> None:
        if not self._is_over:
            return
        code = getattr(self._failure, "code", "P2034")
        raise write_conflict() if code == "P2034" else transaction_aborted(code)


def _copy_documents(target: Table, source: Table, row_ids: Iterable[ComparisonKey]) -> None:
    """The documents as `source` has them."""
    for row_id in row_ids:
        target.put(row_id, source.rows.get(row_id))
