"""Three nodes, the primary killed in the middle of 5,000 writes: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from prisma.errors import PrismaError
from prisma.models import Message

from database import DatabaseService, DatabaseSettings
from prismongo.changes import Changes
from tests.processes import kill
from tests.replica_set import ReplicaSet
from tests.waiting import ELECTION

WRITES = 5_000
AT_ONCE = 64
BETWEEN_TOKENS = 700


class Writer:
    """Creates messages, and remembers which of them the database has acknowledged."""

    def __init__(self, database: DatabaseService) -> None:
        self._database = database
        self._numbers = iter(range(1_000_000))
        self.acknowledged: list[str] = []

    async def write(self, until: int) -> None:
        """Writes, many at once, until so many are acknowledged."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._write(until))

    async def _write(self, until: int) -> None:
        while len(self.acknowledged) < until:
            try:
                content = str(next(self._numbers))
                message = await self._database.message.create(data={"content": content})
            except PrismaError:
                await asyncio.sleep(0.05)  # whether it is there, nobody knows
            else:
                self.acknowledged.append(message.id)


async def take(changes: Changes[Message], seen: list[str]) -> str:
    """Up to so many of the next changes, and the token of the last."""
    async for change in changes:
        seen.append(change.id)
        if len(seen) % BETWEEN_TOKENS == 0:
            return change.token
    raise AssertionError("the stream has ended")


async def follow(database: DatabaseService, seen: list[str], start: str) -> None:
    """A consumer that begins anew every so often, at its token."""
    token = start
    while True:
        async with database.watch(Message, resume_after=token) as changes:
            token = await take(changes, seen)


async def test_every_acknowledged_write_is_seen_once(tmp_path: Path) -> None:
    seen_from_tokens: list[str] = []
    seen_at_once: list[str] = []
    async with ReplicaSet(tmp_path) as servers:
        settings = DatabaseSettings(url=servers.url("test", "&w=majority"))
        async with DatabaseService(settings) as database, database.watch(Message) as changes:
            consumers = [
                asyncio.create_task(follow(database, seen_from_tokens, changes.token)),
                asyncio.create_task(take_all(changes, seen_at_once)),
            ]
            writer = Writer(database)
            writing = asyncio.create_task(writer.write(WRITES))
            while len(writer.acknowledged) < WRITES // 2:
                await asyncio.sleep(0.01)
            await kill(await servers.primary())
            await writing
            acknowledged = set(writer.acknowledged)
            async with asyncio.timeout(ELECTION):
                while not (acknowledged <= set(seen_from_tokens) & set(seen_at_once)):
                    await asyncio.sleep(0.1)
            stored = {message.id for message in await database.message.find_many()}
            await asyncio.sleep(0.5)  # what would come twice would come by now
            for consumer in consumers:
                consumer.cancel()

    assert len(acknowledged) >= WRITES
    for seen in (seen_from_tokens, seen_at_once):
        assert [each for each, times in Counter(seen).items() if times > 1] == []
        assert set(seen) == stored


async def take_all(changes: Changes[Message], seen: list[str]) -> None:
    async for change in changes:
        seen.append(change.id)  # noqa: PERF401 - what was seen until it is cancelled counts
