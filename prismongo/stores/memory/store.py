"""MemoryStore: the store of the fake, which executes steps on a `Memory`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, assert_never

from prisma.errors import PrismaError

from prismongo.errors import NotStartedError
from prismongo.metrics import OnWait, Place, Pool, PoolCounts
from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.options import IndexHint, Options
from prismongo.query.nodes.steps import (
    Aggregate,
    BeginTransaction,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    Group,
    InPortion,
    Insert,
    KnownFind,
    RawAggregate,
    RawCommand,
    RawFind,
    Step,
    UpdateMany,
    UpdateOne,
)
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.memory.hints import check_hint
from prismongo.stores.memory.memory import Memory, MemoryTransaction
from prismongo.stores.memory.select import Evaluator
from prismongo.stores.memory.streams import MemoryChanges
from prismongo.stores.memory.writer import Writer
from prismongo.stores.store import Transaction


class MemoryStore:
    """The store in memory.

    Args:
        datamodel: has the collections and their indexes.
        memory: the documents, if they outlive the store or several stores share them.
    """

    def __init__(self, datamodel: Datamodel, memory: Memory | None = None) -> None:
        self._datamodel = datamodel
        self._hints: Mapping[str, IndexHint] = {}
        self.memory = Memory() if memory is None else memory
        self.memory.add(datamodel)
        self.pool = PoolCounts()
        self.pools: Sequence[Pool] = ()
        self.place = Place()
        self.on_wait: OnWait | None = None
        self._is_open = True

    # --- life ---

    async def connect(self, timeout: float) -> None:
        """Open the store; the documents are still there."""
        self._is_open = True

    async def close(self) -> None:
        """Close the store; the documents are kept."""
        self._is_open = False

    async def reach(self) -> None:
        """Check that the store is open."""
        self._check_open()

    @property
    def changes(self) -> MemoryChanges:
        """The change streams."""
        self._check_open()
        return MemoryChanges(self.memory)

    def with_options(self, options: Options, hints: Mapping[str, IndexHint]) -> MemoryStore:
        """The same store; of the options only a hint of an index that does not exist counts."""
        view = copy(self)
        view._hints = hints
        return view

    async def begin(self, *, required: bool) -> MemoryTransaction:
        """A new transaction."""
        self._check_open()
        return self.memory.begin()

    @property
    def accelerator(self) -> None:
        """None: nothing is read from bytes."""
        return None

    def describe(self, step: Step) -> Any:
        """The class and the model of the step."""
        if isinstance(step, KnownFind):
            step = step.template.find
        model = getattr(step, "model", None)
        return {f"{model.name if model else '-'}.{type(step).__name__}": {}}

    # --- steps ---

    async def execute(self, step: Step, transaction: Transaction | None) -> Any:
        """Execute a step → its result.

        Other tasks run before each step, as they do while a server works: so tasks compete for
        documents here, too.

        Raises:
            prisma.errors.UniqueViolationError: P2002.
            DataError: P2034, another transaction has written the document; P2026 for raw steps.
        """
        await asyncio.sleep(0)
        self._check_open()
        if not isinstance(transaction, MemoryTransaction):
            return await self._execute(step, None)
        transaction.open_view()
        try:
            return await self._execute(step, transaction)
        except PrismaError as error:
            transaction.fail(error)
            raise

    async def _execute(self, step: Step, transaction: MemoryTransaction | None) -> Any:
        if self._hints:
            check_hint(self._datamodel, self._hints, step)
        reader = self._reader(transaction)
        match step:
            case Find():
                return reader.find(step)
            case KnownFind():
                return reader.find(step.find)
            case FindPerParent():
                return reader.find_per_parent(step)
            case CountPerParent():
                return reader.count_per_parent(step)
            case Aggregate():
                return reader.aggregate(step)
            case Group():
                return reader.group(step)
            case Insert() | UpdateOne() | UpdateMany() | DeleteOne() | DeleteMany():
                return await Writer(self.memory, transaction).write(step)
            case RawFind() | RawAggregate() | RawCommand():
                raise unsupported(
                    f"{type(step).__name__} on the fake",
                    "raw commands are MongoDB's own language; test them on a real server",
                )
            case BeginTransaction() | InPortion():
                raise AssertionError("the engine begins transactions")
            case _:
                assert_never(step)

    def _reader(self, transaction: MemoryTransaction | None) -> Evaluator:
        return Evaluator(self.memory.tables if transaction is None else transaction.view)

    def _check_open(self) -> None:
        if not self._is_open:
            raise NotStartedError("The database is not connected: call `await connect()` first.")
