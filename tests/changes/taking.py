"""Changes that must come, within a time that is long enough."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from pydantic import BaseModel

from prismongo.changes import Change, Changes
from tests.waiting import PATIENCE

ModelT = TypeVar("ModelT", bound=BaseModel)


async def take(
    changes: Changes[ModelT], count: int, within: float = PATIENCE
) -> list[Change[ModelT]]:
    """The next changes, so many."""
    async with asyncio.timeout(within):
        return [await anext(changes) for _ in range(count)]
