"""Tasks of asyncio: in the background, shared, shielded, with a time-out; and the back-off.

Below every other package. asyncio cancels a task as soon as one of its waiters is cancelled, and
`asyncio.timeout` never returns if the work ignores its cancellation. These functions avoid both.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Coroutine
from contextvars import Context
from typing import Any, Final, Generic, TypeVar

from prismongo.errors import NotStartedError

T = TypeVar("T")

FIRST_BACK_OFF: Final = 0.005
"""The longest wait before attempt 0, in seconds."""

CANCEL_TIMEOUT = 5.0
"""How long a cancelled task may take to clean up, in seconds. After that nobody waits for it."""


def cancellations() -> int:
    """How often the running task was asked to end, for `pass_cancellation`."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def pass_cancellation(before: int) -> None:
    """Raise a cancellation since `before` that was swallowed by what was awaited.

    In Python 3.11 `asyncio.wait_for` does so if what it waits for has just ended, and the driver
    opens connections by it. Without this a task that was cancelled would go on, and never end.

    Raises:
        asyncio.CancelledError: there was one.
    """
    if cancellations() > before:
        raise asyncio.CancelledError


async def back_off(attempt: int, longest: float) -> None:
    """Wait before another attempt: exponential back-off with full jitter.

    Args:
        attempt: how many attempts have failed; the wait doubles with each.
        longest: the limit of the wait, in seconds.
    """
    limit = min(longest, FIRST_BACK_OFF * 2 ** min(attempt, 20))
    await asyncio.sleep(random.uniform(0, limit))  # noqa: S311 - jitter


def start_background(
    work: Coroutine[Any, Any, None],
    tasks: set[asyncio.Task[None]],
    *,
    context: Context | None = None,
) -> asyncio.Task[None]:
    """Start a task that continues when its waiter is cancelled (use `asyncio.shield`).

    Args:
        work: what the task does.
        tasks: holds the task until it ends. The event loop itself has only weak references.
        context: its context variables; None means none, for a task of the library must not take
            part in a transaction of whoever happens to start it.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work, context=Context() if context is None else context)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


class SharedTask(Generic[T]):
    """A task with several waiters. It is cancelled when the last of them is cancelled.

    It has none of the context variables of its first waiter.
    """

    def __init__(self, work: Coroutine[Any, Any, T], *, name: str) -> None:
        loop = asyncio.get_running_loop()
        self.task = loop.create_task(work, name=name, context=Context())
        self._waiters = 0

    async def wait(self) -> T:
        """The result of the task.

        Raises:
            asyncio.CancelledError: this waiter was cancelled.
            NotStartedError: the task itself was cancelled.
        """
        self._waiters += 1
        try:
            await asyncio.wait({self.task})
        finally:
            self._waiters -= 1
            if not self._waiters and not self.task.done():
                await cancel_and_wait(self.task)
        if self.task.cancelled():
            raise NotStartedError("the start was ended before it was done")
        return self.task.result()


async def cancel_and_wait(task: asyncio.Future[Any]) -> None:
    """Cancel a task and wait until it has ended, `CANCEL_TIMEOUT` seconds at most."""
    task.cancel()
    await asyncio.wait({task}, timeout=CANCEL_TIMEOUT)
    if task.done() and not task.cancelled():
        task.exception()  # read once, or asyncio reports an exception that was never retrieved


async def wait_shielded(task: asyncio.Task[T]) -> T:
    """The result of a task that must run to its end, also if the waiter is cancelled.

    Raises:
        asyncio.CancelledError: the waiter was cancelled; raised after the task has ended.
        Exception: the task's own, also if the waiter was cancelled: as a task group does.
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


async def wait_with_timeout(work: Any, seconds: float, what: str) -> None:
    """Wait for the result of a provider, if it is awaitable, `seconds` at most.

    Args:
        work: an awaitable, or any other value, which is ignored.
        seconds: the time-out. The work is cancelled after it.
        what: the beginning of the error message: `users.service did not start`.

    Raises:
        TimeoutError: the work took too long.
    """
    if not isinstance(work, Awaitable):
        return
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        await cancel_and_wait(task)
        raise
    if not done:
        await cancel_and_wait(task)
        raise TimeoutError(f"{what} within {seconds:g} s")
    task.result()
