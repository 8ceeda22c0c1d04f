"""What the driver's connection pool reports, counted for the metrics.

PyMongo 4.20 says nothing of a wait that is cancelled, of a connection that is dropped because its
task was cancelled while it was opened, nor of one given back in the very moment of a cancellation.
So it is remembered which task waits, opens and holds: one that is over does none of it.
"""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, ref

from pymongo import monitoring

from database.metrics import PoolCounts


class PoolListener(monitoring.ConnectionPoolListener):
    """Counts connections. The driver calls it from one event loop, so nothing is locked."""

    def __init__(self) -> None:
        self._counts = PoolCounts()
        self._waiting: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._busy: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()
        self._opening: dict[object, ref[asyncio.Task[Any]]] = {}

    @property
    def counts(self) -> PoolCounts:
        """What there is now; a task that is over neither waits nor has a connection."""
        self._counts.waiting = sum(not task.done() for task in self._waiting)
        self._counts.busy = sum(held for task, held in self._busy.items() if not task.done())
        self._drop_unfinished()
        return self._counts

    def _drop_unfinished(self) -> None:
        for key, opener in list(self._opening.items()):
            task = opener()
            if task is None or task.done():
                del self._opening[key]
                self._counts.closed += 1

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:
        """A connection is being opened."""
        self._opening[event.address, event.connection_id] = ref(_task())
        self._counts.opened += 1

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:
        """A connection was closed."""
        self._opening.pop((event.address, event.connection_id), None)
        self._counts.closed += 1

    def connection_check_out_started(
        self, event: monitoring.ConnectionCheckOutStartedEvent
    ) -> None:
        """A command asks for a connection."""
        self._waiting.add(_task())

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:
        """A command got none."""
        self._waiting.discard(_task())
        self._counts.waits.add((event.duration or 0) * 1000)

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:
        """A command got a connection."""
        task = _task()
        self._waiting.discard(task)
        self._busy[task] = self._busy.get(task, 0) + 1
        self._counts.waits.add((event.duration or 0) * 1000)

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:
        """A command gave its connection back."""
        task = _task()
        self._busy[task] = max(0, self._busy.get(task, 0) - 1)

    def connection_ready(self, event: monitoring.ConnectionReadyEvent) -> None:
        """A connection has been opened."""
        self._opening.pop((event.address, event.connection_id), None)

    def pool_created(self, event: monitoring.PoolCreatedEvent) -> None:
        """A server was found."""

    def pool_ready(self, event: monitoring.PoolReadyEvent) -> None:
        """A server can be used."""

    def pool_cleared(self, event: monitoring.PoolClearedEvent) -> None:
        """A server cannot be used for now; its connections report themselves."""

    def pool_closed(self, event: monitoring.PoolClosedEvent) -> None:
        """A server is gone; its connections report themselves."""


def _task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise AssertionError("the driver's commands run in tasks")
    return task
