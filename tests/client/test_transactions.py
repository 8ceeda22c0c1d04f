"""`tx()`: upstream's semantics, and what it owes to a server."""

# ruff: noqa: PT012 - an error is raised through the transaction that it ends

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from prisma.errors import (
    ClientNotConnectedError,
    DataError,
    RecordNotFoundError,
    TransactionError,
    TransactionExpiredError,
    TransactionNotStartedError,
    UniqueViolationError,
)
from prisma.models import RefreshToken, User

from database import DatabaseService, DatabaseSettings
from prismongo.embedded.mongod import Mongod
from prismongo.errors import NotStartedError
from tests.client.connections import has_one_busy
from tests.records import user
from tests.waiting import until

ALREADY = "The current client is already in a transaction. This can lead to surprising behaviour."


async def test_what_is_written_is_seen_inside_and_after_the_end(database: DatabaseService) -> None:
    async with database.tx() as tx:
        assert tx.is_transaction()
        assert not database.is_transaction()
        ada = await tx.user.create(user("ada"))
        assert await tx.user.count() == 1
        assert await database.user.count() == 0
        await tx.refreshtoken.create(
            {
                "tokenHash": "t",
                "expiresAt": ada.createdAt,
                "user": {"connect": {"id": ada.id}},
            }
        )
    found = await database.user.find_unique(
        {"id": ada.id}, include={"refreshTokens": {"omit": {"tokenHash": False}}}
    )
    assert found is not None
    assert [token.tokenHash for token in found.refreshTokens or ()] == ["t"]


async def test_models_take_the_client_of_the_transaction(database: DatabaseService) -> None:
    async with database.tx() as tx:
        ada = await User.prisma(tx).create(user("ada"))
        assert await database.user.count() == 0
        await RefreshToken.prisma(tx).create(
            {"tokenHash": "t", "userId": ada.id, "expiresAt": ada.createdAt}
        )
    assert await database.refreshtoken.count() == 1


async def test_an_error_rolls_back_and_is_raised(database: DatabaseService) -> None:
    with pytest.raises(RuntimeError, match="in the middle"):
        async with database.tx() as tx:
            await tx.user.create(user("ada"))
            raise RuntimeError("in the middle")
    assert await database.user.count() == 0


async def test_started_and_ended_by_hand(database: DatabaseService) -> None:
    manager = database.tx()
    tx = await manager.start()
    await tx.user.create(user("ada"))
    await manager.commit()
    assert await database.user.count() == 1

    manager = database.tx()
    tx = await manager.start()
    await tx.user.create(user("grace"))
    await manager.rollback()
    assert await database.user.count() == 1
    for end in (manager.commit, manager.rollback):
        with pytest.raises(TransactionExpiredError, match="was rolled back"):
            await end()


async def test_not_started_is_an_error(database: DatabaseService) -> None:
    manager = database.tx()
    for end in (manager.commit, manager.rollback):
        with pytest.raises(TransactionNotStartedError):
            await end()


async def test_after_the_end_it_says_that_it_is_closed(database: DatabaseService) -> None:
    async with database.tx() as tx:
        await tx.user.count()
    with pytest.raises(TransactionExpiredError, match=r"^Transaction already closed") as caught:
        await tx.user.delete_many()
    assert caught.match("A query cannot be executed on a committed transaction")
    assert getattr(caught.value, "code", None) == "P2028"


async def test_expired_it_is_rolled_back_and_says_so(database: DatabaseService) -> None:
    with pytest.raises(TransactionExpiredError):
        async with database.tx(timeout=timedelta(milliseconds=50)) as tx:
            await tx.user.create(user("ada"))
            await asyncio.sleep(0.05)
            with pytest.raises(TransactionExpiredError, match="this transaction was 50 ms"):
                await tx.user.create(user("grace"))
    assert await database.user.count() == 0


async def test_time_counts_while_the_loop_is_kept_busy(database: DatabaseService) -> None:
    with pytest.raises(TransactionExpiredError):
        async with database.tx(timeout=timedelta(milliseconds=30)) as tx:
            await tx.user.create(user("ada"))
            time.sleep(0.04)  # noqa: ASYNC251 - no timer runs meanwhile
    assert await database.user.count() == 0


async def test_an_operation_that_runs_out_of_time_says_so(database: DatabaseService) -> None:
    with pytest.raises(TransactionExpiredError):
        async with database.tx(timeout=timedelta(milliseconds=30)) as tx:
            for number in range(10_000):
                await tx.user.create(user(f"user {number}"))
    assert await database.user.count() == 0


async def test_cancelled_it_is_rolled_back(database: DatabaseService) -> None:
    written = asyncio.Event()

    async def work() -> None:
        async with database.tx() as tx:
            await tx.user.create(user("ada"))
            written.set()
            await asyncio.sleep(60)

    task = asyncio.ensure_future(work())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.user.count() == 0
    # The document that was written is free again: nobody waits for a lock of the one that is gone.
    await database.user.create(user("ada"))


async def test_cancelled_in_mid_operation_it_is_rolled_back(database: DatabaseService) -> None:
    async def work() -> None:
        async with database.tx() as tx:
            for number in range(100_000):
                await tx.user.create(user(f"user {number}"))

    for delay in (0.0, 0.001, 0.005, 0.02):
        task = asyncio.ensure_future(work())
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await database.user.count() == 0


@pytest.mark.usefixtures("indexes")  # MongoDB lets one transaction alone create a collection
async def test_two_at_once_do_not_see_each_other(database: DatabaseService) -> None:
    async with database.tx() as first, database.tx() as second:
        ada, grace = await first.user.create(user("ada")), await second.user.create(user("grace"))
        assert await first.user.find_first(where={"username": "grace"}) is None
        assert await second.user.find_first(where={"username": "ada"}) is None
        assert await first.user.find_first(where={"username": "ada"}) == ada
        assert await second.user.find_first(where={"username": "grace"}) == grace
        assert await database.user.count() == 0
    assert await database.user.count() == 2


async def test_tasks_in_one_transaction_take_turns(database: DatabaseService) -> None:
    async with database.tx() as tx:
        await asyncio.gather(*(_found(tx, f"user {number}") for number in range(20)))
        assert await tx.community.count() == 20
        assert await database.user.count() == 0
    assert await database.user.count() == 20
    assert await database.community.count(where={"NOT": [{"ownerId": None}]}) == 20


@pytest.mark.usefixtures("indexes")
async def test_one_task_that_fails_ends_it_for_all(database: DatabaseService) -> None:
    with pytest.raises(UniqueViolationError):
        async with database.tx() as tx:
            await asyncio.gather(*(tx.user.create(user(f"user {n % 5}")) for n in range(10)))
    assert await database.user.count() == 0


@pytest.mark.usefixtures("indexes")
async def test_an_error_that_is_caught_has_ended_it_all_the_same(
    database: DatabaseService,
) -> None:
    with pytest.raises(TransactionError, match=r"has been aborted.*P2002") as caught:
        async with database.tx() as tx:
            await tx.user.create(user("ada"))
            with pytest.raises(UniqueViolationError):
                await tx.user.create(user("ada"))
    assert getattr(caught.value, "code", None) == "P2028"
    assert await database.user.count() == 0


async def test_what_upstream_answers_with_none_does_not_end_it(database: DatabaseService) -> None:
    nobody = "0" * 24
    async with database.tx() as tx:
        await tx.user.create(user("ada"))
        assert await tx.user.update(where={"id": nobody}, data={"bio": "x"}) is None
        assert await tx.user.delete(where={"id": nobody}) is None
        with pytest.raises(RecordNotFoundError):
            await tx.user.find_unique_or_raise(where={"id": nobody})
    assert await database.user.count() == 1


async def test_a_write_conflict_is_p2034(database: DatabaseService, ada: User) -> None:
    with pytest.raises(DataError) as caught:
        async with database.tx() as first, database.tx() as second:
            await first.user.update(where={"id": ada.id}, data={"bio": "first"})
            await second.user.update(where={"id": ada.id}, data={"bio": "second"})
    assert caught.value.code == "P2034"
    found = await database.user.find_first()
    assert found is not None
    assert found.bio is None


async def test_a_transaction_in_a_transaction_warns(database: DatabaseService) -> None:
    manager = database.tx()
    tx = await manager.start()
    inner = tx.tx()
    with pytest.warns(UserWarning, match=ALREADY) as caught:
        await inner.start()
    assert [warning.filename for warning in caught] == [__file__]
    await inner.rollback()
    await manager.rollback()


async def test_a_transaction_in_a_transaction_warns_in_a_context(
    database: DatabaseService,
) -> None:
    async with database.tx() as tx:
        with pytest.warns(UserWarning, match=ALREADY) as caught:
            async with tx.tx():
                pass
    assert [warning.filename for warning in caught] == [__file__]


async def test_milliseconds_as_numbers_are_deprecated_where_they_are_written(
    database: DatabaseService,
) -> None:
    with pytest.warns(DeprecationWarning, match="Passing an int as") as caught:
        manager = database.tx(max_wait=2000, timeout=1000)
    assert [warning.filename for warning in caught] == [__file__, __file__]
    async with manager as tx:
        await tx.user.create(user("ada"))
    assert await database.user.count() == 1


async def test_disconnecting_rolls_back_what_is_open(database: DatabaseService) -> None:
    manager = database.tx()
    tx = await manager.start()
    await tx.user.create(user("ada"))
    await database.disconnect()
    await database.connect()
    assert await database.user.count() == 0
    with pytest.raises(TransactionError, match="Transaction not found"):
        await manager.commit()
    with pytest.raises(ClientNotConnectedError):
        await tx.user.count()


async def test_disconnecting_ends_what_expired_while_the_loop_was_kept_busy(
    database: DatabaseService,
) -> None:
    await database.tx(timeout=timedelta(milliseconds=30)).start()
    store = database._mongo_engine.store
    time.sleep(0.04)  # noqa: ASYNC251 - no timer runs meanwhile
    await database.disconnect()
    with pytest.raises(NotStartedError):
        await store.reach()


async def test_max_wait_bounds_the_wait_for_a_connection(
    mongo_url: str, held: Callable[[str], AbstractContextManager[None]]
) -> None:
    separator = "&" if "?" in mongo_url else "?"
    settings = DatabaseSettings(url=f"{mongo_url}{separator}maxPoolSize=1")
    async with DatabaseService(settings) as database:
        await database.user.create(user("ada"))
        with held("User"):
            busy = asyncio.ensure_future(database.user.update_many({"bio": "x"}, where={}))
            await until(lambda: has_one_busy(database))
            with pytest.raises(TransactionError, match="Unable to start a transaction"):
                await database.tx(max_wait=timedelta(milliseconds=50)).start()
        assert await busy == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # PyMongo's monitors, cancelled at the end
async def test_max_wait_bounds_the_wait_for_a_server() -> None:
    async with Mongod() as mongod:
        database = DatabaseService(DatabaseSettings(url=mongod.url("away")))
        await database.connect()
    with pytest.raises(TransactionError, match="Unable to start a transaction"):
        await database.tx(max_wait=timedelta(milliseconds=100)).start()
    await database.disconnect()
    gc.collect()


async def _found(tx: DatabaseService, name: str) -> None:
    """A user and a community of theirs: more than one command each."""
    await tx.user.create({**user(name), "ownedCommunities": {"create": {"name": name}}})


async def test_one_that_has_begun_is_not_begun_again(database: DatabaseService) -> None:
    manager = database.tx()
    async with manager as tx:
        await tx.user.create(user("ada"))
        with pytest.raises(TransactionError, match="has begun and is not over"):
            await manager.start()
        with pytest.raises(TransactionError, match="has begun and is not over"):
            async with manager:
                pass
    assert await database.user.count() == 1
    async with manager as tx:  # after it is over it may begin another one
        assert await tx.user.count() == 1


async def test_a_commit_that_was_cancelled_is_not_called_rolled_back(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = database.tx()
    tx = await manager.start()
    await tx.user.create(user("ada"))
    sent = asyncio.Event()
    engine = database._mongo_engine
    kind: Any = type(engine._all().find(manager._begun()))

    async def endless(_: object) -> None:
        sent.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(kind, "commit", endless)
    commit = asyncio.ensure_future(manager.commit())
    await sent.wait()
    commit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await commit
    with pytest.raises(TransactionExpiredError, match="was interrupted: it may be committed"):
        await tx.user.count()
