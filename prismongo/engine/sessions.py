"""Open transactions by id: bounded in time, rolled back when theirs is up.

An id that is over is remembered for a while, so that its next use says why.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from prisma.errors import DataError, PrismaError

from prismongo.errors import TransactionError, TransactionExpiredError, WriteConcernError
from prismongo.spans import context_of_rollback
from prismongo.stores.errors import transaction_aborted
from prismongo.stores.store import OnLost, Store, Transaction
from prismongo.stores.store import TransactionId as TransactionId
from prismongo.tasks import cancellations, pass_cancellation, start_background

REMEMBERED: Final = 1_000
"""How many ids that are over can still say why."""

COMMIT_WAIT: Final = 2.0
"""How long a disconnect waits for commits, in seconds."""

T = TypeVar("T")

COMMITTED: Final = "a committed transaction"
UNKNOWN: Final = "a transaction whose commit was interrupted: it may be committed"
ROLLED_BACK: Final = "a transaction that was rolled back"


@dataclass(slots=True)
class _Open:
    """An open transaction.

    Attributes:
        queue: held by the operation that runs; one comes after the other.
        is_broken: whether an operation was cancelled while it ran.
    """

    transaction: Transaction
    started: float
    timeout: float
    timer: asyncio.TimerHandle
    queue: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_broken: bool = False

    @property
    def left(self) -> float:
        """Seconds until its time is up; less than 0 after it."""
        return self.timeout - (time.monotonic() - self.started)


class Sessions:
    """The transactions of one connected engine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[str, _Open] = {}
        self._over: OrderedDict[str, str] = OrderedDict()
        self._aborting: set[asyncio.Task[None]] = set()
        self._committing: set[asyncio.Future[None]] = set()

    async def start(
        self,
        *,
        max_wait: float,
        timeout: float,
        store: Store | None = None,
        on_lost: OnLost | None = None,
    ) -> TransactionId:
        """Begin a transaction.

        Args:
            max_wait: seconds that beginning may take.
            timeout: seconds that the whole may take; then it is rolled back.
            store: with options of the transaction.
            on_lost: is told at which steps it lost against another one.

        Raises:
            TransactionError: P2028, it could not begin in `max_wait`.
            DataError: P2031, the server has no transactions.
        """
        try:
            async with asyncio.timeout(max_wait):
                await self._store.reach()  # MongoDB hears of a transaction with its first command
                transaction = await (store or self._store).begin(required=True)
        except TimeoutError as error:
            raise TransactionError(
                f"Transaction API error: Unable to start a transaction in the given time "
                f"({max_wait:g} s). Raise max_wait, or the pool's size."
            ) from error
        if transaction is None:
            raise AssertionError("a required transaction was not begun")
        if on_lost is not None:
            transaction.on_lost = on_lost
        tx_id = secrets.token_hex(12)
        timer = asyncio.get_running_loop().call_later(timeout, self._expire, tx_id)
        self._open[tx_id] = _Open(transaction, time.monotonic(), timeout, timer)
        return TransactionId(tx_id)

    def find(self, tx_id: TransactionId, act: str = "query") -> Transaction:
        """The open transaction of an id; `act` names what it is wanted for in errors.

        Raises:
            TransactionExpiredError: its time was up, or it was committed or rolled back.
            TransactionError: there never was one, or not since connect.
        """
        return self._find(tx_id, act).transaction

    async def within(
        self, tx_id: TransactionId, act: str, work: Callable[[Transaction], Awaitable[T]]
    ) -> T:
        """What one operation in a transaction answers; it ends where the transaction's time is up.

        Operations of concurrent tasks wait for each other. If one fails and the transaction with
        it, those that wait fail, too, and nothing of them is sent.

        Args:
            tx_id: the transaction.
            act: what is done, in errors.
            work: does it.

        Raises:
            TransactionError: P2028, an operation that ran before it has failed, or was cancelled.
            TransactionExpiredError: its time was up before or while the operation ran, or it was
                committed or rolled back.
            TransactionError: there never was one, or not since connect.
        """
        found = self._find(tx_id, act)
        has_waited = found.queue.locked()
        try:
            async with asyncio.timeout(found.left) as limit, found.queue:
                self._check_turn(tx_id, act, found, has_waited=has_waited)
                try:
                    return await work(found.transaction)
                except asyncio.CancelledError:
                    found.is_broken = True
                    raise
        except (PrismaError, TimeoutError) as error:
            if limit.expired():
                self._expire(tx_id)  # perhaps before the timer
            if self._open.get(tx_id) is not found:
                raise self._why(tx_id, act) from error
            raise

    def _check_turn(self, tx_id: str, act: str, found: _Open, *, has_waited: bool) -> None:
        if self._open.get(tx_id) is not found:
            raise self._why(tx_id, act)
        _check_usable(found)
        if has_waited and (failure := found.transaction.failure) is not None:
            raise transaction_aborted(getattr(failure, "code", "P2028")) from failure

    async def commit(self, tx_id: TransactionId) -> None:
        """Commit, after the operation that runs; those that wait for it are not executed.

        Raises like `within`, P2034 where another transaction was faster, and WriteConcernError
        where it is committed but not acknowledged as demanded.
        """
        found = self._take(tx_id, "commit")
        self._remember(tx_id, ROLLED_BACK)
        ended = asyncio.get_running_loop().create_future()
        self._committing.add(ended)
        before = cancellations()
        try:
            async with found.queue:
                _check_usable(found)
                await self._send_commit(tx_id, found.transaction)
        except BaseException:
            self._abort(found.transaction)  # it may not have come to the commit
            raise
        finally:
            self._committing.discard(ended)
            ended.set_result(None)
        self._remember(tx_id, COMMITTED)
        pass_cancellation(before)

    async def _send_commit(self, tx_id: str, transaction: Transaction) -> None:
        self._remember(tx_id, UNKNOWN)
        try:
            await transaction.commit()
        except WriteConcernError:
            self._remember(tx_id, COMMITTED)
            raise
        except (TransactionError, DataError):
            self._remember(tx_id, ROLLED_BACK)
            raise

    async def rollback(self, tx_id: TransactionId) -> None:
        """Roll back; raises like `within`."""
        found = self._take(tx_id, "rollback")
        self._remember(tx_id, ROLLED_BACK)
        await asyncio.shield(self._abort(found.transaction))

    async def close(self) -> None:
        """Roll back everything that is open, after the commits that are under way."""
        if self._committing:
            await asyncio.wait(self._committing, timeout=COMMIT_WAIT)
        while self._open:
            _, found = self._open.popitem()
            found.timer.cancel()
            self._abort(found.transaction)
        while self._aborting:
            await asyncio.gather(*self._aborting, return_exceptions=True)

    def _find(self, tx_id: str, act: str) -> _Open:
        found = self._open.get(tx_id)
        if found is not None and found.left <= 0:
            self._expire(tx_id)  # the timer waits for a loop that was kept busy
            found = None
        if found is None:
            raise self._why(tx_id, act)
        return found

    def _take(self, tx_id: str, act: str) -> _Open:
        found = self._find(tx_id, act)
        del self._open[tx_id]
        found.timer.cancel()
        return found

    def _expire(self, tx_id: str) -> None:
        found = self._open.pop(tx_id, None)
        if found is None:
            return
        found.timer.cancel()
        passed = time.monotonic() - found.started
        self._remember(
            tx_id,
            f"an expired transaction. The timeout for this transaction was "
            f"{found.timeout * 1000:.0f} ms, however {passed * 1000:.0f} ms passed since the start "
            "of the transaction. Do less in it, or raise its timeout",
        )
        self._abort(found.transaction)

    def _abort(self, transaction: Transaction) -> asyncio.Task[None]:
        context = context_of_rollback()
        return start_background(transaction.abort(), self._aborting, context=context)

    def _remember(self, tx_id: str, state: str) -> None:
        self._over[tx_id] = state
        while len(self._over) > REMEMBERED:
            self._over.popitem(last=False)

    def _why(self, tx_id: str, act: str) -> TransactionError:
        """Upstream takes its class from the first words: whatever is closed counts as expired."""
        state = self._over.get(tx_id)
        if state is None:
            return TransactionError(
                "Transaction API error: Transaction not found: it was begun before the last "
                "connect, or is long over."
            )
        return TransactionExpiredError(
            f"Transaction already closed: A {act} cannot be executed on {state}."
        )


def _check_usable(found: _Open) -> None:
    if found.is_broken:
        raise TransactionError(
            "Transaction API error: Transaction has been aborted: an operation in it was cancelled "
            "while it ran, and what it has written is not known. Let the cancellation end it."
        )
