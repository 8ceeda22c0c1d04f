"""Faults of a fake: errors, delays and stubs on purpose, and what is refused of them."""

# ruff: noqa: PT012 - an error is raised through the transaction or the batch that it ends

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from prisma import errors as upstream
from prisma.errors import (
    DataError,
    UniqueViolationError,
)

from database import DatabaseService
from prismongo.errors import (
    ArgumentTypeError,
    ConfigurationError,
    ConnectionError,
    HistoryLostError,
    TransactionError,
    TransactionExpiredError,
    UnsupportedOperationError,
    WriteConcernError,
)
from prismongo.testing import fake
from tests.records import user


@pytest.fixture
def database() -> DatabaseService:
    return fake(DatabaseService)


async def test_an_action_fails_as_often_as_it_is_told(database: DatabaseService) -> None:
    database.fake.fail("user.create", UniqueViolationError, times=2)
    for _ in range(2):
        with pytest.raises(UniqueViolationError) as caught:
            await database.user.create(user("ada"))
        assert caught.value.code == "P2002"
    await database.user.create(user("ada"))
    assert await database.user.count() == 1


async def test_it_fails_with_what_was_given(database: DatabaseService) -> None:
    down = ConnectionError("It is down.", code="P1001")
    database.fake.fail("user.count", down)
    database.fake.fail("user.count", OSError)
    database.fake.fail("user.count", "P2034")
    with pytest.raises(ConnectionError) as caught:
        await database.user.count()
    assert caught.value is down
    with pytest.raises(OSError, match=r"^$"):
        await database.user.count()
    with pytest.raises(DataError) as conflict:
        await database.user.count()
    assert conflict.value.code == "P2034"
    assert await database.user.count() == 0


@pytest.mark.parametrize(
    ("given", "kind", "code"),
    [
        ("P1001", ConnectionError, "P1001"),
        ("P1017", ConnectionError, "P1017"),
        (ConnectionError, ConnectionError, "P1001"),
        ("P1012", ConfigurationError, "P1012"),
        ("P2028", TransactionError, "P2028"),
        (TransactionError, TransactionError, "P2028"),
        (upstream.TransactionError, TransactionError, "P2028"),
        (upstream.TransactionExpiredError, TransactionExpiredError, "P2028"),
        (TransactionExpiredError, TransactionExpiredError, "P2028"),
        ("P2035", DataError, "P2035"),
        (WriteConcernError, WriteConcernError, "P2035"),
        (ArgumentTypeError, ArgumentTypeError, "P2009"),
        ("P2026", UnsupportedOperationError, "P2026"),
    ],
)
async def test_the_class_and_the_code_are_those_of_a_server(
    database: DatabaseService, given: Any, kind: type[Exception], code: str
) -> None:
    database.fake.fail("user.count", given)
    with pytest.raises(kind) as caught:
        await database.user.count()
    assert type(caught.value) is kind
    assert getattr(caught.value, "code", None) == code


class TakenError(UniqueViolationError):
    """One of the application."""


async def test_a_class_of_the_application_is_raised_as_it_is(database: DatabaseService) -> None:
    database.fake.fail("user.count", TakenError)
    with pytest.raises(TakenError) as caught:
        await database.user.count()
    assert caught.value.code == "P2002"


@pytest.mark.parametrize("given", [3, None, int, HistoryLostError])
def test_what_cannot_be_raised_is_refused(database: DatabaseService, given: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"is no exception|give an exception"):
        database.fake.fail("user.count", given)


@pytest.mark.parametrize("code", ["P2002", "P2025"])
async def test_its_facts_are_those_of_a_server(database: DatabaseService, code: str) -> None:
    database.fake.fail("user.create", code)
    with pytest.raises(DataError) as caught:
        await database.user.create(user("ada"))
    meta: Any = caught.value.meta
    assert meta["modelName"] == "User"
    assert meta.get("target", ["username"]) == ["username"]
    assert meta.get("cause") == (None if code == "P2002" else "Failed on purpose, by the fake.")


@pytest.mark.parametrize("code", ["P9999", "hello", "p2002", ""])
def test_a_code_that_no_error_has_is_refused(database: DatabaseService, code: str) -> None:
    with pytest.raises(ConfigurationError, match=f"No error has the code `{code}`"):
        database.fake.fail("user.count", code)


@pytest.mark.parametrize("name", ["user.*", "*.count", "*.*", "*"])
async def test_a_star_is_any(database: DatabaseService, name: str) -> None:
    database.fake.fail(name, "P2034", times=None)
    for _ in range(3):
        with pytest.raises(DataError):
            await database.user.count()
    database.fake.forget()
    assert await database.user.count() == 0


async def test_other_actions_go_on(database: DatabaseService) -> None:
    database.fake.fail("user.create", "P2034", times=None)
    database.fake.fail("message.*", "P2034", times=None)
    await database.user.create_many([user("ada")])
    assert await database.user.count() == 1


async def test_a_fault_ends_the_transaction_it_happens_in(database: DatabaseService) -> None:
    database.fake.fail("user.create", UniqueViolationError)
    with pytest.raises(TransactionError, match="has been aborted"):
        async with database.tx() as tx:
            await tx.community.create({"name": "Engines"})
            with pytest.raises(UniqueViolationError):
                await tx.user.create(user("ada"))
    assert await database.community.count() == 0


async def test_a_fault_of_the_caller_does_not(database: DatabaseService) -> None:
    database.fake.fail("user.create", OSError)
    async with database.tx() as tx:
        with pytest.raises(OSError, match=r"^$"):
            await tx.user.create(user("ada"))
        await tx.user.create(user("ada"))
    assert await database.user.count() == 1


async def test_a_transaction_that_cannot_begin_or_commit(database: DatabaseService) -> None:
    database.fake.fail("begin", "P2031")
    with pytest.raises(DataError) as refused:
        await database.tx().start()
    assert refused.value.code == "P2031"
    database.fake.fail("commit", "P2034")
    with pytest.raises(DataError):
        async with database.tx() as tx:
            await tx.user.create(user("ada"))
    assert await database.user.count() == 0


async def test_transaction_tries_again_after_a_conflict_on_purpose(
    database: DatabaseService,
) -> None:
    database.fake.fail("commit", "P2034", times=2)
    await database.transaction(lambda tx: tx.user.create(user("ada")))
    assert [call.name for call in database.fake.calls] == ["user.create"] * 3
    assert await database.user.count() == 1


async def test_a_batch_of_which_one_fails_keeps_nothing(database: DatabaseService) -> None:
    database.fake.fail("community.create", "P2002")
    with pytest.raises(UniqueViolationError):
        async with database.batch_() as batch:
            batch.user.create(user("ada"))
            batch.community.create({"name": "Engines"})
    assert await database.user.count() == 0


@pytest.mark.parametrize("long", [timedelta(seconds=30), 30.0], ids=["timedelta", "seconds"])
async def test_what_takes_longer(database: DatabaseService, long: timedelta | float) -> None:
    database.fake.delay("user.count", long, times=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await database.user.count()
    assert await database.user.count() == 0


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
def test_misspelt_names_are_refused(database: DatabaseService, name: str, words: str) -> None:
    tellings: list[Callable[[], None]] = [
        lambda: database.fake.fail(name, "P2034"),
        lambda: database.fake.delay(name, 1),
        lambda: database.fake.stub(name, 1),
    ]
    for tell in tellings:
        with pytest.raises(ConfigurationError, match=words):
            tell()


@pytest.mark.parametrize("name", ["user.count", "user.delete_many"])
async def test_a_stub_of_a_number_that_is_none_is_named(
    database: DatabaseService, name: str
) -> None:
    database.fake.stub(name, "three")
    ask = database.user.count if name == "user.count" else database.user.delete_many
    with pytest.raises(ConfigurationError, match=f"stub of `{name}` is of type str"):
        await ask()
