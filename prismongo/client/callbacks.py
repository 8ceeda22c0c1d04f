"""Callbacks of `after_commit`: they run once the work is kept, and never when it is not."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from prismongo.errors import TransactionExpiredError
from prismongo.query.errors.input import invalid
from prismongo.tasks import start_background

Callback = Callable[[], Awaitable[object] | object]

_RUNNING: Final[set[asyncio.Task[None]]] = set()
"""Callbacks, and commits that have some, which go on if whoever waits for them is cancelled."""

logger: Final = logging.getLogger(__name__)


class Callbacks:
    """The callbacks of one attempt at a transaction."""

    def __init__(self) -> None:
        self._added: list[Callback] = []
        self._is_over = False

    def __bool__(self) -> bool:
        return bool(self._added)

    def add(self, callback: Callback) -> None:
        """Add one.

        Raises:
            TransactionExpiredError: the transaction is over.
        """
        if self._is_over:
            raise TransactionExpiredError(
                "Transaction already closed: after_commit of a transaction that is over."
            )
        self._added.append(checked(callback))

    def close(self) -> None:
        """Take no more; what was added is still called by `run`."""
        self._is_over = True

    async def run(self) -> None:
        """Call them, in order; an error is logged, and the next one is called."""
        for callback in self._added:
            if (made := _begin(callback)) is not None:
                await _await(callback, made)


def checked(callback: Callback) -> Callback:
    """The callback.

    Raises:
        DataError: P2009, it cannot be called.
    """
    if not callable(callback):
        raise invalid(("callback",), "expected a function that is called without arguments")
    return callback


def call_now(callback: Callback) -> None:
    """Call it at once; if it is async, in a task that nobody waits for. Errors are logged."""
    if (made := _begin(callback)) is not None:
        keep_running(_await(callback, made))


def keep_running(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task with the context of the caller, which ends also if nobody waits for it any more."""
    return start_background(work, _RUNNING, context=contextvars.copy_context())


def _begin(callback: Callback) -> Awaitable[object] | None:
    """Call it; what is to be awaited of it, if anything. An error is logged."""
    try:
        made = callback()
    except Exception:  # noqa: BLE001 - the work is kept whatever becomes of a callback
        _log(callback)
        return None
    return made if inspect.isawaitable(made) else None


async def _await(callback: Callback, made: Awaitable[object]) -> None:
    try:
        await made
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        _log(callback)  # it waited for something that was cancelled
    except Exception:  # noqa: BLE001 - the work is kept whatever becomes of a callback
        _log(callback)


def _log(callback: Callback) -> None:
    name = getattr(callback, "__qualname__", type(callback).__name__)
    logger.exception("A callback of after_commit failed: %s", name)
