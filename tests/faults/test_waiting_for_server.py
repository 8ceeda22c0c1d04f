"""A server that is not up yet is waited for, with a line that says so; the URL may shorten it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from database import DatabaseService, DatabaseSettings
from prismongo.check import check
from prismongo.embedded import Mongod
from prismongo.errors import ConnectionError
from prismongo.pull import pull
from prismongo.schema import parse, push
from tests.processes import free_port
from tests.project import SCHEMA
from tests.waiting import PATIENCE, until

DATAMODEL = parse(SCHEMA.read_text(encoding="utf-8"))


async def start(url: str) -> None:
    settings = DatabaseSettings(url=url, connect_timeout=timedelta(seconds=PATIENCE))
    async with DatabaseService(settings) as database:
        assert (await database.health()).is_up


async def checked(url: str) -> None:
    assert (await check(DATAMODEL, url, wait=PATIENCE)).health.is_up


WAITERS: dict[str, Callable[[str], Coroutine[Any, Any, Any]]] = {
    "start": start,
    "push": lambda url: push(DATAMODEL, url, wait=PATIENCE),
    "check": checked,
    "pull": lambda url: pull(url, None, Path("x.prisma"), wait=PATIENCE),
}


@asynccontextmanager
async def later(port: int, told: Callable[[], bool]) -> AsyncIterator[None]:
    """A server that starts once the line has been told."""

    async def serve(up: asyncio.Event, over: asyncio.Event) -> None:
        while not told():
            await asyncio.sleep(0.05)
        async with Mongod(port=port):
            up.set()
            await over.wait()

    up, over = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve(up, over))
    try:
        yield
        await up.wait()
    finally:
        over.set()
        if not up.is_set():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("waiter", WAITERS)
async def test_it_is_waited_for_with_a_line(
    waiter: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prismongo.stores.mongo.connect.TELL_AFTER", 0.2)
    port = free_port()
    url = f"mongodb://127.0.0.1:{port}/waited?replicaSet=rs0&serverMonitoringMode=poll"
    with caplog.at_level(logging.WARNING, "prismongo.connect"):
        async with later(port, lambda: "Waiting up to" in caplog.text):
            await WAITERS[waiter](url)
    (line,) = [each.message for each in caplog.records if each.name == "prismongo.connect"]
    assert line == (
        f"Waiting up to {PATIENCE:g} s for the database server at 127.0.0.1:{port}: "
        "connection refused."
    )


@pytest.mark.parametrize("option", ["serverSelectionTimeoutMS", "connectTimeoutMS"])
async def test_the_url_shortens_it(option: str) -> None:
    url = f"mongodb://127.0.0.1:{free_port()}/x?{option}=300"
    for waiter in (start, WAITERS["push"], WAITERS["pull"]):
        with pytest.raises(ConnectionError, match=r"within 0\.3 s"):
            await waiter(url)


@pytest.mark.parametrize(
    ("options", "settings", "limit"),
    [
        ("serverSelectionTimeoutMS=30000", {}, 30),
        ("serverselectiontimeoutms=30000", {}, 30),
        ("connectTimeoutMS=20000", {}, 20),
        ("connectTimeoutMS=0", {}, 60),
        ("", {"server_selection_timeout": 30}, 30),
        ("serverSelectionTimeoutMS=7000", {"server_selection_timeout": 30}, 30),
        ("", {}, 60),
    ],
)
async def test_a_limit_that_is_the_drivers_own_counts_if_it_is_given(
    options: str,
    settings: dict[str, Any],
    limit: float,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("prismongo.stores.mongo.connect.TELL_AFTER", 0.05)
    url = f"mongodb://127.0.0.1:{free_port()}/x?{options}"
    database = DatabaseService(DatabaseSettings(url=url, connect_timeout=60, **settings))
    with caplog.at_level(logging.WARNING, "prismongo.connect"):
        start = asyncio.create_task(database.connect())
        await until(lambda: bool(caplog.records))
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
    assert caplog.messages[0].startswith(f"Waiting up to {limit} s for")


async def test_what_is_longer_changes_nothing() -> None:
    url = f"mongodb://127.0.0.1:{free_port()}/x?serverSelectionTimeoutMS=60000"
    settings = DatabaseSettings(url=url, connect_timeout=timedelta(seconds=0.3))
    with pytest.raises(ConnectionError, match=r"within 0\.3 s"):
        await DatabaseService(settings).connect()


async def test_a_server_that_is_up_is_not_told_of(
    mongo_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await push(DATAMODEL, mongo_url)
    assert not [each for each in caplog.records if each.name == "prismongo.connect"]
