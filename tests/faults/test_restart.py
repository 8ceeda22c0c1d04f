"""A server that is killed and started again: the service says so, and works on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from database import DatabaseService, DatabaseSettings
from prismongo.errors import ConnectionError
from tests.faults.killing import Crashing
from tests.records import user

CONNECTING = {"P1001", "P1017"}
"""The codes of a server that is gone, and of a connection that it took with it."""


@pytest.fixture(params=[True, False], ids=["standalone", "replica set"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Crashing]:
    async with Crashing(tmp_path, standalone=request.param) as server:
        yield server


@pytest.fixture
async def database(server: Crashing) -> AsyncIterator[DatabaseService]:
    settings = DatabaseSettings(
        url=f"{server.url('kraken')}&serverMonitoringMode=poll&journal=true",
        server_selection_timeout=0.5,
        health_timeout=0.3,
    )
    async with DatabaseService(settings) as service:
        yield service


async def test_killed_and_started_again(server: Crashing, database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    busy = [asyncio.ensure_future(_write(database, task)) for task in range(8)]
    await asyncio.sleep(0.2)
    port = server.port
    await server.kill()

    # Down: a typed error in time, that says where and why; health answers, and raises nothing.
    with pytest.raises(ConnectionError) as caught:
        await database.user.count()
    assert caught.value.code in CONNECTING
    with pytest.raises(ConnectionError, match=rf"127\.0\.0\.1:{port}.*connection refused"):
        await database.user.count()
    health = await database.health()
    assert (health.status, health.client) == ("down", "fresh")
    assert health.error is not None
    assert "0.3 s" in health.error

    await server.start()
    assert await _answers(database) >= 1
    assert (await database.health()).is_up
    acknowledged = [name for task in busy for name in await task]
    stored = {each.username for each in await database.user.find_many()}
    assert {"ada", *acknowledged} <= stored  # what was acknowledged is there
    await database.user.create(user("after"))


async def test_killed_in_a_transaction(tmp_path: Path) -> None:
    async with Crashing(tmp_path, standalone=False) as server:
        settings = DatabaseSettings(url=f"{server.url('kraken')}&serverMonitoringMode=poll")
        async with DatabaseService(settings) as database:
            await database.user.create(user("ada"))
            tries: list[int] = []

            async def work(tx: DatabaseService) -> None:
                tries.append(len(tries))
                await tx.user.create(user("grace"))
                if len(tries) == 1:
                    await server.kill()
                    again.append(asyncio.ensure_future(server.start()))
                await tx.user.create(user("eve"))

            again: list[asyncio.Future[None]] = []
            wait = timedelta(seconds=30)
            await database.transaction(work, max_wait=wait, timeout=wait)
            await asyncio.gather(*again)
            assert len(tries) > 1
            names = [each.username for each in await database.user.find_many()]
            assert sorted(names) == ["ada", "eve", "grace"]


async def _write(database: DatabaseService, task: int) -> list[str]:
    """The names that the server has acknowledged, of what was written around its death."""
    acknowledged: list[str] = []
    codes: set[str] = set()
    for number in range(100_000):
        name = f"{task} {number}"
        try:
            await database.user.create(user(name))
            acknowledged.append(name)
        except ConnectionError as error:
            codes.add(error.code)
        else:
            if codes:
                break
    assert codes  # else it has not died
    assert codes <= CONNECTING
    return acknowledged


async def _answers(database: DatabaseService) -> int:
    """How many users there are, once the server answers: the service finds it by itself."""
    async with asyncio.timeout(30):
        while True:
            with suppress(ConnectionError):
                return await database.user.count()
