"""Protocol of a store: connect, execute a step, begin a transaction, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NewType, Protocol

from prisma.errors import PrismaError

from prismongo.metrics import OnWait, Place, Pool, PoolCounts
from prismongo.query.nodes.limits import TRANSACTION_BYTES, TRANSACTION_RECORDS
from prismongo.query.nodes.options import IndexHint, Options
from prismongo.query.nodes.steps import Step
from prismongo.stores.changes import ChangeSource
from prismongo.stores.errors import transaction_full

TransactionId = NewType("TransactionId", str)
"""What names an open transaction to the engine."""

OnLost = Callable[[Step], None]
"""Is told of the step at which a transaction lost against another one."""


def nobody(step: Step) -> None:
    """Nobody is told."""


class Load:
    """What calls for many records have written in a transaction."""

    __slots__ = ("_records", "_size")

    def __init__(self) -> None:
        self._records = 0
        self._size = 0

    def add(self, records: int, size: int) -> None:
        """Reserve room for so many records, new ones of `size` bytes.

        Raises:
            TransactionError: P2028, there is not enough.
        """
        records, size = records + self._records, size + self._size
        if records > TRANSACTION_RECORDS or (size > TRANSACTION_BYTES and records > 1):
            raise transaction_full(records, size)
        self._records, self._size = records, size


class Transaction(Protocol):
    """An open transaction of a store.

    Attributes:
        load: what calls for many records have written in it.
        on_lost: set by who begins it again after it has lost.
    """

    load: Load
    on_lost: OnLost

    @property
    def failure(self) -> PrismaError | None:
        """The first error of an operation in it, after which nothing of it is kept."""

    async def commit(self) -> None:
        """Commit the writes. After an error, `abort` lets go of what is still held.

        Raises:
            DataError: P2034, another transaction was faster.
        """

    async def abort(self) -> None:
        """Drop the writes; no error if the transaction has already ended."""


class Store(Protocol):
    """Executes steps.

    Attributes:
        on_wait: set before connect: who is told of each wait for a connection, if it is measured.
    """

    on_wait: OnWait | None

    async def connect(self, timeout: float) -> None:
        """Connect within `timeout` seconds.

        Raises:
            prismongo.errors.ConnectionError: the server cannot be used.
        """

    async def close(self) -> None:
        """Close all connections; may be called again."""

    async def execute(self, step: Step, transaction: Transaction | None) -> Any:
        """Execute a step → its result, as documented at its class.

        Raises:
            prisma.errors.PrismaError: the step fails.
        """

    async def reach(self) -> None:
        """Wait until a command can be executed.

        Raises:
            prisma.errors.PrismaError: the store cannot be reached.
        """

    def describe(self, step: Step) -> Any:
        """The command of a step as a document, for the query log."""

    @property
    def accelerator(self) -> str | None:
        """Whether the accelerator reads the rows, in words; None if there are none to read."""

    @property
    def changes(self) -> ChangeSource:
        """The change streams."""

    @property
    def pool(self) -> PoolCounts:
        """The counts of the connections."""

    @property
    def pools(self) -> Sequence[Pool]:
        """The connections now, a server each; asked from any thread."""

    @property
    def place(self) -> Place:
        """Where the data is."""

    def with_options(self, options: Options, hints: Mapping[str, IndexHint]) -> Store:
        """The same store, on the same connections, with options for each step.

        Args:
            options: all but the time limit, which is the client's.
            hints: an index per collection.
        """

    async def begin(self, *, required: bool) -> Transaction | None:
        """A new transaction; None if it is not required and the server has none.

        Raises:
            DataError: P2031, it is required and the server has none.
        """
