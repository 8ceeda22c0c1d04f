"""FakeDatabase: it is there at once, does as it is told, and remembers what was asked."""

# ruff: noqa: PT012 - an error is raised through the transaction or the batch that it ends

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from prisma.engine.errors import AlreadyConnectedError
from prisma.errors import (
    ClientNotConnectedError,
    DataError,
    RecordNotFoundError,
    TransactionError,
    UniqueViolationError,
)
from prisma.models import Message, User
from prisma.types import UserCreateInput

from database import DatabaseService
from database.errors import ConfigurationError, ConnectionError, UnsupportedOperationError
from database.testing import Call, FakeDatabase


def user(name: str) -> UserCreateInput:
    return {"username": name, "hashedPassword": "x"}


@pytest.fixture
def fake() -> FakeDatabase:
    return FakeDatabase()


# --- its life ---


async def test_it_is_a_database_that_is_there_at_once(fake: FakeDatabase) -> None:
    assert isinstance(fake, DatabaseService)
    assert (await fake.health()).is_up
    ada = await fake.user.create(user("ada"))
    assert await fake.user.find_unique({"id": ada.id}) == ada


async def test_connected_and_disconnected_as_any_other(fake: FakeDatabase) -> None:
    async with fake as entered:
        assert entered is fake
        await fake.user.create(user("ada"))
        with pytest.raises(AlreadyConnectedError):
            await fake.connect()
    assert not fake.is_connected()
    assert not (await fake.health()).is_up
    with pytest.raises(ClientNotConnectedError):
        await fake.user.count()
    async with fake:
        assert await fake.user.count() == 1, "what is stored stays"


async def test_it_may_be_connected_after_it_was_used(fake: FakeDatabase) -> None:
    await fake.user.create(user("ada"))
    async with fake:
        assert await fake.user.count() == 1


async def test_two_fakes_share_nothing() -> None:
    first, second = FakeDatabase(), FakeDatabase()
    await first.user.create(user("ada"))
    assert await second.user.count() == 0
    assert second.calls == [Call("user", "count")]


def test_it_outlives_an_event_loop(fake: FakeDatabase) -> None:
    asyncio.run(_register(fake, "ada"))
    asyncio.run(_register(fake, "grace"))
    assert [row["username"] for row in fake.documents("User")] == ["ada", "grace"]


async def _register(fake: FakeDatabase, name: str) -> None:
    await fake.user.create(user(name))


# --- what is stored ---


async def test_documents_are_as_mongodb_would_hold_them(fake: FakeDatabase) -> None:
    ada = await fake.user.create({**user("ada"), "email": None})
    (document,) = fake.documents("User")
    assert document["_id"] == ObjectId(ada.id)
    assert document["email"] is None
    assert "displayName" not in document
    document["username"] = "changed"
    assert fake.documents("User")[0]["username"] == "ada"
    with pytest.raises(KeyError):
        fake.documents("Usr")


async def test_what_was_given_and_what_was_found_is_not_what_is_stored(fake: FakeDatabase) -> None:
    labels = ["a"]
    data: Any = {**user("ada"), "communityIds": []}
    ada = await fake.user.create(data)
    labels.append("b")
    data["username"] = "changed"
    found = await fake.user.find_unique_or_raise({"id": ada.id})
    found.communityIds.append("0" * 24)
    assert await fake.user.find_unique_or_raise({"id": ada.id}) == ada


async def test_a_snapshot_is_what_was_stored_then(fake: FakeDatabase) -> None:
    ada = await fake.user.create(user("ada"))
    snapshot = fake.snapshot()
    for _ in range(2):
        await fake.user.update(where={"id": ada.id}, data={"bio": "changed"})
        await fake.user.create(user("grace"))
        await fake.community.create({"name": "Engines"})
        fake.restore(snapshot)
        assert await fake.user.find_many() == [ada]
        assert await fake.community.count() == 0
        with pytest.raises(UniqueViolationError):
            await fake.user.create(user("ada"))


async def test_a_snapshot_of_nothing(fake: FakeDatabase) -> None:
    snapshot = fake.snapshot()
    await fake.user.create(user("ada"))
    fake.restore(snapshot)
    assert await fake.user.count() == 0


async def test_restoring_ends_open_transactions(fake: FakeDatabase) -> None:
    snapshot = fake.snapshot()
    with pytest.raises(DataError) as caught:
        async with fake.tx() as tx:
            await tx.user.create(user("ada"))
            fake.restore(snapshot)
    assert caught.value.code == "P2034"
    assert await fake.user.count() == 0
    await fake.user.create(user("ada"))


# --- faults ---


async def test_an_action_fails_as_often_as_it_is_told(fake: FakeDatabase) -> None:
    fake.fail("user.create", UniqueViolationError, times=2)
    for _ in range(2):
        with pytest.raises(UniqueViolationError) as caught:
            await fake.user.create(user("ada"))
        assert caught.value.code == "P2002"
    await fake.user.create(user("ada"))
    assert await fake.user.count() == 1


async def test_it_fails_with_what_was_given(fake: FakeDatabase) -> None:
    down = ConnectionError("It is down.", code="P1001")
    fake.fail("user.count", down)
    fake.fail("user.count", OSError)
    fake.fail("user.count", "P2034")
    with pytest.raises(ConnectionError) as caught:
        await fake.user.count()
    assert caught.value is down
    with pytest.raises(OSError, match=r"^$"):
        await fake.user.count()
    with pytest.raises(DataError) as conflict:
        await fake.user.count()
    assert conflict.value.code == "P2034"
    assert await fake.user.count() == 0


@pytest.mark.parametrize("name", ["user.*", "*.count", "*.*", "*"])
async def test_a_star_is_any(fake: FakeDatabase, name: str) -> None:
    fake.fail(name, "P2034", times=None)
    for _ in range(3):
        with pytest.raises(DataError):
            await fake.user.count()
    fake.forget()
    assert await fake.user.count() == 0


async def test_other_actions_go_on(fake: FakeDatabase) -> None:
    fake.fail("user.create", "P2034", times=None)
    fake.fail("message.*", "P2034", times=None)
    await fake.user.create_many([user("ada")])
    assert await fake.user.count() == 1


async def test_a_fault_ends_the_transaction_it_happens_in(fake: FakeDatabase) -> None:
    fake.fail("user.create", UniqueViolationError)
    with pytest.raises(TransactionError, match="has been aborted"):
        async with fake.tx() as tx:
            await tx.community.create({"name": "Engines"})
            with pytest.raises(UniqueViolationError):
                await tx.user.create(user("ada"))
    assert await fake.community.count() == 0


async def test_a_fault_of_the_caller_does_not(fake: FakeDatabase) -> None:
    fake.fail("user.create", OSError)
    async with fake.tx() as tx:
        with pytest.raises(OSError, match=r"^$"):
            await tx.user.create(user("ada"))
        await tx.user.create(user("ada"))
    assert await fake.user.count() == 1


async def test_a_transaction_that_cannot_begin_or_commit(fake: FakeDatabase) -> None:
    fake.fail("begin", "P2031")
    with pytest.raises(DataError) as refused:
        await fake.tx().start()
    assert refused.value.code == "P2031"
    fake.fail("commit", "P2034")
    with pytest.raises(DataError):
        async with fake.tx() as tx:
            await tx.user.create(user("ada"))
    assert await fake.user.count() == 0


async def test_transaction_tries_again_after_a_conflict_on_purpose(fake: FakeDatabase) -> None:
    fake.fail("commit", "P2034", times=2)
    await fake.transaction(lambda tx: tx.user.create(user("ada")))
    assert [call.name for call in fake.calls] == ["user.create"] * 3
    assert await fake.user.count() == 1


async def test_a_batch_of_which_one_fails_keeps_nothing(fake: FakeDatabase) -> None:
    fake.fail("community.create", "P2002")
    with pytest.raises(UniqueViolationError):
        async with fake.batch_() as batch:
            batch.user.create(user("ada"))
            batch.community.create({"name": "Engines"})
    assert await fake.user.count() == 0


@pytest.mark.parametrize("long", [timedelta(seconds=30), 30.0], ids=["timedelta", "seconds"])
async def test_what_takes_longer(fake: FakeDatabase, long: timedelta | float) -> None:
    fake.delay("user.count", long, times=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await fake.user.count()
    assert await fake.user.count() == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("usr.create", "no `usr`.*Did you mean `user`"),
        ("user.crate", "no `crate`.*Did you mean `create`"),
        ("User.create", "no `User`.*Did you mean `user`"),
        ("user", "no `user`"),
        ("", "no ``"),
    ],
)
def test_misspelt_names_are_refused(fake: FakeDatabase, name: str, words: str) -> None:
    tellings: list[Callable[[], None]] = [
        lambda: fake.fail(name, "P2034"),
        lambda: fake.delay(name, 1),
        lambda: fake.stub(name, 1),
    ]
    for tell in tellings:
        with pytest.raises(ConfigurationError, match=words):
            tell()


# --- stubs ---


async def test_a_stub_answers_in_an_actions_place(fake: FakeDatabase) -> None:
    ada = await fake.user.create(user("ada"))
    fake.stub("user.count", 7)
    fake.stub("user.find_unique", None)
    fake.stub("user.find_first", ada)
    fake.stub("user.find_many", [ada, {**ada.model_dump(), "username": "other"}])
    fake.stub("user.update_many", 3)
    fake.stub("user.group_by", [{"bio": None, "_count": {"_all": 1}}])
    assert await fake.user.count() == 7
    assert await fake.user.find_unique({"id": ada.id}) is None
    assert await fake.user.find_first(where={"username": "nobody"}) is ada
    assert [each.username for each in await fake.user.find_many()] == ["ada", "other"]
    assert await fake.user.update_many(where={}, data={}) == 3
    by: Any = ["bio"]
    assert await fake.user.group_by(by=by, count=True) == [{"bio": None, "_count": {"_all": 1}}]
    fake.forget()
    assert await fake.user.count() == 1


async def test_a_stub_may_look_at_the_call(fake: FakeDatabase) -> None:
    fake.stub("user.count", lambda call: len(call.arguments["where"]))
    assert await fake.user.count(where={"username": "a", "bio": "b"}) == 2


async def test_the_youngest_stub_counts_as_often_as_it_is_told(fake: FakeDatabase) -> None:
    fake.stub("user.count", 1)
    fake.stub("user.count", 2, times=1)
    assert [await fake.user.count() for _ in range(3)] == [2, 1, 1]


async def test_stubs_and_writes_in_one_batch(fake: FakeDatabase) -> None:
    fake.stub("user.update_many", 5)
    async with fake.batch_() as batch:
        batch.user.create(user("ada"))
        batch.user.update_many(where={}, data={"bio": "x"})
        batch.user.create(user("grace"))
    ada, many, grace = batch.results
    assert (ada.username, many, grace.username) == ("ada", 5, "grace")
    assert {row["username"] for row in fake.documents("User")} == {"ada", "grace"}


# --- calls ---


async def test_calls_are_remembered_as_they_were(fake: FakeDatabase) -> None:
    data: Any = user("ada")
    ada = await fake.user.create(data, include={"memberships": True})
    data["username"] = "changed"
    async with fake.tx() as tx:
        await tx.user.count(where={"username": "ada"})
    async with fake.batch_() as batch:
        batch.user.delete(where={"id": ada.id})
        assert len(fake.calls) == 2, "a batch asks when it is committed"
    await User.prisma(fake).find_many(take=1)
    assert fake.calls == [
        Call("user", "create", {"data": user("ada"), "include": {"memberships": True}}),
        Call("user", "count", {"where": {"username": "ada"}}),
        Call("user", "delete", {"where": {"id": ada.id}}),
        Call("user", "find_many", {"take": 1}),
    ]
    fake.forget()
    assert fake.calls == []


async def test_what_is_refused_was_asked_for_all_the_same(fake: FakeDatabase) -> None:
    with pytest.raises(RecordNotFoundError):
        await fake.user.find_unique_or_raise({"id": "0" * 24})
    assert [call.name for call in fake.calls] == ["user.find_unique_or_raise"]


async def test_the_text_door_plays_too(fake: FakeDatabase) -> None:
    query = '{"query": "{ result: findManyUser(take: 1) { id } }", "variables": {}}'
    fake.fail("user.find_many", "P2034")
    with pytest.raises(DataError):
        await fake._engine.query(query, tx_id=None)
    assert await fake._engine.query(query, tx_id=None) == {"data": {"result": []}}
    assert fake.calls == [Call("user", "find_many", {"take": 1})] * 2


# --- what it lacks ---


async def _raw(fake: FakeDatabase) -> object:
    query = '{"query": "{ findUserRaw }", "variables": {}}'
    return await fake._engine.query(query, tx_id=None)


async def _command(fake: FakeDatabase) -> object:
    query = r'{"query": "mutation { runCommandRaw(command: \"{\\\"ping\\\": 1}\") }"}'
    return await fake._engine.query(query, tx_id=None)


async def _driver(fake: FakeDatabase) -> object:
    return fake.mongo


@pytest.mark.parametrize(
    ("ask", "words"), [(_raw, "RawFind"), (_command, "RawCommand"), (_driver, "is a fake")]
)
async def test_what_it_lacks_it_refuses_by_name(
    fake: FakeDatabase, ask: Callable[[FakeDatabase], Awaitable[object]], words: str
) -> None:
    with pytest.raises(UnsupportedOperationError, match=words) as caught:
        await ask(fake)
    assert caught.value.code == "P2026"


# --- much at once; what it costs is in benchmarks/ ---


async def test_ten_thousand_documents_are_restored(fake: FakeDatabase) -> None:
    await fake.user.create_many([user(f"user {number}") for number in range(10_000)])
    snapshot = fake.snapshot()
    await fake.user.create(user("one more"))
    await fake.user.delete_many(where={"username": {"startswith": "user 1"}})
    fake.restore(snapshot)
    assert await fake.user.count() == 10_000


async def test_a_class_that_is_generated_is_what_comes_back(fake: FakeDatabase) -> None:
    ada = await fake.user.create(user("ada"))
    community = await fake.community.create(
        {"name": "Engines", "channels": {"create": [{"name": "general"}]}},
        include={"channels": True},
    )
    assert community.channels
    posted = await fake.message.create(
        {"content": "Hello", "authorId": ada.id, "channelId": community.channels[0].id}
    )
    assert type(ada) is User
    assert type(posted) is Message
