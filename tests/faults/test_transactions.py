"""What the server keeps of a transaction that ends badly: nothing, and no session stays open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from prisma.errors import TransactionExpiredError
from prisma.models import User
from prisma.types import UserCreateInput
from pymongo import AsyncMongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from database import DatabaseService, DatabaseSettings
from database.client import Client
from database.stores.mongo import MongoStore
from database.url import url_database

APP = "transactions-that-fail"
SLOW = {"$where": "sleep(20000) || true"}
"""A filter over which the server thinks for longer than any test takes."""

Opened = Callable[[str], int]


def user(name: str) -> UserCreateInput:
    return {"username": name, "hashedPassword": "x"}


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[DatabaseService]:
    async with DatabaseService(DatabaseSettings(url=mongo_url, app_name=APP)) as service:
        await service.user.create(user("ada"))
        yield service


async def none_open(transactions: Opened) -> None:
    """Returns once the server has no transaction of ours open, long before it would time out."""
    async with asyncio.timeout(10):
        while transactions(APP):
            await asyncio.sleep(0.02)


async def test_one_is_open_meanwhile(database: DatabaseService, transactions: Opened) -> None:
    async with database.tx() as tx:
        await tx.user.create(user("grace"))
        assert transactions(APP) == 1
    assert transactions(APP) == 0


@pytest.mark.parametrize("by", ["tx", "transaction"])
async def test_a_cancelled_task_rolls_back_on_the_server(
    database: DatabaseService, transactions: Opened, by: str
) -> None:
    written = asyncio.Event()

    async def work(tx: DatabaseService) -> None:
        await tx.user.create(user("grace"))
        written.set()
        await asyncio.Event().wait()

    async def in_context() -> None:
        async with database.tx() as tx:
            await work(tx)

    task = asyncio.ensure_future(in_context() if by == "tx" else database.transaction(work))
    await written.wait()
    assert transactions(APP) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transactions(APP) == 0
    assert await database.user.count() == 1


async def test_cancelled_in_the_middle_of_an_operation(
    database: DatabaseService, transactions: Opened
) -> None:
    async def work() -> None:
        async with database.tx(timeout=timedelta(seconds=60)) as tx:
            await tx.user.create(user("grace"))
            await tx.find_raw(User, SLOW)

    task = asyncio.ensure_future(work())
    async with asyncio.timeout(10):
        while not transactions(APP):
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await none_open(transactions)
    assert await database.user.count() == 1


async def test_expired_while_nobody_uses_it(
    database: DatabaseService, transactions: Opened
) -> None:
    manager = database.tx(timeout=timedelta(milliseconds=200))
    tx = await manager.start()
    await tx.user.create(user("grace"))
    assert transactions(APP) == 1
    await none_open(transactions)  # without anything more from us
    with pytest.raises(TransactionExpiredError, match="expired transaction") as caught:
        await tx.user.create(user("eve"))
    assert getattr(caught.value, "code", None) == "P2028"
    with pytest.raises(TransactionExpiredError):
        await manager.commit()
    assert await database.user.count() == 1


async def test_expired_in_the_middle_of_an_operation(
    database: DatabaseService, transactions: Opened
) -> None:
    with pytest.raises(TransactionExpiredError, match="expired transaction"):  # noqa: PT012
        async with database.tx(timeout=timedelta(milliseconds=300)) as tx:
            await tx.user.create(user("grace"))
            await tx.find_raw(User, SLOW)
    await none_open(transactions)
    assert await database.user.count() == 1


async def test_expired_in_the_middle_of_an_operation_it_is_not_begun_again(
    database: DatabaseService,
) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.find_raw(User, SLOW)

    with pytest.raises(TransactionExpiredError):
        await database.transaction(work, timeout=timedelta(milliseconds=300))
    assert tries == 1


async def test_disconnecting_leaves_none_open(
    database: DatabaseService, transactions: Opened
) -> None:
    for _ in range(3):
        tx = await database.tx().start()
        await tx.user.find_many()
    assert transactions(APP) == 3
    await database.disconnect()
    assert transactions(APP) == 0


# --- what is asked of the server ---


class Asked(CommandListener):
    """The commands that the driver sends."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest.mark.parametrize("options", ["", "&w=1&readConcernLevel=local"], ids=["", "weaker"])
async def test_concerns_are_majority_whatever_the_url_says(mongo_url: str, options: str) -> None:
    asked = Asked()

    def make_store(datamodel: Any, _: object) -> MongoStore:
        def make_client(*pool: Any) -> AsyncMongoClient[dict[str, Any]]:
            return AsyncMongoClient(mongo_url + options, event_listeners=[*pool, asked])

        return MongoStore(datamodel, make_client, url_database(mongo_url))

    client = Client(make_store, connect_timeout=timedelta(seconds=10))
    async with client, client.tx() as tx:
        await tx.user.create(user("grace"))
        await tx.user.find_many()
    first, second, commit = [each for each in asked.commands if "txnNumber" in each]
    assert first["startTransaction"] is True
    assert first["readConcern"]["level"] == "majority"
    assert "writeConcern" not in first
    assert "readConcern" not in second
    assert commit["commitTransaction"] == 1
    assert commit["writeConcern"] == {"w": "majority"}
