"""Reads of few rows: sent as a command of the database, as a cursor where that is not enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from prisma.models import User
from pymongo import AsyncMongoClient, ReadPreference, _csot
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)
from pymongo.read_concern import ReadConcern

from database import DatabaseService, DatabaseSettings
from prismongo.stores.mongo import MongoStore
from prismongo.stores.mongo.compile.commands import FindCommand
from prismongo.stores.mongo.one_reply import ONE_REPLY, is_few, may_pass, read_in_one_reply
from prismongo.stores.rows import ROWS
from prismongo.url import url_database
from tests.commands import Sent
from tests.records import NOBODY, user

LARGE: Final = "x" * 6_000_000
"""Three of them are more than one reply holds."""

pytestmark = pytest.mark.mongo_only("commands are a server's")


def service(url: str, sent: Sent, **options: Any) -> DatabaseService:
    """A service whose commands are kept."""

    def client(*listeners: Any) -> AsyncMongoClient[dict[str, Any]]:
        return AsyncMongoClient(url, event_listeners=[*listeners, sent], **options)

    made = DatabaseService(DatabaseSettings(url=url))
    made._make_store = lambda datamodel, _: MongoStore(datamodel, client, url_database(url))
    return made


@pytest.fixture
async def database(mongo_url: str, sent: Sent) -> AsyncIterator[DatabaseService]:
    async with service(mongo_url, sent) as database:
        yield database


async def test_what_is_sent(database: DatabaseService, ada: User, sent: Sent) -> None:
    sent.clear()
    assert await database.user.find_unique({"id": ada.id}) == ada
    assert await database.user.find_unique({"id": NOBODY}) is None
    assert await database.user.find_many(
        where={"username": "ada"}, order=[{"lastSeenAt": "desc"}, {"id": "asc"}], take=10, skip=0
    ) == [ada]
    assert await database.user.find_many(take=10, skip=1) == []
    assert sent.names == ["find"] * 4
    one, none, page, behind = sent.commands
    assert (one["limit"], one["singleBatch"], none["singleBatch"]) == (1, True, True)
    assert (page["limit"], page["batchSize"]) == (10, 11)
    assert list(page["sort"].items()) == [("lastSeenAt", -1), ("_id", 1)]
    assert behind["skip"] == 1


async def test_a_count_is_sent_in_the_same_way(
    database: DatabaseService, ada: User, sent: Sent
) -> None:
    sent.clear()
    assert await database.user.count(where={"username": "ada"}) == 1
    async with database.tx() as tx:
        await tx.user.create(user("alan"))
        assert await tx.user.count() == 2
    assert sent.names == ["aggregate", "insert", "aggregate", "commitTransaction"]
    alone, _, inside, _ = sent.commands
    assert alone["cursor"] == inside["cursor"] == {"batchSize": ONE_REPLY}
    assert "readConcern" not in alone
    assert inside["txnNumber"] == sent.commands[1]["txnNumber"]


async def test_counts_of_related_records_that_one_reply_does_not_hold(
    database: DatabaseService, ada: User, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [await database.user.create(user(name)) for name in ("alan", "grace")]
    for each in (ada, *others):
        await database.notification.create({"userId": each.id})
    for module in ("one_reply", "execute"):
        monkeypatch.setattr(f"prismongo.stores.mongo.{module}.ONE_REPLY", 2)
    sent.clear()
    found = await database.user.find_many(
        take=3, include={"_count": {"select": {"notifications": True}}}
    )
    assert [each.counts for each in found] == [{"notifications": 1}] * 3
    assert sent.names == ["find", "aggregate", "killCursors", "aggregate", "getMore"]


async def test_the_keys_of_related_records_are_read_in_the_same_way(
    database: DatabaseService, ada: User, sent: Sent
) -> None:
    await database.notification.create({"userId": ada.id})
    sent.clear()
    where: Any = {"user": {"is": {"username": "ada"}}}
    assert await database.notification.count(where=where) == 1
    assert sent.names == ["find", "aggregate"]
    keys = sent.commands[0]
    assert (keys["projection"], keys["limit"], keys["batchSize"]) == ({"_id": 1}, 1_001, 1_002)


@pytest.mark.parametrize(
    ("limit", "projection", "is_one"),
    [
        (0, None, False),
        (1, None, True),
        (100, None, True),
        (101, None, False),
        (100, {"a": 1}, True),
        (101, {"a": 1}, False),
        (101, {"_id": 1, "a": 1}, False),
        (0, {"_id": 1}, False),
        (1_001, {"_id": 1}, True),
        (1_002, {"_id": 1}, False),
    ],
)
def test_what_one_reply_holds(limit: int, projection: dict[str, Any] | None, is_one: bool) -> None:
    assert is_few(FindCommand("User", {}, projection, limit=limit)) == is_one


async def test_the_time_of_the_url_is_for_both_attempts(mongo_url: str, sent: Sent) -> None:
    limits: list[Any] = []

    async def by_cursor() -> Any:
        limits.append(_csot.remaining())
        return []

    async with service(mongo_url, sent, timeoutMS=60_000) as database:
        mongo: Any = database.mongo
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AsyncDatabase, "command", lost)
            assert await read_in_one_reply(mongo, {"find": "User"}, None, ROWS, by_cursor) == []
    assert len(limits) == 1
    assert 0 < limits[0] <= 60


async def lost(*_: object, **__: object) -> None:
    """A command whose connection is lost."""
    raise AutoReconnect


async def test_more_than_one_reply_holds(database: DatabaseService, sent: Sent) -> None:
    for name in ("ada", "alan", "grace"):
        await database.user.create({**user(name), "bio": LARGE})
    sent.clear()
    found = await database.user.find_many(take=3)
    assert [each.username for each in found] == ["ada", "alan", "grace"]
    assert sent.names == ["find", "killCursors", "find", "getMore"]


async def test_a_transaction_reads_in_the_same_way(
    database: DatabaseService, ada: User, sent: Sent
) -> None:
    sent.clear()
    async with database.tx() as tx:
        await tx.user.create(user("alan"))
        assert await tx.user.find_unique({"id": ada.id}) == ada
        assert [each.username for each in await tx.user.find_many(take=3)] == ["ada", "alan"]
    assert sent.names == ["insert", "find", "find", "commitTransaction"]
    created, one, page, _ = sent.commands
    assert (one["limit"], one["singleBatch"], page["batchSize"]) == (1, True, 4)
    assert one["lsid"] == page["lsid"] == created["lsid"]
    assert one["txnNumber"] == page["txnNumber"] == created["txnNumber"]


async def test_a_transaction_reads_more_than_one_reply_holds(
    database: DatabaseService, sent: Sent
) -> None:
    for name in ("ada", "alan", "grace"):
        await database.user.create({**user(name), "bio": LARGE})
    sent.clear()
    async with database.tx() as tx:
        found = await tx.user.find_many(take=3)
        assert await tx.user.count() == 3
    assert [each.username for each in found] == ["ada", "alan", "grace"]
    assert sent.names[:4] == ["find", "killCursors", "find", "getMore"]


async def test_a_cursor_that_cannot_be_ended_ends_no_read(
    database: DatabaseService, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = AsyncDatabase.command
    refused: list[Any] = []

    async def refuse(self: Any, given: Any, *arguments: Any, **named: Any) -> Any:
        if "killCursors" not in given:
            return await command(self, given, *arguments, **named)
        refused.append(named["read_preference"])
        raise AutoReconnect

    for name in ("ada", "alan", "grace"):
        await database.user.create({**user(name), "bio": LARGE})
    monkeypatch.setattr(AsyncDatabase, "command", refuse)
    sent.clear()
    assert len(await database.user.find_many(take=3)) == 3
    async with database.tx() as tx:
        assert len(await tx.user.find_many(take=3)) == 3
    assert sent.names == ["find", "find", "getMore"] * 2 + ["commitTransaction"]
    assert refused == [ReadPreference.PRIMARY, None]


async def test_options_of_a_view_go_with_the_read(database: DatabaseService, sent: Sent) -> None:
    sent.clear()
    view = database.with_options(comment="why", read_concern=ReadConcern("majority"))
    await view.user.find_unique({"id": NOBODY})
    assert [each["comment"] for each in sent.commands] == ["why"]
    assert sent.commands[0]["readConcern"]["level"] == "majority"


async def test_the_read_concern_of_the_url_goes_with_the_read(mongo_url: str, sent: Sent) -> None:
    async with service(mongo_url, sent, readConcernLevel="majority") as database:
        sent.clear()
        await database.user.find_unique({"id": NOBODY})
    assert [each["readConcern"]["level"] for each in sent.commands] == ["majority"]


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (AutoReconnect(), True),
        (NotPrimaryError("x", {"code": 10107}), True),
        (ConnectionFailure(), True),
        (OperationFailure("x", 11602), False),
        (OperationFailure("x", 6), True),
        (OperationFailure("x", 50), False),
        (OperationFailure("x"), False),
        (ServerSelectionTimeoutError(), False),
        (WaitQueueTimeoutError(), False),
    ],
    ids=repr,
)
def test_what_may_pass(error: Any, may: bool) -> None:
    assert may_pass(error) == may
