"""fake(DatabaseService): it is there at once, does as it is told, and remembers what was asked."""

# ruff: noqa: PT012 - an error is raised through the transaction or the batch that it ends

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from bson import ObjectId
from prisma.engine.errors import AlreadyConnectedError
from prisma.errors import (
    ClientNotConnectedError,
    DataError,
    RecordNotFoundError,
    UniqueViolationError,
)
from prisma.models import Message, User

from database import DatabaseService
from prismongo.errors import (
    UnsupportedOperationError,
)
from prismongo.testing import Call, fake
from tests.records import user


@pytest.fixture
def database() -> DatabaseService:
    return fake(DatabaseService)


# --- its life ---


async def test_it_is_a_database_that_is_there_at_once(database: DatabaseService) -> None:
    assert isinstance(database, DatabaseService)
    assert (await database.health()).is_up
    ada = await database.user.create(user("ada"))
    assert await database.user.find_unique({"id": ada.id}) == ada


async def test_connected_and_disconnected_as_any_other(database: DatabaseService) -> None:
    async with database as entered:
        assert entered is database
        await database.user.create(user("ada"))
        with pytest.raises(AlreadyConnectedError):
            await database.connect()
    assert not database.is_connected()
    assert not (await database.health()).is_up
    with pytest.raises(ClientNotConnectedError):
        await database.user.count()
    async with database:
        assert await database.user.count() == 1, "what is stored stays"


async def test_it_may_be_connected_after_it_was_used(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    async with database:
        assert await database.user.count() == 1


async def test_two_fakes_share_nothing() -> None:
    first, second = fake(DatabaseService), fake(DatabaseService)
    await first.user.create(user("ada"))
    assert await second.user.count() == 0
    assert second.fake.calls == [Call("user", "count")]


def test_it_outlives_an_event_loop(database: DatabaseService) -> None:
    asyncio.run(_register(database, "ada"))
    asyncio.run(_register(database, "grace"))
    assert [row["username"] for row in database.fake.documents("User")] == ["ada", "grace"]


async def _register(database: DatabaseService, name: str) -> None:
    await database.user.create(user(name))


# --- what is stored ---


async def test_documents_are_as_mongodb_would_hold_them(database: DatabaseService) -> None:
    ada = await database.user.create({**user("ada"), "email": None})
    (document,) = database.fake.documents("User")
    assert document["_id"] == ObjectId(ada.id)
    assert document["email"] is None
    assert "displayName" not in document
    document["username"] = "changed"
    assert database.fake.documents("User")[0]["username"] == "ada"
    with pytest.raises(KeyError):
        database.fake.documents("Usr")


async def test_what_was_given_and_what_was_found_is_not_what_is_stored(
    database: DatabaseService,
) -> None:
    labels = ["a"]
    data: Any = {**user("ada"), "communityIds": []}
    ada = await database.user.create(data)
    labels.append("b")
    data["username"] = "changed"
    found = await database.user.find_unique_or_raise({"id": ada.id})
    found.communityIds.append("0" * 24)
    assert await database.user.find_unique_or_raise({"id": ada.id}) == ada


async def test_a_snapshot_is_what_was_stored_then(database: DatabaseService, ada: User) -> None:
    snapshot = database.fake.snapshot()
    for _ in range(2):
        await database.user.update(where={"id": ada.id}, data={"bio": "changed"})
        await database.user.create(user("grace"))
        await database.community.create({"name": "Engines"})
        database.fake.restore(snapshot)
        assert await database.user.find_many() == [ada]
        assert await database.community.count() == 0
        with pytest.raises(UniqueViolationError):
            await database.user.create(user("ada"))


async def test_a_snapshot_of_nothing(database: DatabaseService) -> None:
    snapshot = database.fake.snapshot()
    await database.user.create(user("ada"))
    database.fake.restore(snapshot)
    assert await database.user.count() == 0


async def test_restoring_ends_open_transactions(database: DatabaseService) -> None:
    snapshot = database.fake.snapshot()
    with pytest.raises(DataError) as caught:
        async with database.tx() as tx:
            await tx.user.create(user("ada"))
            database.fake.restore(snapshot)
    assert caught.value.code == "P2034"
    assert await database.user.count() == 0
    await database.user.create(user("ada"))


# --- calls ---


async def test_calls_are_remembered_as_they_were(database: DatabaseService) -> None:
    data: Any = {"username": "ada", "hashedPassword": "x"}
    ada = await database.user.create(data, include={"memberships": True})
    data["username"] = "changed"
    async with database.tx() as tx:
        await tx.user.count(where={"username": "ada"})
    async with database.batch_() as batch:
        batch.user.delete(where={"id": ada.id})
        assert len(database.fake.calls) == 2, "a batch asks when it is committed"
    await User.prisma(database).find_many(take=1)
    assert database.fake.calls == [
        Call(
            "user",
            "create",
            {"data": {**data, "username": "ada"}, "include": {"memberships": True}},
        ),
        Call("user", "count", {"where": {"username": "ada"}}),
        Call("user", "delete", {"where": {"id": ada.id}}),
        Call("user", "find_many", {"take": 1}),
    ]
    database.fake.forget()
    assert database.fake.calls == []


async def test_what_is_refused_was_asked_for_all_the_same(database: DatabaseService) -> None:
    with pytest.raises(RecordNotFoundError):
        await database.user.find_unique_or_raise({"id": "0" * 24})
    assert [call.name for call in database.fake.calls] == ["user.find_unique_or_raise"]


async def test_the_text_door_plays_too(database: DatabaseService) -> None:
    query = '{"query": "{ result: findManyUser(take: 1) { id } }", "variables": {}}'
    database.fake.fail("user.find_many", "P2034")
    with pytest.raises(DataError):
        await database._engine.query(query, tx_id=None)
    assert await database._engine.query(query, tx_id=None) == {"data": {"result": []}}
    assert database.fake.calls == [Call("user", "find_many", {"take": 1})] * 2


# --- what it lacks ---


async def _raw(database: DatabaseService) -> object:
    query = '{"query": "{ findUserRaw }", "variables": {}}'
    return await database._engine.query(query, tx_id=None)


async def _command(database: DatabaseService) -> object:
    query = r'{"query": "mutation { runCommandRaw(command: \"{\\\"ping\\\": 1}\") }"}'
    return await database._engine.query(query, tx_id=None)


async def _driver(database: DatabaseService) -> object:
    return database.mongo


@pytest.mark.parametrize(
    ("ask", "words"), [(_raw, "RawFind"), (_command, "RawCommand"), (_driver, "is a fake")]
)
async def test_what_it_lacks_it_refuses_by_name(
    database: DatabaseService, ask: Callable[[DatabaseService], Awaitable[object]], words: str
) -> None:
    with pytest.raises(UnsupportedOperationError, match=words) as caught:
        await ask(database)
    assert caught.value.code == "P2026"


# --- much at once; what it costs is in benchmarks/ ---


async def test_ten_thousand_documents_are_restored(database: DatabaseService) -> None:
    await database.user.create_many([user(f"user {number}") for number in range(10_000)])
    snapshot = database.fake.snapshot()
    await database.user.create(user("one more"))
    await database.user.delete_many(where={"username": {"startswith": "user 1"}})
    database.fake.restore(snapshot)
    assert await database.user.count() == 10_000


async def test_a_class_that_is_generated_is_what_comes_back(
    database: DatabaseService, ada: User
) -> None:
    community = await database.community.create(
        {"name": "Engines", "channels": {"create": [{"name": "general"}]}},
        include={"channels": True},
    )
    assert community.channels
    posted = await database.message.create(
        {"content": "Hello", "authorId": ada.id, "channelId": community.channels[0].id}
    )
    assert type(ada) is User
    assert type(posted) is Message
