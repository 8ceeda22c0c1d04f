"""Waits for what must happen. No test depends on how fast the machine is."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

PATIENCE: Final = 60.0
"""Seconds until something that must happen has not happened."""

ELECTION: Final = 3 * PATIENCE
"""The same where servers elect a primary, and copy from it, while others are silent or gone: they
have time-outs of their own, one after the other."""

T = TypeVar("T")


async def until(reached: Callable[[], bool | Awaitable[bool]], patience: float = PATIENCE) -> None:
    """Return once the condition is true; TimeoutError after `patience` seconds."""
    async with asyncio.timeout(patience):
        while not await _result(reached()):
            await asyncio.sleep(0.01)


async def _result(answer: bool | Awaitable[bool]) -> bool:
    return await answer if inspect.isawaitable(answer) else answer


async def with_enough_time(
    attempt: Callable[[float], Awaitable[T]], is_done: Callable[[T], bool], seconds: float
) -> T:
    """The result of an attempt that ends after a time-out, however slow the machine is.

    Args:
        attempt: takes the time-out in seconds.
        is_done: whether the time was enough. If not, the next attempt has four times as much.
        seconds: the first time-out.
    """
    while not is_done(result := await attempt(seconds)) and seconds < PATIENCE:
        seconds *= 4
    return result
