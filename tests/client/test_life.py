"""Connecting and disconnecting the generated client, as upstream's tests have it and beyond."""

from __future__ import annotations

import asyncio
import gc
import weakref
from datetime import timedelta
from typing import Any, cast

import prisma
import pytest
from prisma.engine.errors import AlreadyConnectedError
from prisma.errors import (
    ClientAlreadyRegisteredError,
    ClientNotConnectedError,
    ClientNotRegisteredError,
)
from prisma.models import User

from database import DatabaseService, DatabaseSettings
from prismongo.errors import ConfigurationError, ConnectionError, NotStartedError
from prismongo.testing import factory
from tests.client.connections import Driver, connections, until_gone

PYMONGO_LEAVES_A_SOCKET = pytest.mark.filterwarnings(
    "ignore::ResourceWarning"  # where a monitor of 4.20 is cancelled while it connects
)


async def test_nothing_works_before_connect(settings: DatabaseSettings) -> None:
    database = DatabaseService(settings)
    assert not database.is_connected()
    with pytest.raises(ClientNotConnectedError, match=r"connect\(\)"):
        await database.user.delete_many()
    with pytest.raises(ClientNotConnectedError):
        await database.tx().start()
    with pytest.raises(ClientNotConnectedError):
        async with database.batch_() as batch:
            batch.user.delete_many()


async def test_a_context_connects_and_disconnects_again_and_again(
    settings: DatabaseSettings,
) -> None:
    database = DatabaseService(settings)
    for _ in range(2):
        async with database as entered:
            assert entered is database
            assert database.is_connected()
            assert await database.user.count() == 0
        assert not database.is_connected()


async def test_a_second_connect_is_an_error_and_harms_nothing(database: DatabaseService) -> None:
    with pytest.raises(AlreadyConnectedError):
        await database.connect()
    with pytest.raises(AlreadyConnectedError):
        async with database:
            pytest.fail("entered twice")
    assert database.is_connected()
    assert await database.user.count() == 0


async def test_of_two_connects_at_once_one_wins(settings: DatabaseSettings) -> None:
    database = DatabaseService(settings)
    answers = await asyncio.gather(database.connect(), database.connect(), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), AlreadyConnectedError]
    assert await database.user.count() == 0
    await database.disconnect()


async def test_disconnect_may_come_twice_and_connect_after_it(database: DatabaseService) -> None:
    await database.disconnect()
    await database.disconnect()
    assert not database.is_connected()
    with pytest.raises(ClientNotConnectedError):
        await database.user.count()
    await database.connect()
    assert await database.user.count() == 0


async def test_disconnect_while_connecting_leaves_nothing_connected(
    settings: DatabaseSettings,
) -> None:
    database = DatabaseService(settings)
    connecting = asyncio.ensure_future(database.connect())
    await asyncio.sleep(0)
    await database.disconnect()
    with pytest.raises(ClientNotConnectedError):
        await connecting
    assert not database.is_connected()


@PYMONGO_LEAVES_A_SOCKET
async def test_a_failed_connect_leaves_the_client_unconnected() -> None:
    nobody = DatabaseSettings(
        url="mongodb://127.0.0.1:1/nobody", connect_timeout=timedelta(seconds=0.1)
    )
    database = DatabaseService(nobody)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await database.connect()
        assert not database.is_connected()
    gc.collect()


@PYMONGO_LEAVES_A_SOCKET
async def test_a_cancelled_connect_leaves_the_client_unconnected(
    settings: DatabaseSettings,
) -> None:
    database = DatabaseService(settings)
    connecting = asyncio.ensure_future(database.connect())
    await asyncio.sleep(0)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert not database.is_connected()
    await database.connect()
    await database.disconnect()
    gc.collect()


async def test_a_number_as_timeout_is_deprecated_where_it_is_written(
    settings: DatabaseSettings,
) -> None:
    database = DatabaseService(settings)
    with pytest.warns(DeprecationWarning, match="Passing an int as `timeout`") as caught:
        await database.connect(timeout=5)
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(DeprecationWarning, match="Passing a number as `timeout`") as caught:
        await database.disconnect(timeout=5)
    assert [warning.filename for warning in caught] == [__file__]
    assert not database.is_connected()


async def test_a_dropped_client_disconnects_without_a_warning(
    mongo_url: str, mongo_client: Driver
) -> None:
    database = DatabaseService(DatabaseSettings(url=mongo_url, app_name="dropped"))
    await database.connect()
    await database.user.count()
    assert connections(mongo_client, "dropped") > 0
    del database
    gc.collect()
    await until_gone(mongo_client, "dropped")


@PYMONGO_LEAVES_A_SOCKET
def test_a_client_may_outlive_its_event_loop(settings: DatabaseSettings) -> None:
    async def use() -> DatabaseService:
        database = DatabaseService(settings)
        await database.connect()
        return database

    database = weakref.ref(asyncio.run(use()))
    gc.collect()
    assert database() is None


@PYMONGO_LEAVES_A_SOCKET
def test_in_another_event_loop_it_says_so_and_can_be_connected_anew(
    settings: DatabaseSettings,
) -> None:
    database = DatabaseService(settings)

    async def anew() -> int:
        async with database:
            return await database.user.count()

    asyncio.run(database.connect())
    with pytest.raises(NotStartedError, match="another event loop"):
        asyncio.run(database.user.count())
    asyncio.run(database.disconnect())
    assert asyncio.run(anew()) == 0
    gc.collect()


def test_a_constructor_that_fails_leaves_nothing_to_finalize() -> None:
    with pytest.raises(ConfigurationError):
        DatabaseService(cast(Any, "mongodb://localhost/kraken"))
    gc.collect()


async def test_a_cancelled_disconnect_still_disconnects(
    mongo_url: str, mongo_client: Driver
) -> None:
    database = DatabaseService(DatabaseSettings(url=mongo_url, app_name="cancelled"))
    await database.connect()
    await database.user.count()
    disconnecting = asyncio.ensure_future(database.disconnect())
    await asyncio.sleep(0)
    disconnecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await disconnecting
    assert not database.is_connected()
    await until_gone(mongo_client, "cancelled")


async def test_a_copy_shares_the_connection_and_does_not_end_it(database: DatabaseService) -> None:
    copy = database._copy()
    assert copy.is_connected()
    assert await copy.user.count() == 0
    await copy.disconnect()
    assert not copy.is_connected()
    del copy
    gc.collect()
    assert database.is_connected()
    assert await database.user.count() == 0


async def test_a_subclass_may_have_any_constructor(settings: DatabaseSettings) -> None:
    class Audited(DatabaseService):
        def __init__(self, settings: DatabaseSettings, *, who: str) -> None:
            super().__init__(settings)
            self.who = who

    async with Audited(settings, who="ada") as database, database.tx() as tx:
        assert type(tx) is Audited
        assert tx.who == "ada"
        assert tx.settings is settings
        await factory(User, tx).create()


@pytest.mark.usefixtures("unregistered")
def test_registering(settings: DatabaseSettings) -> None:
    database = DatabaseService(settings)
    with pytest.raises(ClientNotRegisteredError):
        prisma.get_client()
    assert not database.is_registered()
    prisma.register(database)
    assert prisma.get_client() is database
    assert database.is_registered()
    assert not DatabaseService(settings).is_registered()
    with pytest.raises(ClientAlreadyRegisteredError):
        prisma.register(lambda: database)


@pytest.mark.usefixtures("unregistered")
def test_registering_a_function(settings: DatabaseSettings) -> None:
    database = DatabaseService(settings)
    prisma.register(lambda: database)
    assert prisma.get_client() is database
    assert database.is_registered()
