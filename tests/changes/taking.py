"""Changes that must come, within a time that is long enough."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from prismongo.changes import Change, Changes

PATIENCE = 30.0
"""Seconds until something that must happen has not happened."""

ModelT = TypeVar("ModelT", bound=BaseModel)


async def take(changes: Changes[ModelT], count: int) -> list[Change[ModelT]]:
    """The next changes, so many."""
    async with asyncio.timeout(PATIENCE):
        return [await anext(changes) for _ in range(count)]


async def until(reached: Callable[[], bool]) -> None:
    """Returns once it is reached."""
    async with asyncio.timeout(PATIENCE):
        while not reached():
            await asyncio.sleep(0.01)
