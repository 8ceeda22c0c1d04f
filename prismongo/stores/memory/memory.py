"""Memory: the documents, and the transactions that write them. It takes the place of a server.

A transaction has its own view of the tables, from its first step on. It locks each document that it
writes, and each new key of a unique index, until it ends. A second transaction that needs the lock
gets a write conflict (P2034); a write without a transaction waits. A server does the same (MongoDB
manual, "In-progress Transactions and Write Conflicts"; see `tests/behaviour/test_isolation.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from prisma.errors import PrismaError

from prismongo.query.nodes.rows import Row
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.errors import transaction_aborted, write_conflict
from prismongo.stores.memory.compare import ComparisonKey, key
from prismongo.stores.memory.oplog import DocumentWrite, Oplog
from prismongo.stores.memory.tables import Table, Tables, new_tables, snapshot_of, table_to_write
from prismongo.stores.store import Load, OnLost, nobody

KeySpace = tuple[str, str]
"""What keys are of: (collection, "" for ids or else the name of a unique index)."""


class LockedError(Exception):
    """A transaction has locked what a write outside of it needs."""


class Memory:
    """The tables of one fake, and its open transactions.

    Attributes:
        oplog: the writes, for change streams.
    """

    def __init__(self) -> None:
        self.tables: Tables = {}
        self.oplog = Oplog()
        self._open: dict[MemoryTransaction, None] = {}
        self._locks: dict[KeySpace, dict[ComparisonKey, MemoryTransaction]] = {}
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, datamodel: Datamodel) -> None:
        """Add the collections of a datamodel that do not exist yet, with their indexes.

        Raises:
            prisma.errors.UniqueViolationError: existing documents violate a unique index.
        """
        for collection, table in new_tables(datamodel).items():
            known = self.tables.get(collection)
            if known is not None and known.model is not None:
                continue
            for row_id, row in known.rows.items() if known else ():
                table.insert(row_id, row)
            self.tables[collection] = table

    def table(self, collection: str) -> Table:
        """A collection, to be written without transactions; it is created if it does not exist."""
        if collection not in self.tables:
            self.tables[collection] = Table(None)
        return table_to_write(self.tables, collection)

    def snapshot(self) -> Tables:
        """All tables, for `restore`. Documents are copied only by the next write."""
        return snapshot_of(self.tables)

    def restore(self, snapshot: Tables) -> None:
        """Restore the tables of a snapshot; open transactions are aborted."""
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
        """Store a document, or remove it if `row` is None.

        Raises:
            prisma.errors.UniqueViolationError: another document has the id, or these values.
            DataError: P2034, another transaction has the lock.
            LockedError: a transaction has the lock, and the write has no transaction.
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
            table.check_keys(index, row_id, has)  # in turn: the first violation is raised
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
        """Lock an id, or a key of a unique index, until the transaction ends."""
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
        """Whether somebody else has committed a change since the view was made."""
        now, then = self.tables[collection], base[collection]
        if now is then:
            return False
        if not index:
            return now.rows.get(each) is not then.rows.get(each)
        return now.key_owners[index].get(each) != then.key_owners[index].get(each)

    # --- the end of transactions ---

    def merge(self, transaction: MemoryTransaction) -> None:
        """Copy the writes of a transaction to the tables: it has locks on all of them."""
        for collection in {write.collection for write in transaction.writes}:
            after = transaction.view[collection]
            if self.tables[collection] is transaction.base[collection]:
                self.tables[collection] = after
            else:
                target = table_to_write(self.tables, collection)
                _copy_documents(target, after, transaction.written(collection))
        self.oplog.publish(transaction.writes)

    def release(self, transaction: MemoryTransaction) -> None:
        """Release the locks of a transaction, and wake the writes that wait for it."""
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
    """An open transaction: its view of the tables, and its writes.

    Attributes:
        base: the tables as they were at its first step.
        view: the tables as it sees them.
        writes: what it wrote, in order.
        load: what calls for many records have written.
        on_lost: is told where it lost against another transaction.
        locks: the keys that nobody else may write until it ends.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.load = Load()
        self.on_lost: OnLost = nobody
        self.base: Tables = {}
        self.view: Tables = {}
        self.writes: list[DocumentWrite] = []
        self.locks: dict[KeySpace, list[ComparisonKey]] = {}
        self._is_over = False
        self._failure: PrismaError | None = None

    @property
    def failure(self) -> PrismaError | None:
        """The first error of an operation in it."""
        return self._failure

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
        """The ids of the documents that it wrote in a collection, in order."""
        writes = [write for write in self.writes if write.collection == collection]
        return dict.fromkeys(key(write.id) for write in writes)

    def fail(self, failure: PrismaError) -> None:
        """Abort the transaction because an operation in it has failed, as a server does."""
        self._failure = self._failure or failure
        self.end()

    async def commit(self) -> None:
        """Commit the writes.

        Raises:
            DataError: P2034, a write conflict has aborted it.
            TransactionError: P2028, another error has.
        """
        self._check()
        self._memory.merge(self)
        self.end()

    async def abort(self) -> None:
        """Drop the writes."""
        self.end()

    def end(self) -> None:
        """End the transaction, and release its locks."""
        if not self._is_over:
            self._is_over = True
            self._memory.release(self)

    def _check(self) -> None:
        if not self._is_over:
            return
        code = getattr(self._failure, "code", "P2034")
        raise write_conflict() if code == "P2034" else transaction_aborted(code)


def _copy_documents(target: Table, source: Table, row_ids: Iterable[ComparisonKey]) -> None:
    """Copy documents from `source`."""
    for row_id in row_ids:
        target.put(row_id, source.rows.get(row_id))
