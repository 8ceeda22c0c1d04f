"""Waiting for work that others wait for too, or that may not end: beneath resource and lifecycle.

asyncio cancels a task as soon as any one of its waiters is cancelled, and `asyncio.timeout` waits
for ever for work that ignores its cancellation. The waiting here does neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Generic, TypeVar

from prismongo.errors import NotStartedError

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that cancelled work may take to clean up before it is left to itself."""


class SharedTask(Generic[T]):
    """A task that outlives the cancellation of all but its last waiter."""

    def __init__(self, work: Coroutine[Any, Any, T], *, name: str) -> None:
        self.task = asyncio.get_running_loop().create_task(work, name=name)
        self._waiters = 0

    async def wait(self) -> T:
        """The result of the work.

        Raises:
            asyncio.CancelledError: this waiter was cancelled.
            NotStartedError: the work was ended by somebody else.
        """
        self._waiters += 1
        try:
            await asyncio.wait({self.task})
        finally:
            self._waiters -= 1
            if not self._waiters and not self.task.done():
                await end(self.task)
        if self.task.cancelled():
            raise NotStartedError("the start was ended before it was done")
        return self.task.result()


async def end(task: asyncio.Future[Any]) -> None:
    """Cancel a task and wait until it has cleaned up, `PATIENCE` seconds at most."""
    task.cancel()
    await asyncio.wait({task}, timeout=PATIENCE)
    if task.done() and not task.cancelled():
        task.exception()  # Looked at, so that asyncio does not report it as forgotten.


async def finish(task: asyncio.Task[T]) -> T:
    """The result of a task that must run to its end, whoever is cancelled meanwhile.

    Raises:
        asyncio.CancelledError: the waiter was cancelled; raised once the task has ended.
        Exception: the task's own, also where the waiter was cancelled: as a task group does.
    """
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None and task.exception() is None:
        raise cancelled
    return task.result()


async def bounded(work: Any, seconds: float, what: str) -> None:
    """Wait for what a provider gave, where it is awaitable, `seconds` at most.

    Raises:
        TimeoutError: says `what` took too long; the work was cancelled.
    """
    if not isinstance(work, Awaitable):
        return
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        await end(task)
        raise
    if not done:
        await end(task)
        raise TimeoutError(f"{what} within {seconds:g} s")
    task.result()
