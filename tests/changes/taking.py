"""Messages that are posted, and their changes, which come within a time that is long enough."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from prisma.models import Message
from pydantic import BaseModel

from database import DatabaseService
from prismongo.changes import Change, Changes
from tests.waiting import PATIENCE

ModelT = TypeVar("ModelT", bound=BaseModel)


async def take(
    changes: Changes[ModelT], count: int, within: float = PATIENCE
) -> list[Change[ModelT]]:
    """The next changes, so many."""
    async with asyncio.timeout(within):
        return [await anext(changes) for _ in range(count)]


async def post(database: DatabaseService, *contents: str) -> None:
    """Create messages, one after the other."""
    for content in contents:
        await database.message.create(data={"content": content})


async def contents(changes: Changes[Message], count: int) -> list[str]:
    """The texts of the next changed messages."""
    return [change.after.content for change in await take(changes, count) if change.after]
