"""What every store offers to the engine: connect, execute a step, begin a transaction, close."""

from __future__ import annotations

from typing import Any, Protocol

from prismongo.metrics import PoolCounts
from prismongo.query.nodes.steps import Step
from prismongo.stores.changes import ChangeSource


class Transaction(Protocol):
    """An open transaction of a store."""

    async def commit(self) -> None:
        """Keep what was written.

        Raises:
            DataError: P2034, where another transaction was faster.
        """

    async def abort(self) -> None:
        """Drop what was written; never raises for a transaction that is gone already."""


class Store(Protocol):
    """A place that evaluates steps."""

    async def connect(self, timeout: float) -> None:
        """Make ready within `timeout` seconds.

        Raises:
            prismongo.errors.ConnectionError: where the server cannot be used.
        """

    async def close(self) -> None:
        """Release everything; may be called again."""

    async def execute(self, step: Step, transaction: Transaction | None) -> Any:
        """What the step finds, as its class says.

        Raises:
            prisma.errors.PrismaError: where the store refuses or cannot.
        """

    async def reach(self) -> None:
        """Return once a command could be executed.

        Raises:
            prisma.errors.PrismaError: the store cannot be reached.
        """

    def describe(self, step: Step) -> Any:
        """What the step asks of the store, as a document, for the query log."""

    @property
    def changes(self) -> ChangeSource:
        """What happens to the stored documents, while the store is connected."""

    @property
    def pool(self) -> PoolCounts:
        """What the connections have been doing."""

    async def begin(self, *, required: bool) -> Transaction | None:
        """A new transaction; None where it is not required and there are none on this server.

        Raises:
            DataError: P2031, where it is required and the server has none.
        """
