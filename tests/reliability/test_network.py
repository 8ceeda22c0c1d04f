"""A bad network: slow, lossy, half open, a primary that falls silent, a clock that jumps.

Every operation ends within its time, with its result or with one typed error; `health` is true; and
when the network is well again, nothing is left of it. `make network` runs for longer.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest
from prisma.errors import PrismaError
from prisma.models import Message

from database import DatabaseService, DatabaseSettings
from prismongo.embedded.mongod import HOST, Mongod
from prismongo.errors import ConnectionError, WriteConcernError
from prismongo.url import url_database
from tests.changes.taking import take
from tests.processes import process_id
from tests.project import TOP
from tests.proxy import Proxy
from tests.records import user
from tests.reliability.bad_network import CODES, LATENCY, LIMITS, is_up
from tests.replica_set import ReplicaSet
from tests.waiting import ELECTION, PATIENCE, until

SECONDS: Final = float(os.environ.get("NETWORK_SECONDS") or 5)

WITHOUT_LIMIT: Final = LIMITS.partition("&")[2]
"""The same options without `timeoutMS`."""


@pytest.fixture
async def proxy(mongod: Mongod) -> AsyncIterator[Proxy]:
    async with Proxy(HOST, mongod.port) as proxy:
        yield proxy


@asynccontextmanager
async def behind(proxy: Proxy, mongo_url: str, **options: Any) -> AsyncIterator[DatabaseService]:
    """A service whose connections go through the proxy, and whose operations have a time limit."""
    url = f"mongodb://{HOST}:{proxy.port}/{url_database(mongo_url)}?directConnection=true&{LIMITS}"
    async with DatabaseService(DatabaseSettings(url=url, **options)) as database:
        yield database


async def ended(operation: Awaitable[object]) -> str:
    """The code of the error that an operation ends with, or its success; it must not hang."""
    async with asyncio.timeout(PATIENCE):
        try:
            await operation
        except PrismaError as error:
            return str(getattr(error, "code", None))
    return "done"


def test_a_load_on_a_bad_network(mongo_url: str) -> None:
    load = [sys.executable, "-m", "tests.reliability.bad_network", mongo_url, str(SECONDS)]
    assert subprocess.run(load, check=False).returncode == 0


async def test_health_counts_the_latency(proxy: Proxy, mongo_url: str) -> None:
    async with behind(proxy, mongo_url, health_timeout=PATIENCE) as database:
        proxy.latency = LATENCY
        health = await database.health()
    assert health.is_up
    assert health.latency_ms is not None
    assert health.latency_ms >= 2 * LATENCY * 1000


async def test_half_open_connections(proxy: Proxy, mongo_url: str) -> None:
    """What is on them ends in its time; what comes later has others."""
    async with behind(proxy, mongo_url) as database:
        await asyncio.gather(*(database.user.create(user(str(number))) for number in range(10)))
        proxy.silence()
        waiting = [ended(database.user.count()) for _ in range(5)]
        waiting += [ended(database.user.create(user(f"late {number}"))) for number in range(5)]
        assert set(await asyncio.gather(*waiting)) <= {"done", *CODES}
        await until(lambda: is_up(database))
        assert await database.user.count() >= 10


async def test_a_stream_on_a_half_open_connection_goes_on(proxy: Proxy, mongo_url: str) -> None:
    async with behind(proxy, mongo_url) as database, database.watch(Message) as changes:
        for number in range(3):
            await ended(database.message.create(data={"content": str(number)}))
            assert [each.operation for each in await take(changes, 1)] == ["insert"]
            proxy.silence()
            await until(lambda: is_up(database))


# --- a primary that stops answering, without closing a connection ---


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[ReplicaSet]:
    async with ReplicaSet(tmp_path) as servers:
        yield servers


@asynccontextmanager
async def stopped(server: Mongod) -> AsyncIterator[None]:
    """A server that does nothing, and whose connections stay."""
    process = process_id(server.directory)
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize("limit", [LIMITS, WITHOUT_LIMIT], ids=["limited", "unlimited"])
async def test_a_primary_that_falls_silent(servers: ReplicaSet, limit: str) -> None:
    """Also without a time limit: the driver watches the servers, and gives up the silent one."""
    acknowledged: list[str] = []
    codes: set[str] = set()

    async def write(database: DatabaseService, task: int, done: asyncio.Event) -> None:
        number = 0
        while not done.is_set():
            number += 1
            try:
                async with asyncio.timeout(ELECTION):
                    content = f"{task} {number}"
                    await database.message.create(data={"content": content})
            except WriteConcernError:
                pass  # written on the primary, and a majority did not acknowledge it in time
            except PrismaError as error:
                codes.add(str(getattr(error, "code", None)))
            else:
                acknowledged.append(content)

    settings = DatabaseSettings(url=servers.url("test", f"&{limit}"))
    async with DatabaseService(settings) as database, database.watch(Message) as changes:
        done = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for task in range(8):
                group.create_task(write(database, task, done))
            await until(lambda: len(acknowledged) > 100)
            primary = await servers.primary()
            async with stopped(primary):
                # a new primary is elected, and found
                before = len(acknowledged)
                await until(lambda: len(acknowledged) > before + 100, ELECTION)
                health = await database.health()
                assert health.is_up
                assert health.primary != f"{HOST}:{primary.port}"
            done.set()
        stored = {each.content for each in await database.message.find_many()}
        assert set(acknowledged) <= stored
        assert codes <= set(CODES)
        seen = {each.after.content for each in await take(changes, len(stored)) if each.after}
        assert seen == stored


async def test_a_server_that_falls_silent_alone(tmp_path: Path) -> None:
    async with Mongod(data=tmp_path) as server:
        settings = DatabaseSettings(url=f"{server.url('test')}&{LIMITS}", health_timeout=1)
        impatient = DatabaseSettings(url=f"{server.url('test')}&{LIMITS}", connect_timeout=1)
        async with DatabaseService(settings) as database:
            await database.user.create(user("ada"))
            async with stopped(server):
                health = await database.health()
                assert (health.status, health.latency_ms) == ("down", None)
                assert await ended(database.user.count()) in CODES
                assert await ended(database.user.create(user("grace"))) in CODES
                assert await ended(database.tx().start()) in CODES
                with pytest.raises(ConnectionError):
                    async with DatabaseService(impatient):
                        pass
            await until(lambda: is_up(database))
            assert await database.user.count() >= 1


# --- a clock that jumps ---


async def test_a_clock_that_jumps_changes_no_time_limit(
    settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits are measured by a clock that only goes forward; only stored dates read the other."""
    jumps = cycle((-86_400.0, 0.0, 86_400.0))
    read = time.time
    async with DatabaseService(settings) as database, database.watch(Message) as changes:
        monkeypatch.setattr(time, "time", lambda: read() + next(jumps))
        for number in range(6):
            async with database.tx() as tx:
                await tx.message.create(data={"content": f"{number} a"})
                await tx.message.create(data={"content": f"{number} b"})
            assert len(await take(changes, 2)) == 2
            health = await database.health()
            assert health.is_up
            assert health.latency_ms is not None
            assert health.latency_ms >= 0
        assert await database.message.count() == 12


def test_the_library_measures_no_time_by_the_wall_clock() -> None:
    sources = (TOP / "prismongo").rglob("*.py")
    assert [str(each) for each in sources if "time.time()" in each.read_text()] == []
