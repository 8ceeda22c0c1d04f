"""Counts the connections of the driver's pool, for the metrics.

PyMongo 4.20 does not report every end of a wait or of a connection if a task is cancelled. So we
remember which tasks wait, open a connection or have one, and ignore tasks that are done. The tasks
are weak references in dicts, which are faster than a WeakSet: every command comes through here.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from weakref import ref

from pymongo import monitoring

from prismongo.metrics import PoolCounts

Task = ref[asyncio.Task[Any]]

FORGET: Final = 1_000
"""From how many entries on the entries of done tasks are removed."""


class PoolListener(monitoring.ConnectionPoolListener):
    """Counts connections. The driver calls it from one event loop, so it needs no lock."""

    def __init__(self) -> None:
        self._counts = PoolCounts()
        self._waiting: dict[Task, None] = {}
        self._busy: dict[Task, int] = {}
        self._opening: dict[object, Task] = {}
        self._most = FORGET

    @property
    def counts(self) -> PoolCounts:
        """The current counts. A task that is done does not wait and has no connection."""
        self._drop_unfinished()
        self._counts.waiting = len(self._waiting)
        self._counts.busy = sum(self._busy.values())
        return self._counts

    def _drop_unfinished(self) -> None:
        self._waiting = {task: None for task in self._waiting if not _is_over(task)}
        self._busy = {task: held for task, held in self._busy.items() if not _is_over(task)}
        self._most = max(FORGET, 2 * len(self._waiting), 2 * len(self._busy))
        for key, opener in list(self._opening.items()):
            if _is_over(opener):
                del self._opening[key]
                self._counts.closed += 1

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:
        """A connection is being opened."""
        self._opening[event.address, event.connection_id] = _task()
        self._counts.opened += 1

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:
        """A connection was closed."""
        self._opening.pop((event.address, event.connection_id), None)
        self._counts.closed += 1

    def connection_check_out_started(
        self, event: monitoring.ConnectionCheckOutStartedEvent
    ) -> None:
        """A command asks for a connection."""
        if len(self._waiting) > self._most or len(self._busy) > self._most:
            self._drop_unfinished()
        self._waiting[_task()] = None

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:
        """A command did not get a connection."""
        self._waiting.pop(_task(), None)
        self._counts.waits.add((event.duration or 0) * 1000)

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:
        """A command got a connection."""
        task = _task()
        self._waiting.pop(task, None)
        self._busy[task] = self._busy.get(task, 0) + 1
        self._counts.waits.add((event.duration or 0) * 1000)

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:
        """A command gave its connection back."""
        task = _task()
        held = self._busy.pop(task, 0)
        if held > 1:
            self._busy[task] = held - 1

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


def _task() -> Task:
    task = asyncio.current_task()
    if task is None:
        raise AssertionError("the driver's commands run in tasks")
    return ref(task)


def _is_over(task: Task) -> bool:
    running = task()
    return running is None or running.done()
