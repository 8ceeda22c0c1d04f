"""A server that is killed and started again: the service says so, and works on by itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from database import DatabaseService, DatabaseSettings
from prismongo.errors import ConnectionError
from tests.faults.killing import Crashing
from tests.records import user
from tests.waiting import PATIENCE, until

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
    acknowledged: list[str] = []
    writes = [asyncio.ensure_future(_write(database, task, acknowledged)) for task in range(8)]
    await until(lambda: len(acknowledged) >= 8)
    port = server.port
    await server.kill()

    # Down: a typed error in time, that says where and why; health answers, and raises nothing.
    with pytest.raises(ConnectionError) as caught:
        await database.user.count()
    assert caught.value.code in CONNECTING
    await until(lambda: _is_refused(database, rf"127\.0\.0\.1:{port}.*connection refused"))
    health = await database.health()
    assert (health.status, health.client) == ("down", "fresh")
    assert health.error is not None
    assert "0.3 s" in health.error

    await server.start()
    assert await _answers(database) >= 1
    await until(lambda: _is_up(database))
    await asyncio.gather(*writes)
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
            wait = timedelta(seconds=60)
            await database.transaction(work, max_wait=wait, timeout=wait)
            await asyncio.gather(*again)
            assert len(tries) > 1
            names = [each.username for each in await database.user.find_many()]
            assert sorted(names) == ["ada", "eve", "grace"]


async def _is_refused(database: DatabaseService, pattern: str) -> bool:
    """Whether an operation fails with this text."""
    with pytest.raises(ConnectionError) as caught:
        await database.user.count()
    return re.search(pattern, str(caught.value)) is not None


async def _is_up(database: DatabaseService) -> bool:
    return (await database.health()).is_up


async def _write(database: DatabaseService, task: int, acknowledged: list[str]) -> None:
    """Write until the server has died and works again; record the names that it acknowledged."""
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


async def _answers(database: DatabaseService) -> int:
    """How many users there are, once the server answers: the service finds it by itself."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(ConnectionError):
                return await database.user.count()
