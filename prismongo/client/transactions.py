"""Transactions as `tx()` gives them: begun, and ended by what happens in them."""

from __future__ import annotations

import logging
import warnings
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from prisma.errors import TransactionNotStartedError

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient
    from prismongo.engine.sessions import TransactionId

ClientT = TypeVar("ClientT", bound="BaseClient")

_NESTED: Final = (
    "The current client is already in a transaction. This can lead to surprising behaviour."
)
"""Upstream's words."""

logger: Final = logging.getLogger(__name__)


class TransactionManager(Generic[ClientT]):
    """A transaction of one client.

        async with database.tx() as tx:
            await tx.user.create({...})

    Committed at the end, rolled back where an error leaves it.

    Args:
        client: whose transaction it is.
        max_wait: how long beginning may take.
        timeout: how long the whole may take, then it is rolled back.
    """

    def __init__(self, *, client: ClientT, max_wait: timedelta, timeout: timedelta) -> None:
        self._client = client
        self._max_wait = max_wait
        self._timeout = timeout
        self._tx_id: TransactionId | None = None

    async def start(self, *, _from_context: bool = False) -> ClientT:
        """Begin.

        Returns:
            A client whose actions are in the transaction.

        Raises:
            prisma.errors.TransactionError: it did not begin in time.
        """
        if self._client.is_transaction():
            warnings.warn(_NESTED, UserWarning, stacklevel=3 if _from_context else 2)
        self._tx_id = await self._client._mongo_engine.begin(
            max_wait=self._max_wait, timeout=self._timeout
        )
        client = self._client._copy()
        client._tx_id = self._tx_id
        return client

    async def commit(self) -> None:
        """Keep what was written; the transaction is over.

        Raises:
            prisma.errors.TransactionNotStartedError: it has not begun.
            prisma.errors.TransactionExpiredError: it is over already.
        """
        await self._client._mongo_engine.commit_transaction(self._begun())

    async def rollback(self) -> None:
        """Keep nothing of what was written; the transaction is over.

        Raises:
            prisma.errors.TransactionNotStartedError: it has not begun.
            prisma.errors.TransactionExpiredError: it is over already.
        """
        await self._client._mongo_engine.rollback_transaction(self._begun())

    def _begun(self) -> TransactionId:
        if self._tx_id is None:
            raise TransactionNotStartedError
        return self._tx_id

    async def __aenter__(self) -> ClientT:
        return await self.start(_from_context=True)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            await self.commit()
            return
        try:
            await self.rollback()
        except Exception as failure:  # noqa: BLE001 - the error that ended it is the one to raise
            logger.warning("A transaction could not be rolled back: %s", failure)
