"""Streams go on after what passes, and say what does not: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prisma.models import Message, User
from pymongo.database import Database

from database import DatabaseService, DatabaseSettings
from prismongo.changes import Changes
from prismongo.embedded.mongod import HOST, Mongod
from prismongo.errors import ChangeStreamError, CollectionGoneError, HistoryLostError
from prismongo.testing import factory
from tests.changes.taking import contents, post, take
from tests.proxy import Proxy
from tests.waiting import PATIENCE, until

Document = dict[str, Any]


# --- a token ---


async def test_a_token_continues_after_its_change(database: DatabaseService) -> None:
    async with database.watch(Message) as changes:
        await post(database, "one", "two", "three")
        first, second, third = await take(changes, 3)
    await post(database, "four")

    for change, left in ((first, ["two", "three", "four"]), (second, ["three", "four"])):
        async with database.watch(Message, resume_after=change.token) as again:
            assert await contents(again, len(left)) == left
    async with database.watch(Message, resume_after=third.token) as again:
        assert await contents(again, 1) == ["four"]


async def test_a_token_continues_within_a_transaction(database: DatabaseService) -> None:
    async with database.watch(Message) as changes:
        async with database.tx() as tx:
            for content in ("one", "two", "three"):
                await tx.message.create(data={"content": content})
        found = await take(changes, 3)

    async with database.watch(Message, resume_after=found[1].token) as again:
        assert await contents(again, 1) == ["three"]


async def test_the_token_of_changes_moves_on_without_changes(database: DatabaseService) -> None:
    async with (
        database.watch(Message, where={"content": "never"}) as changes,
        database.watch(User) as others,
    ):
        await post(database, "one", "two")
        await factory(User, database).create()
        (later,) = await take(others, 1)
        await database.user.delete(where={"id": later.id})
        await until(lambda: changes.token > later.token)
        moved = changes.token

    async with database.watch(Message, resume_after=moved) as again:
        await post(database, "three")
        assert await contents(again, 1) == ["three"]


async def test_a_token_of_one_filter_continues_another(database: DatabaseService) -> None:
    async with database.watch() as everything:
        await post(database, "one")
        (change,) = await take(everything, 1)
    await post(database, "two")

    async with database.watch(Message, where={"content": "two"}, resume_after=change.token) as own:
        assert await contents(own, 1) == ["two"]


@pytest.mark.parametrize("token", ["", "nonsense", "82zz", "8263", "82" + "F" * 40])
async def test_what_is_no_token_is_refused(database: DatabaseService, token: str) -> None:
    with pytest.raises(ChangeStreamError, match=r"token to resume after") as raised:
        async with database.watch(Message, resume_after=token):
            pass

    assert raised.value.code == "P2009"


# --- what passes ---


async def test_a_killed_cursor_is_replaced(
    database: DatabaseService, raw: Database[Document], cursors: Callable[[], list[int]]
) -> None:
    async with database.watch(Message) as changes:
        for number in range(5):
            raw.command("killCursors", "Message", cursors=cursors())
            await post(database, f"{number} a", f"{number} b")
            assert await contents(changes, 2) == [f"{number} a", f"{number} b"]


async def test_a_killed_cursor_of_a_stream_that_began_at_a_token_of_another(
    database: DatabaseService, raw: Database[Document], cursors: Callable[[], list[int]]
) -> None:
    async with database.watch(Message) as changes:
        await post(database, "other")
        (other,) = await take(changes, 1)
    where: Any = {"id": {"not": other.id}}
    async with database.watch(Message, where=where, resume_after=other.token) as changes:
        for number in range(3):
            await post(database, f"{number} a", f"{number} b")
            assert await contents(changes, 2) == [f"{number} a", f"{number} b"]
            raw.command("killCursors", "Message", cursors=cursors())


async def test_a_network_cut(mongod: Mongod, raw: Database[Document]) -> None:
    async with Proxy(HOST, mongod.port) as proxy:
        url = f"mongodb://{HOST}:{proxy.port}/{raw.name}?directConnection=true"
        service = DatabaseService(DatabaseSettings(url=url))
        async with service as database, database.watch(Message) as changes:
            for number in range(5):
                proxy.cut()
                raw["Message"].insert_one(message(str(number)))
                assert await contents(changes, 1) == [str(number)]
            proxy.close()
            for number in range(5, 300):
                raw["Message"].insert_one(message(str(number)))
            await until(lambda: proxy.refused >= 2)
            proxy.open()
            assert await contents(changes, 295) == [str(number) for number in range(5, 300)]


async def test_a_server_that_is_killed_and_comes_back(tmp_path: Path) -> None:
    server = Mongod(data=tmp_path)
    await server.start()
    port = server.port
    try:
        service = DatabaseService(DatabaseSettings(url=server.url("test")))
        async with service as database, database.watch(Message) as changes:
            await post(database, "before")
            assert await contents(changes, 1) == ["before"]
            await server.stop()
            server = Mongod(data=tmp_path, port=port)
            await server.start()
            await post(database, "after")
            assert await contents(changes, 1) == ["after"]
    finally:
        await server.stop()


def message(content: str) -> Document:
    return {
        "type": "TEXT",
        "content": content,
        "sentAt": datetime.now(UTC),
        "isDeleted": False,
        "replyCount": 0,
        "isPinned": False,
    }


# --- what does not ---


@pytest.fixture
async def forgetful() -> AsyncIterator[Mongod]:
    """A server that keeps 4 MB of history."""
    # it truncates after checkpoints, a second apart
    async with Mongod(oplog_megabytes=4, arguments=["--syncdelay", "1"]) as server:
        yield server


async def test_history_that_is_lost_is_one_error_that_says_since_when(forgetful: Mongod) -> None:
    async with DatabaseService(DatabaseSettings(url=forgetful.url("test"))) as database:
        async with database.watch(Message) as changes:
            await post(database, "one")
            (change,) = await take(changes, 1)
        await until_forgotten(database)
        with pytest.raises(HistoryLostError, match="are lost") as raised:
            async with database.watch(Message, resume_after=change.token):
                pass

    assert abs(raised.value.since - change.time) < timedelta(seconds=2)
    assert raised.value.token == change.token
    assert f"{raised.value.since:%Y-%m-%d %H:%M:%S}" in str(raised.value)


async def test_a_consumer_that_is_too_slow_for_the_history_is_told(forgetful: Mongod) -> None:
    """It has what the driver had at hand, then the error; after that the consumer reads anew."""
    found: list[str] = []

    async def consume(changes: Changes[Message]) -> None:
        async for change in changes:
            found.extend([change.after.content] if change.after else [])

    service = DatabaseService(DatabaseSettings(url=forgetful.url("test")))
    async with service as database, database.watch(Message, buffer=1) as changes:
        await post(database, "0", "1")
        await until(lambda: has_read(database, 2))  # one is in the buffer, one waits for a place
        await post(database, *(str(number) for number in range(2, 50)))
        await until_forgotten(database)
        with pytest.raises(HistoryLostError):
            await consume(changes)

    assert found == [str(number) for number in range(len(found))]
    assert 0 < len(found) < 50


async def has_read(database: DatabaseService, count: int) -> bool:
    """Whether the driver has taken so many changes from the server."""
    stages: list[Document] = [
        {"$currentOp": {"idleCursors": True}},
        {"$match": {"cursor.originatingCommand.pipeline.0.$changeStream": {"$exists": True}}},
    ]
    found = await (await database.mongo.client.admin.aggregate(stages)).to_list()
    return sum(int(each["cursor"]["nDocsReturned"]) for each in found) >= count


async def until_forgotten(database: DatabaseService) -> None:
    """Writes until the oplog begins later than now."""
    oplog = database.mongo.client.local["oplog.rs"]
    newest = await oplog.find_one(sort=[("$natural", -1)])
    assert newest is not None
    blob = b"-" * 1_000_000
    async with asyncio.timeout(3 * PATIENCE):
        while True:
            for _ in range(10):
                await database.mongo["blobs"].insert_one({"blob": blob})
            oldest = await oplog.find_one(sort=[("$natural", 1)])
            if oldest is not None and oldest["ts"] > newest["ts"]:
                return
            await asyncio.sleep(0.2)


async def test_a_dropped_collection_ends_the_stream(
    database: DatabaseService, raw: Database[Document]
) -> None:
    async with database.watch(Message) as changes:
        await post(database, "one")
        raw["Message"].drop()
        assert await contents(changes, 1) == ["one"]
        with pytest.raises(CollectionGoneError, match="Message was dropped") as raised:
            await take(changes, 1)
        with pytest.raises(CollectionGoneError):
            await take(changes, 1)
    await post(database, "two")

    async with database.watch(Message, resume_after=raised.value.token) as again:
        assert await contents(again, 1) == ["two"]


async def test_in_a_stream_of_several_a_dropped_collection_of_others_is_nothing(
    database: DatabaseService, raw: Database[Document]
) -> None:
    async with database.watch(Message, User) as changes:
        raw.create_collection("others").insert_one({})
        raw["others"].rename("renamed")
        raw["renamed"].drop()
        await post(database, "one")
        assert [change.model for change in await take(changes, 1)] == ["Message"]
        raw["Message"].rename("elsewhere")
        with pytest.raises(CollectionGoneError) as raised:
            await take(changes, 1)
    await post(database, "two")

    async with database.watch(Message, User, resume_after=raised.value.token) as again:
        assert [change.model for change in await take(again, 1)] == ["Message"]


async def test_a_standalone_server_has_no_streams_and_says_what_to_do() -> None:
    async with (
        Mongod(standalone=True) as server,
        DatabaseService(DatabaseSettings(url=server.url("test"))) as database,
    ):
        with pytest.raises(ChangeStreamError, match=r"--replSet rs0.*rs\.initiate") as raised:
            async with database.watch(Message):
                pass

    assert raised.value.code == "P2031"
