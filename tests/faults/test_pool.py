"""Many at once, a pool that is too small, and processes and event loops that share nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from prisma.errors import DataError, TransactionError
from pymongo import MongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.errors import NotStartedError
from tests.client.connections import has_one_busy
from tests.records import user
from tests.waiting import until

Held = Callable[[str], AbstractContextManager[None]]
AT_ONCE = 2_000


async def test_thousands_at_once(settings: DatabaseSettings) -> None:
    small = DatabaseSettings(url=settings.url, max_pool_size=8)
    async with DatabaseService(small) as database:
        names = [str(number) for number in range(AT_ONCE)]
        made = await asyncio.gather(*(database.user.create(user(name)) for name in names))
        assert sorted(each.id for each in made) == sorted(
            each.id for each in await database.user.find_many()
        )
        metrics = await database.get_metrics()
        gauges = {each.key: each.value for each in metrics.gauges}
        assert gauges["prisma_pool_connections_open"] <= 8
        assert gauges["prisma_client_queries_wait"] == gauges["prisma_client_queries_active"] == 0


async def test_a_hundred_transactions_at_once(settings: DatabaseSettings) -> None:
    small = DatabaseSettings(url=settings.url, max_pool_size=4)
    wait = timedelta(seconds=60)
    async with DatabaseService(small) as database:
        await database.run_command_raw({"create": "User"})

        async def work(name: str) -> None:
            async with database.tx(max_wait=wait, timeout=wait) as tx:
                await tx.user.create(user(name))
                await tx.user.count()

        await asyncio.gather(*(work(str(number)) for number in range(100)))
        assert await database.user.count() == 100


async def test_a_pool_that_is_exhausted(settings: DatabaseSettings, held: Held) -> None:
    tight = DatabaseSettings(url=settings.url, max_pool_size=1, wait_queue_timeout=0.1)
    async with DatabaseService(tight) as database:
        await database.user.create(user("ada"))
        with held("User"):
            busy = await _occupy(database)
            for refused in (database.user.count(), database.run_command_raw({"ping": 1})):
                with pytest.raises(DataError, match=r"^Timed out fetching a new conn") as caught:
                    await refused
                assert caught.value.code == "P2024"
                assert "max_pool_size" in str(caught.value)
            with pytest.raises(DataError) as caught:
                await database.tx(max_wait=timedelta(seconds=60)).start()
            assert caught.value.code == "P2024"
        assert await busy == 1
        assert await database.user.count() == 1


async def test_max_wait_comes_first_where_it_is_shorter(
    settings: DatabaseSettings, held: Held
) -> None:
    tight = DatabaseSettings(url=settings.url, max_pool_size=1, wait_queue_timeout=60)
    async with DatabaseService(tight) as database:
        await database.user.create(user("ada"))
        with held("User"):
            busy = await _occupy(database)
            with pytest.raises(TransactionError, match="Unable to start a transaction") as caught:
                await database.tx(max_wait=timedelta(milliseconds=100)).start()
            assert getattr(caught.value, "code", None) == "P2028"
        await busy


async def _occupy(database: DatabaseService) -> asyncio.Task[int]:
    """A write that waits for a held document, once it has the pool's one connection."""
    task = asyncio.ensure_future(database.user.update_many({"bio": "x"}, where={}))
    await until(lambda: has_one_busy(database))
    return task


@pytest.mark.parametrize("in_url", [False, True], ids=["settings", "url"])
async def test_options_reach_the_driver(
    mongo_url: str, mongo_client: MongoClient[dict[str, Any]], in_url: bool
) -> None:
    if in_url:
        options = "appName=pool-test&maxPoolSize=7&minPoolSize=2&compressors=zlib"
        options += "&readPreference=secondaryPreferred&waitQueueTimeoutMS=1500"
        options += "&serverSelectionTimeoutMS=2500"
        settings = DatabaseSettings(url=f"{mongo_url}&{options}")
    else:
        settings = DatabaseSettings(
            url=mongo_url,
            app_name="pool-test",
            max_pool_size=7,
            min_pool_size=2,
            compressors="zlib",
            read_preference="secondaryPreferred",
            wait_queue_timeout=1.5,
            server_selection_timeout=2.5,
        )
    async with DatabaseService(settings) as database:
        await database.user.count()
        given = database.mongo.client.options
        pool = given.pool_options
        assert (pool.max_pool_size, pool.min_pool_size, pool.wait_queue_timeout) == (7, 2, 1.5)
        assert given.server_selection_timeout == 2.5
        assert database.mongo.read_preference.name == "SecondaryPreferred"
        stages: list[dict[str, Any]] = [
            {"$currentOp": {"idleConnections": True}},
            {"$match": {"appName": "pool-test"}},
        ]
        assert list(mongo_client.admin.aggregate(stages))
        compression = await database.mongo.command("serverStatus")
        assert compression["network"]["compression"]["zlib"]["decompressor"]["bytesIn"] > 0


# --- processes and event loops ---


async def test_another_event_loop_gets_a_clear_error(settings: DatabaseSettings) -> None:
    async with DatabaseService(settings) as database:

        async def elsewhere() -> None:
            with pytest.raises(NotStartedError, match="another event loop or process"):
                await database.user.count()
            with pytest.raises(NotStartedError, match="another event loop or process"):
                await database.tx().start()
            async with DatabaseService(settings) as own:
                assert await own.user.count() == 0

        await asyncio.to_thread(asyncio.run, elsewhere())
        assert await database.user.count() == 0


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
async def test_a_forked_process_gets_a_clear_error(settings: DatabaseSettings) -> None:
    async with DatabaseService(settings) as database:
        await database.user.create(user("ada"))
        _INHERITED.append((database, settings))
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as forked:
            said, count = await asyncio.wrap_future(forked.submit(_in_a_fork))
        _INHERITED.clear()
        assert "another event loop or process" in said
        assert count == 1
        assert await database.user.count() == 1  # the parent's connections are unharmed


_INHERITED: list[tuple[DatabaseService, DatabaseSettings]] = []


def _in_a_fork() -> tuple[str, int]:
    """What the parent's service says here, and what a fresh one counts."""
    ((database, settings),) = _INHERITED

    async def ask() -> tuple[str, int]:
        with pytest.raises(NotStartedError) as caught:
            await database.user.count()
        async with DatabaseService(settings) as own:
            return str(caught.value), await own.user.count()

    return asyncio.run(ask())
