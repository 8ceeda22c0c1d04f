"""docs/deploy.md, "Pools": how many connections a process has at most."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from prisma.models import Message, User
from pymongo import MongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.testing import factory
from tests.client.connections import connections, until_gone
from tests.waiting import until

POOL = 4


async def test_a_process_has_its_pool_its_streams_and_two_to_watch_the_server(
    mongo_client: MongoClient[dict[str, Any]], mongo_url: str
) -> None:
    url = mongo_url.replace("&serverMonitoringMode=poll", "")
    settings = DatabaseSettings(url=url, app_name="counted", max_pool_size=POOL)

    def count() -> int:
        return connections(mongo_client, "counted")

    async with DatabaseService(settings) as database:
        busy = {"$where": "sleep(100) || true"}
        await factory(User, database).create()
        reads = [database.user.find_raw(busy) for _ in range(POOL * 5)]
        reading = asyncio.gather(*reads, return_exceptions=True)
        await until(lambda: count() >= POOL + 2)
        assert not [each for each in await reading if isinstance(each, BaseException)]
        assert count() == POOL + 2
        async with AsyncExitStack() as streams:
            for model in (Message, User):
                await streams.enter_async_context(database.watch(model))
            # The streams have a client of their own, which watches the server, too.
            await until(lambda: count() == (POOL + 2) + (2 + 2))
    await until_gone(mongo_client, "counted")
