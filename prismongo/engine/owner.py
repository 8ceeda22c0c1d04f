"""The event loop that an engine connected in, where alone it can be closed; below engine.py.

Clients are dropped without disconnect, and disconnect in other event loops: both end here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Final

from prismongo.tasks import start_background

_CONNECTED: Final[set[OwnerLoop]] = set()
"""What is connected, kept from the garbage collector: a client that is dropped without disconnect
shall find its connections in order, not already being finalized with it."""

_CLOSING: Final[set[asyncio.Task[None]]] = set()
"""Disconnects under way."""


class OwnerLoop:
    """Where an engine is connected, and the way back.

    Args:
        close: closes the engine; may be called again.
    """

    def __init__(self, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._close = close
        self._loop: asyncio.AbstractEventLoop | None = None

    def enter(self) -> None:
        """The engine has connected, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        _CONNECTED.add(self)

    def leave(self) -> None:
        """The engine is closed."""
        _CONNECTED.discard(self)

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is not the running event loop."""
        return self._loop is not None and self._loop is not asyncio.get_running_loop()

    def close(self) -> asyncio.Task[None]:
        """Begin to close, in a task that ends whoever waits for it."""
        return start_background(self._close(), _CLOSING)

    def close_there(self) -> None:
        """Let it close itself, from anywhere; a closed event loop has no use for its sockets."""
        if self._loop is not None and self in _CONNECTED:
            with contextlib.suppress(RuntimeError):  # it is closed, perhaps in this very moment
                self._loop.call_soon_threadsafe(self.close)


def already_connected() -> Exception:
    """Upstream's error; its package imports an HTTP client, which nobody else needs."""
    errors: Any = import_module("prisma.engine.errors")  # type checkers need not read it either
    error: Exception = errors.AlreadyConnectedError("Already connected to the query engine")
    return error
