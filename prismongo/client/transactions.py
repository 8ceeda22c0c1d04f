"""Transactions as `tx()` gives them: begun, and ended by what happens in them."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Awaitable
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from prisma.errors import TransactionNotStartedError

from prismongo.client.ambient import ambient
from prismongo.client.callbacks import Callbacks, keep_running
from prismongo.client.options import check_begin, in_time
from prismongo.errors import TransactionError, TransactionExpiredError, WriteConcernError
from prismongo.spans import NO_SPAN

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient
    from prismongo.engine.conflicts import Attempts
    from prismongo.engine.sessions import TransactionId

TX_MAX_WAIT: Final = timedelta(seconds=2)
TX_TIMEOUT: Final = timedelta(seconds=5)

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

    Attributes:
        callbacks: what is called once it is committed.
        options: those of the client, of `with_options`.
    """

    def __init__(self, *, client: ClientT, max_wait: timedelta, timeout: timedelta) -> None:
        self._client = client
        self.options = client._options
        self._max_wait = max_wait
        self._timeout = timeout
        self._tx_id: TransactionId | None = None
        self._is_over = False
        self._failure: BaseException | None = None
        self.callbacks = Callbacks()
        self._attempts: Attempts | None = None
        self._span = NO_SPAN

    def as_one_of(self, attempts: Attempts) -> Self:
        """The same as one of several attempts: whoever repeats them has the span of all."""
        self._attempts = attempts
        return self

    async def start(self, *, _from_context: bool = False) -> ClientT:
        """Begin.

        Returns:
            A client whose actions are in the transaction.

        Raises:
            prisma.errors.TransactionError: it did not begin in time, it has begun and is not over,
                or it would begin inside of a block of `atomic`.
        """
        if self._tx_id is not None and not self._is_over:
            raise TransactionError(_BEGUN)
        if self._client._tx_id is not None:
            warnings.warn(_NESTED, UserWarning, stacklevel=3 if _from_context else 2)
        elif ambient(self._client._database) is not None:
            raise _inside_of_a_block()
        if self.options is not None:
            check_begin(self.options)
        engine = self._client._mongo_engine
        attempts = self._attempts
        if attempts is None:
            self._span = engine.spans.transaction()
        try:
            begin = engine.begin(
                max_wait=self._max_wait,
                timeout=self._timeout,
                options=self.options,
                on_lost=None if attempts is None else attempts.lose,
            )
            self._tx_id = await in_time(self.options, begin, "begin of the transaction")
        except BaseException as error:
            self._span.end(error)
            raise
        self._is_over, self._failure, self.callbacks = False, None, Callbacks()
        client = self._client._copy()
        client._tx_id = self._tx_id
        client._manager = self
        return client

    async def commit(self) -> None:
        """Keep what was written; the transaction is over.

        If there are callbacks, a cancelled caller does not stop it: they run if it is kept.

        Raises:
            prisma.errors.TransactionNotStartedError: it has not begun.
            prisma.errors.TransactionExpiredError: it is over already.
            WriteConcernError: it is kept, but not acknowledged as its write concern demands.
            prismongo.errors.ConnectionError: P1008, it took longer than the timeout of the view.
        """
        tx_id = self._begun()
        self._is_over = True
        self.callbacks.close()
        with self._span:
            if self._failure is not None:
                raise _given_up(self._failure)
            if self.callbacks:
                await self._commit_to_its_end(tx_id)
            else:
                await self._commit(tx_id)

    async def _commit_to_its_end(self, tx_id: TransactionId) -> None:
        work = keep_running(self._commit_and_call(tx_id))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            work.add_done_callback(_log_failure)  # nobody else hears of it
            raise

    async def _commit_and_call(self, tx_id: TransactionId) -> None:
        try:
            await self._commit(tx_id)
        except WriteConcernError:
            await self._call()  # the work is kept
            raise
        await self._call()

    def _commit(self, tx_id: TransactionId) -> Awaitable[None]:
        commit = self._client._mongo_engine.commit_transaction(tx_id)
        return in_time(self.options, commit, "commit")

    async def _call(self) -> None:
        if self._attempts is not None:
            self._attempts.leave()  # callbacks keep nobody from their turn
        await self.callbacks.run()

    async def rollback(self) -> None:
        """Keep nothing of what was written; the transaction is over.

        With the timeout of a view it returns in that time at the latest, perhaps before the server
        has rolled back.

        Raises:
            prisma.errors.TransactionNotStartedError: it has not begun.
            prisma.errors.TransactionExpiredError: it is over already.
        """
        with self._span:
            await self._roll_back()

    async def drop(self, error: BaseException | None = None) -> None:
        """Roll back, because of an error if there is one; a failure of this is logged."""
        try:
            if self._failure is None:
                await self._roll_back_quietly()
            self._is_over = True
        finally:
            self._span.end(error)

    async def give_up(self, failure: BaseException) -> None:
        """Roll back because of what was raised through a block inside of it; it stays so."""
        if self._failure is None:
            self._failure = failure
            await self._roll_back_quietly()

    def usable_id(self) -> TransactionId:
        """The id, for an operation of a block.

        Raises:
            TransactionExpiredError: the block is over.
            TransactionError: it was given up.
        """
        if self._failure is not None:
            raise _given_up(self._failure)
        if self._is_over:
            raise TransactionExpiredError(_OUTLIVED)
        return self._begun()

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
        else:
            await self.drop(error)

    async def _roll_back(self) -> None:
        tx_id = self._begun()
        self._is_over = True
        self.callbacks.close()
        limit = None if self.options is None else self.options.timeout
        try:
            async with asyncio.timeout(limit) as waited:
                await self._client._mongo_engine.rollback_transaction(tx_id)
        except TimeoutError:  # it goes on, and nothing of the transaction is kept anyway
            if not waited.expired():
                raise

    async def _roll_back_quietly(self) -> None:
        try:
            await self._roll_back()
        except TransactionExpiredError:  # nothing of it is left
            pass
        except Exception as failure:  # noqa: BLE001 - the error that ended it is the one to raise
            logger.warning("A transaction could not be rolled back: %s", failure)


_BEGUN: Final = (
    "Transaction API error: this transaction has begun and is not over. Make another one by "
    "calling `database.tx()` again."
)

_OUTLIVED: Final = (
    "Transaction already closed: A query cannot be executed on the transaction of a block of "
    "`atomic` that is over. This task was begun inside of the block: let the block wait for it, or "
    "let it work outside, `with database.detached():`."
)


def _log_failure(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (failure := work.exception()) is not None:
        logger.error("A commit failed after its caller was cancelled: %s", failure)


def _given_up(failure: BaseException) -> TransactionError:
    error = TransactionError(
        f"Transaction API error: Transaction has been rolled back: {type(failure).__name__} was "
        "raised through a block of `atomic` inside of it, and caught outside of that block. Let it "
        "end the outermost block, too."
    )
    error.__cause__ = failure
    return error


def _inside_of_a_block() -> TransactionError:
    return TransactionError(
        "Transaction API error: tx() inside of a block of `atomic` would begin a transaction that "
        "does not see the block's, and waits for it. Use `async with database.atomic():`, which "
        "takes part, or begin it `with database.detached():`."
    )
