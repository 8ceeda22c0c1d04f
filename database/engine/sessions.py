"""Open transactions by id: bounded in time, rolled back when theirs is up.

An id that is over is remembered for a while, so that its next use says why.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from prisma._types import TransactionId

from database.errors import TransactionError, TransactionExpiredError
from database.stores.store import Store, Transaction

REMEMBERED: Final = 1_000
"""How many ids that are over can still say why."""


@dataclass(slots=True)
class _Open:
    transaction: Transaction
    started: float
    timeout: float
    timer: asyncio.TimerHandle


class Sessions:
    """The transactions of one connected engine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[str, _Open] = {}
        self._over: OrderedDict[str, str] = OrderedDict()
        self._aborting: set[asyncio.Task[None]] = set()

    async def start(self, *, max_wait: float, timeout: float) -> TransactionId:
        """Begin a transaction.

        Args:
            max_wait: seconds that beginning may take.
            timeout: seconds that the whole may take; then it is rolled back.

        Raises:
            TransactionError: P2028, it could not begin in `max_wait`.
            DataError: P2031, the server has no transactions.
        """
        try:
            async with asyncio.timeout(max_wait):
                transaction = await self._store.begin(required=True)
        except TimeoutError as error:
            raise TransactionError(
                f"Transaction API error: Unable to start a transaction in the given time "
                f"({max_wait:g} s). Raise max_wait, or the pool's size."
            ) from error
        if transaction is None:
            raise AssertionError("a required transaction was not begun")
        tx_id = secrets.token_hex(12)
        timer = asyncio.get_running_loop().call_later(timeout, self._expire, tx_id)
        self._open[tx_id] = _Open(transaction, time.monotonic(), timeout, timer)
        return TransactionId(tx_id)

    def get(self, tx_id: TransactionId) -> Transaction:
        """The transaction of an id.

        Raises:
            TransactionExpiredError: its time was up.
            TransactionError: it was committed or rolled back, or never was.
        """
        found = self._open.get(tx_id)
        if found is None:
            raise self._why(tx_id, "A query")
        return found.transaction

    async def commit(self, tx_id: TransactionId) -> None:
        """Commit; raises like `get`, and P2034 where another transaction was faster."""
        await self._take(tx_id, "committed", "A commit").commit()

    async def rollback(self, tx_id: TransactionId) -> None:
        """Roll back; raises like `get`."""
        await asyncio.shield(self._take(tx_id, "rolled back", "A rollback").abort())

    async def close(self) -> None:
        """Roll back everything that is open."""
        for tx_id in list(self._open):
            await self._take(tx_id, "rolled back at disconnect", "").abort()
        if self._aborting:
            await asyncio.gather(*self._aborting, return_exceptions=True)

    def _take(self, tx_id: str, reason: str, act: str) -> Transaction:
        found = self._open.pop(tx_id, None)
        if found is None:
            raise self._why(tx_id, act)
        found.timer.cancel()
        self._remember(tx_id, f"it was {reason}")
        return found.transaction

    def _expire(self, tx_id: str) -> None:
        found = self._open.pop(tx_id, None)
        if found is None:
            return
        self._remember(
            tx_id,
            f"the timeout for this transaction was {found.timeout * 1000:.0f} ms. Do less in it, "
            "or raise the timeout of tx()",
        )
        task = asyncio.ensure_future(found.transaction.abort())
        self._aborting.add(task)
        task.add_done_callback(self._aborting.discard)

    def _remember(self, tx_id: str, reason: str) -> None:
        self._over[tx_id] = reason
        while len(self._over) > REMEMBERED:
            self._over.popitem(last=False)

    def _why(self, tx_id: str, act: str) -> TransactionError:
        reason = self._over.get(tx_id)
        if reason is None:
            return TransactionError("Transaction API error: Transaction not found.")
        if reason.startswith("the timeout"):
            return TransactionExpiredError(
                f"Transaction already closed: {act} cannot be executed on an expired transaction: "
                f"{reason}."
            )
        return TransactionError(
            f"Transaction API error: Transaction already closed: {act} cannot be executed on a "
            f"closed transaction: {reason}."
        )
