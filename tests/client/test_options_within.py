"""`with_options`: the time limit of an operation, and views inside of transactions."""

# ruff: noqa: PT012 - an error is raised through the transaction that it ends

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pymongo
import pytest
from prisma.errors import DataError, TransactionError, TransactionExpiredError
from prisma.models import User

from database import DatabaseService
from prismongo.engine.sessions import Sessions
from prismongo.errors import ConnectionError, UnsupportedOperationError
from prismongo.testing import fake
from tests.client.working_together import LONG, USERNAME
from tests.commands import Sent
from tests.records import user
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("indexes")


# --- the time limit ---


async def test_a_timeout_bounds_an_operation_and_its_error_says_so(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for."""
    store: Any = database._mongo_engine.store

    async def hang(step: Any, transaction: Any) -> None:
        await asyncio.sleep(LONG)

    monkeypatch.setattr(store, "execute", hang)
    view = database.with_options(timeout=timedelta(seconds=0.05))
    started = time.monotonic()
    for work in (
        view.user.find_many(),
        view.user.create({**user("ada"), "messages": {"create": [{"content": "x"}]}}),
        view.user.update_many(where={}, data={"bio": "x"}),
    ):
        with pytest.raises(
            ConnectionError, match=r"timeout of 0\.05 s, that of with_options"
        ) as caught:
            await work
        assert (caught.value.code, caught.value.meta) == ("P1008", {"timeout": 0.05})
    assert time.monotonic() - started < LONG


async def test_the_fakes_delays_are_bounded(database: DatabaseService) -> None:
    made = fake(DatabaseService)
    made.fake.delay("user.count", LONG)
    with pytest.raises(ConnectionError, match=r"timeout of 0\.05 s"):
        await made.with_options(timeout=0.05).user.count()


async def test_each_batch_of_a_stream_is_bounded(database: DatabaseService) -> None:
    made = fake(DatabaseService)
    await made.user.create_many([user("ada"), user("grace")])
    made.fake.delay("user.find_many", 0.1)
    view = made.with_options(timeout=LONG)
    assert len([each async for each in view.user.stream(batch=1)]) == 2
    made.fake.delay("user.find_many", LONG)
    with pytest.raises(ConnectionError, match=r"timeout of 0\.05 s"):
        await anext(made.with_options(timeout=0.05).user.stream())


async def test_the_server_is_told_the_time(
    observed: DatabaseService, sent: Sent, held: Callable[[str], AbstractContextManager[None]]
) -> None:
    """It ends the operation, and the connection stays in use."""
    await observed.user.create(user("ada"))
    view = observed.with_options(timeout=LONG)
    sent.clear()
    await view.user.find_many()
    assert 0 < sent.commands[0]["maxTimeMS"] <= LONG * 1000
    with held("User"), pytest.raises(ConnectionError, match=r"timeout of 0\.5 s, that of with_opt"):
        await observed.with_options(timeout=0.5).user.update_many(where={}, data={"bio": "x"})
    assert pymongo._csot.get_timeout() is None
    assert await view.user.count() == 1


async def test_a_time_that_suffices_changes_nothing(database: DatabaseService) -> None:
    view = database.with_options(timeout=LONG)
    with pytest.raises(DataError) as caught:
        await view.user.find_unique_or_raise({"id": "0" * 24})
    assert caught.value.code == "P2025"
    async with view.atomic(timeout=LONG):
        await view.user.create(user("ada"))
    assert await view.user.count() == 1


# --- the begin and the end of a transaction ---


BRIEF = 0.05
"""Seconds; what hangs takes longer."""


async def test_a_timeout_bounds_the_begin(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang() -> None:
        await asyncio.sleep(PATIENCE)

    monkeypatch.setattr(database._mongo_engine.store, "reach", hang)
    view = database.with_options(timeout=BRIEF)
    late = r"the begin of the transaction took longer than its timeout of 0\.05 s.* Nothing was"
    with pytest.raises(ConnectionError, match=late) as caught:
        async with view.atomic(max_wait=LONG):
            pytest.fail("it was entered")
    assert (caught.value.code, caught.value.meta) == ("P1008", {"timeout": BRIEF})
    with pytest.raises(ConnectionError, match=late):
        await view.tx(max_wait=timedelta(seconds=LONG)).start()
    with pytest.raises(TransactionError, match="Unable to start a transaction"):
        async with database.with_options(timeout=LONG).atomic(max_wait=BRIEF):
            pytest.fail("it was entered")


@pytest.mark.parametrize("how", ["atomic", "run", "tx", "transaction"])
@pytest.mark.parametrize("called", [None, list[str]()], ids=["", "callbacks"])
async def test_a_timeout_bounds_the_commit(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch, how: str, called: list[str] | None
) -> None:
    async def work(to: DatabaseService) -> None:
        if called is not None:
            to.after_commit(lambda: called.append("kept"))
        await to.user.count()
        hang(database, "commit", monkeypatch)

    view = database.with_options(timeout=BRIEF)
    late = r"the commit took longer than its timeout of 0\.05 s.* is committed is not known"
    with pytest.raises(ConnectionError, match=late) as caught:
        match how:
            case "atomic":
                async with view.atomic(timeout=LONG):
                    await work(database)
            case "run":
                await view.atomic.run(lambda: work(database), timeout=LONG)
            case "tx":
                async with view.tx(timeout=timedelta(seconds=LONG)) as tx:
                    await work(tx.with_options(timeout=LONG))
            case _:
                await view.transaction(lambda tx: work(tx), timeout=timedelta(seconds=LONG))
    assert caught.value.code == "P1008"
    assert not called
    assert not sessions_of(database)._open
    assert await database.user.count() == 0


async def test_a_rollback_is_waited_for_no_longer_than_the_timeout(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = database.with_options(timeout=BRIEF)
    with pytest.raises(ZeroDivisionError):
        async with view.atomic(timeout=LONG):
            go_on = hang(database, "abort", monkeypatch)
            raise ZeroDivisionError
    assert len(sessions_of(database)._aborting) == 1
    go_on.set()
    await until(lambda: not sessions_of(database)._aborting)
    manager = view.tx()
    await manager.start()
    go_on = hang(database, "abort", monkeypatch)
    await manager.rollback()
    go_on.set()
    with pytest.raises(TransactionExpiredError, match="rolled back"):
        await manager.commit()


def sessions_of(database: DatabaseService) -> Sessions:
    """The open transactions."""
    sessions = database._mongo_engine._sessions
    assert sessions is not None
    return sessions


def hang(database: DatabaseService, what: str, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let the commit, or the abort, of the one open transaction wait for an event."""
    (opened,) = sessions_of(database)._open.values()
    transaction, go_on = opened.transaction, asyncio.Event()
    end = getattr(transaction, what)

    async def wait() -> None:
        async with asyncio.timeout(PATIENCE):
            await go_on.wait()
        await end()

    monkeypatch.setattr(transaction, what, wait)
    return go_on


async def test_the_server_is_told_the_time_of_a_commit(
    observed: DatabaseService, sent: Sent
) -> None:
    async with observed.with_options(timeout=LONG).atomic():
        await observed.user.create(user("ada"))
    assert next(iter(sent.commands[-1])) == "commitTransaction"
    assert 0 < sent.commands[-1]["maxTimeMS"] <= LONG * 1000
    async with observed.atomic():
        await observed.user.create(user("grace"))
    assert "maxTimeMS" not in sent.commands[-1]


# --- inside of transactions ---


async def test_inside_of_a_transaction_the_rest_is_refused_by_name(
    database: DatabaseService,
) -> None:
    refused: dict[str, Any] = {
        "read_preference": "secondary",
        "read_concern": "local",
        "write_concern": 1,
    }
    for name, value in refused.items():
        view = database.with_options(**{name: value})
        async with database.atomic():
            await database.user.count()
            with pytest.raises(UnsupportedOperationError, match=name):
                await view.user.find_many()
            with pytest.raises(UnsupportedOperationError, match=name):
                await view.batch_().commit()
            await database.with_options(read_preference="primary").user.count()
        async with database.tx() as tx:
            with pytest.raises(UnsupportedOperationError, match=name):
                await tx.with_options(**{name: value}).user.count()
            assert await tx.with_options(timeout=LONG, comment="x").user.count() == 0


async def test_views_take_part_in_the_block_of_their_service(database: DatabaseService) -> None:
    view = database.with_options(timeout=LONG, comment="x", hint={User: USERNAME})
    with pytest.raises(RuntimeError):
        async with database.atomic():
            await view.user.create(user("ada"))
            assert await database.user.count() == 1
            async with view.atomic():
                await view.user.create(user("alan"))
            raise RuntimeError
    assert await database.user.count() == 0


async def test_a_transaction_of_a_view_has_its_concerns(
    observed: DatabaseService, sent: Sent
) -> None:
    view = observed.with_options(read_concern="snapshot", write_concern=1)
    async with view.atomic():
        await view.user.create(user("ada"))
        await observed.user.create(user("alan"))
    first, *_, last = sent.commands
    assert first["readConcern"]["level"] == "snapshot"
    assert last == {**last, "commitTransaction": 1, "writeConcern": {"w": 1}}
    async with view.tx() as tx:
        await tx.user.create(user("grace"))
    assert await observed.user.count() == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("read_preference", "secondaryPreferred"),
        ("read_concern", "linearizable"),
        ("read_concern", "available"),
    ],
)
async def test_a_transaction_that_mongodb_does_not_have_is_refused(
    database: DatabaseService, name: str, value: Any
) -> None:
    view = database.with_options(**{name: value})
    with pytest.raises(UnsupportedOperationError, match=name):
        async with view.atomic():
            pytest.fail("it was entered")
    with pytest.raises(UnsupportedOperationError, match=name):
        await view.tx().start()


async def test_an_operation_out_of_time_ends_its_transaction(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = database._mongo_engine.store
    execute = store.execute

    async def slow(step: Any, transaction: Any) -> Any:
        if type(step).__name__ == "UpdateMany":
            await asyncio.sleep(LONG)
        return await execute(step, transaction)

    monkeypatch.setattr(store, "execute", slow)
    with pytest.raises(TransactionError, match="was cancelled while it ran"):
        async with database.atomic():
            await database.user.create(user("ada"))
            with pytest.raises(ConnectionError):
                await database.with_options(timeout=0.05).user.update_many(
                    where={}, data={"bio": "x"}
                )
    assert await database.user.count() == 0
