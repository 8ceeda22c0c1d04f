"""Typical calls, and exactly the commands that reach the server for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import pytest
from prisma.models import User
from pydantic import BaseModel
from pymongo import AsyncMongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.stores.mongo import MongoStore
from prismongo.url import url_database
from tests.commands import Sent
from tests.records import user

pytestmark = pytest.mark.mongo_only("commands are a server's")

IDS: Final = {name: f"{number:024x}" for number, name in enumerate(("ada", "kraken", "news", "hi"))}
ADA, KRAKEN, NEWS, HI = IDS.values()
MESSAGE: Final[Any] = {"channelId": NEWS, "authorId": ADA, "content": "new"}
COMMIT: Final = "commitTransaction"

Call = Callable[[Any], Awaitable[Any]]


class Card(BaseModel):
    """A part of a user."""

    username: str


@pytest.fixture
async def database(mongo_url: str, settings: DatabaseSettings, sent: Sent) -> AsyncIterator[Any]:
    """A client whose commands are kept, on a user, a community, a channel and a message."""

    def client(*listeners: Any) -> AsyncMongoClient[dict[str, Any]]:
        return AsyncMongoClient(mongo_url, tz_aware=True, event_listeners=[*listeners, sent])

    service = DatabaseService(settings)
    service._make_store = lambda datamodel, _: MongoStore(
        datamodel, client, url_database(mongo_url)
    )
    async with service:
        await service.user.create({**user("ada"), "id": ADA})
        await service.community.create({"id": KRAKEN, "name": "kraken", "ownerId": ADA})
        await service.membership.create({"userId": ADA, "communityId": KRAKEN})
        await service.channel.create({"id": NEWS, "name": "news", "communityId": KRAKEN})
        await service.message.create(
            {"id": HI, "channelId": NEWS, "authorId": ADA, "content": "hi"}
        )
        sent.clear()
        yield service


async def stream(db: Any) -> None:
    async for _ in db.message.stream(include={"author": True}):
        pass


async def two_in_a_transaction(db: Any) -> None:
    async with db.tx() as tx:
        await tx.message.create(MESSAGE)
        await tx.message.create(MESSAGE)


async def nothing_in_a_transaction(db: Any) -> None:
    async with db.tx():
        pass


async def batch(db: Any) -> None:
    async with db.batch_() as together:
        together.user.create(user("grace"))
        together.user.create(user("mary"))


READS: Final[dict[str, tuple[Call, list[str]]]] = {
    "by id": (lambda db: db.user.find_unique({"id": ADA}), ["find User"]),
    "by a unique": (lambda db: db.user.find_unique({"username": "ada"}), ["find User"]),
    "by id, nobody": (lambda db: db.user.find_unique({"id": HI}), ["find User"]),
    "by id or raise": (lambda db: db.user.find_unique_or_raise({"id": ADA}), ["find User"]),
    "by id, some fields": (
        lambda db: db.user.find_unique({"id": ADA}, select={"username": True}),
        ["find User"],
    ),
    "by id, with one level": (
        lambda db: db.user.find_unique({"id": ADA}, include={"memberships": True}),
        ["find User", "find Membership"],
    ),
    "first": (lambda db: db.user.find_first(where={"role": "MEMBER"}), ["find User"]),
    "first in an order": (
        lambda db: db.message.find_first(order={"sentAt": "desc"}),
        ["find Message"],
    ),
    "all": (lambda db: db.user.find_many(), ["find User"]),
    "of one's own class": (lambda db: db.user.returning(Card).find_many(), ["find User"]),
    "a page": (
        lambda db: db.message.find_many(
            where={"channelId": NEWS}, order={"sentAt": "desc"}, take=20
        ),
        ["find Message"],
    ),
    "a page behind a cursor": (
        lambda db: db.message.find_many(
            take=20, skip=1, cursor={"id": HI}, order={"sentAt": "desc"}
        ),
        ["find Message", "find Message"],
    ),
    "a page with two levels": (
        lambda db: db.user.find_many(
            take=20, include={"memberships": {"include": {"community": True}}}
        ),
        ["find User", "find Membership", "find Community"],
    ),
    "two relations at one level": (
        lambda db: db.message.find_many(include={"author": True, "channel": True}),
        ["find Message", "find User", "find Channel"],
    ),
    "a page of related records": (
        lambda db: db.channel.find_unique({"id": NEWS}, include={"messages": {"take": 3}}),
        ["find Channel", "find Message"],
    ),
    "numbers of related records": (
        lambda db: db.channel.find_many(include={"_count": {"select": {"messages": True}}}),
        ["find Channel", "aggregate Channel"],
    ),
    "by a field of a relation to one": (
        lambda db: db.message.find_many(where={"channel": {"is": {"name": "news"}}}),
        ["find Channel", "find Message"],
    ),
    "by two of them": (
        lambda db: db.message.find_many(
            where={"channel": {"is": {"community": {"is": {"name": "kraken"}}}}}
        ),
        ["find Community", "find Channel", "find Message"],
    ),
    "by a relation to many": (
        lambda db: db.user.find_many(where={"messages": {"some": {"content": "new"}}}),
        ["aggregate User"],
    ),
    "in the order of a relation": (
        lambda db: db.message.find_many(order={"author": {"username": "asc"}}),
        ["aggregate Message"],
    ),
    "distinct": (lambda db: db.message.find_many(distinct=["authorId"]), ["aggregate Message"]),
    "a number": (
        lambda db: db.message.count(where={"channelId": NEWS}),
        ["aggregate Message"],
    ),
    "groups": (lambda db: db.message.group_by(["authorId"], count=True), ["aggregate Message"]),
    "a stream": (stream, ["find Message", "find User"]),
    "raw": (lambda db: db.find_raw(User, {"username": "ada"}), ["find User"]),
}

WRITES: Final[dict[str, tuple[Call, list[str]]]] = {
    "create": (lambda db: db.message.create(MESSAGE), ["insert Message"]),
    "create, with a relation in the answer": (
        lambda db: db.message.create(MESSAGE, include={"author": True}),
        ["insert Message", "find User"],
    ),
    "create, connected": (
        lambda db: db.channel.create({"name": "x", "community": {"connect": {"id": KRAKEN}}}),
        ["find Community", "insert Channel", "find Channel"],
    ),
    "create with related records": (
        lambda db: db.community.create({"name": "x", "channels": {"create": [{"name": "y"}]}}),
        ["insert Community", "insert Channel", "find Community", COMMIT],
    ),
    "create many": (
        lambda db: db.message.create_many([MESSAGE] * 1_000),
        ["insert Message", COMMIT],
    ),
    "create many, one": (lambda db: db.message.create_many([MESSAGE]), ["insert Message"]),
    "update": (
        lambda db: db.message.update({"content": "x"}, where={"id": HI}),
        ["findAndModify Message"],
    ),
    "update, nobody": (
        lambda db: db.message.update({"content": "x"}, where={"id": ADA}),
        ["findAndModify Message"],
    ),
    "update many": (
        lambda db: db.message.update_many({"content": "x"}, where={"channelId": NEWS}),
        ["update Message"],
    ),
    "upsert of what is there": (
        lambda db: db.user.upsert(
            where={"username": "ada"}, data={"create": user("ada"), "update": {"bio": "x"}}
        ),
        ["findAndModify User"],
    ),
    "upsert of what is not": (
        lambda db: db.user.upsert(
            where={"username": "z"}, data={"create": user("z"), "update": {"bio": "x"}}
        ),
        ["findAndModify User", "insert User"],
    ),
    "delete of what nobody refers to": (
        lambda db: db.membership.delete(
            {"userId_communityId": {"userId": ADA, "communityId": KRAKEN}}
        ),
        ["findAndModify Membership"],
    ),
    "delete many": (
        lambda db: db.membership.delete_many({"userId": ADA}),
        ["delete Membership"],
    ),
    "a batch": (batch, ["insert User", "insert User", COMMIT]),
    "two in a transaction": (two_in_a_transaction, ["insert Message", "insert Message", COMMIT]),
    "nothing in a transaction": (nothing_in_a_transaction, []),
}


def test_there_are_forty() -> None:
    assert len(READS) + len(WRITES) >= 40


@pytest.mark.parametrize(
    ("call", "expected"), [*READS.values(), *WRITES.values()], ids=[*READS, *WRITES]
)
async def test_what_reaches_the_server(
    database: Any, sent: Sent, call: Call, expected: list[str]
) -> None:
    await call(database)
    assert [named(command) for command in sent.commands] == expected


AGAIN: Final = (
    *("by id", "first", "a page", "a page with two levels", "a number", "create", "update"),
    *("update, nobody", "create, with a relation in the answer", "two in a transaction"),
)
"""Calls that can be made again and again."""


@pytest.mark.parametrize("name", AGAIN)
async def test_each_call_sends_the_same_again(database: Any, sent: Sent, name: str) -> None:
    call, expected = {**READS, **WRITES}[name]
    for _ in range(5):
        sent.clear()
        await call(database)
        assert [named(command) for command in sent.commands] == expected


def named(command: dict[str, Any]) -> str:
    name, collection = next(iter(command.items()))
    return f"{name} {collection}" if isinstance(collection, str) else name
