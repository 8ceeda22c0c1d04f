"""`database.after_commit`: callbacks that run once the work is kept, and never when it is not."""

# ruff: noqa: PT012 - an error is raised through the block that it ends

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from typing import Any

import pytest
from prisma.errors import DataError, TransactionError, TransactionExpiredError
from prisma.models import User

from database import DatabaseService
from tests.client.working_together import LONG, counts, increment_elsewhere
from tests.records import user, wrong
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("indexes")

REQUEST: ContextVar[str] = ContextVar("REQUEST", default="none")


@pytest.fixture
def called() -> list[str]:
    return []


async def test_it_runs_once_the_work_is_kept(database: DatabaseService, called: list[str]) -> None:
    async def count() -> None:
        assert not database.is_transaction()
        called.append(f"async {await database.user.count()}")

    async with database.atomic():
        async with database.atomic():
            database.after_commit(lambda: called.append("first"))
            database.after_commit(count)
        await database.user.create(user("ada"))
        assert called == []
    assert called == ["first", "async 1"]


async def test_it_never_runs_when_the_work_is_not_kept(
    database: DatabaseService, called: list[str]
) -> None:
    with pytest.raises(RuntimeError):
        async with database.atomic():
            database.after_commit(lambda: called.append("raised"))
            raise RuntimeError
    with pytest.raises(TransactionError):
        async with database.atomic():
            database.after_commit(lambda: called.append("caught"))
            with pytest.raises(KeyError):
                async with database.atomic():
                    raise KeyError
    with pytest.raises(TransactionExpiredError):
        async with database.atomic(timeout=0.05):
            database.after_commit(lambda: called.append("expired"))
            await asyncio.sleep(0.06)
    task = asyncio.ensure_future(_wait_inside(database, called))
    await until(lambda: bool(called))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert called == ["inside"]


async def _wait_inside(database: DatabaseService, called: list[str]) -> None:
    async with database.atomic(timeout=LONG):
        database.after_commit(lambda: called.append("cancelled"))
        called.append("inside")
        await asyncio.sleep(LONG)


async def test_a_commit_that_fails_calls_nothing(
    database: DatabaseService, ada: User, called: list[str]
) -> None:
    with pytest.raises(DataError) as caught:
        async with database.atomic(timeout=LONG):
            database.after_commit(lambda: called.append("conflict"))
            await database.user.find_first()
            await increment_elsewhere(database, ada)
            with pytest.raises(DataError):
                await database.user.update(where={"id": ada.id}, data={"bio": "x"})
    assert caught.value.code == "P2034"
    assert called == []


async def test_outside_of_a_block_it_runs_at_once(
    database: DatabaseService, called: list[str]
) -> None:
    async def later() -> None:
        called.append("async")

    database.after_commit(lambda: called.append("sync"))
    assert called == ["sync"]
    database.after_commit(later)
    await until(lambda: called == ["sync", "async"])
    async with database.atomic():
        with database.detached():
            database.after_commit(lambda: called.append("detached"))
            assert called[-1] == "detached"


async def test_callbacks_of_a_repeated_attempt_are_dropped(
    database: DatabaseService, ada: User, called: list[str]
) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        number = tries
        database.after_commit(lambda: called.append(f"attempt {number}"))
        await database.user.find_unique_or_raise({"id": ada.id})
        if tries < 3:
            await increment_elsewhere(database, ada)
        await database.user.update(where={"id": ada.id}, data={"bio": "x"})

    await database.atomic.run(work, timeout=LONG)
    assert called == ["attempt 3"]


async def test_one_that_raises_is_logged_and_stops_no_other(
    database: DatabaseService, called: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("of the callback")

    async def fail_later() -> None:
        await asyncio.sleep(0)
        raise ValueError("of the callback")

    async def wait_for_what_is_cancelled() -> None:
        task = asyncio.ensure_future(asyncio.sleep(LONG))
        task.cancel()
        await task

    failing = (fail, fail_later, wait_for_what_is_cancelled)
    async with database.atomic():
        for callback in failing:
            database.after_commit(callback)
        database.after_commit(lambda: called.append("last"))
        await database.user.create(user("ada"))
    assert called == ["last"]
    assert await counts(database) == (1, 0)
    for callback in failing:
        database.after_commit(callback)
    await until(lambda: len(_logged(caplog)) == 6)
    assert all(record.exc_info for record in caplog.records)
    assert [name.rpartition(".")[2] for name in _logged(caplog)[:3]] == [
        each.__name__ for each in failing
    ]


def _logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage().removeprefix("A callback of after_commit failed: ")
        for record in caplog.records
        if record.levelno == logging.ERROR
    ]


async def test_it_has_the_context_of_the_block(
    database: DatabaseService, called: list[str]
) -> None:
    token = REQUEST.set("request 7")
    async with database.atomic():
        database.after_commit(lambda: called.append(REQUEST.get()))
    REQUEST.reset(token)
    assert called == ["request 7"]


async def test_one_added_by_a_callback_runs_at_once(
    database: DatabaseService, called: list[str]
) -> None:
    async with database.atomic():
        database.after_commit(lambda: database.after_commit(lambda: called.append("of a callback")))
    assert called == ["of a callback"]


async def test_the_client_of_a_transaction_has_it_too(
    database: DatabaseService, called: list[str]
) -> None:
    async def work(tx: DatabaseService) -> None:
        tx.after_commit(lambda: called.append("kept"))
        database.after_commit(lambda: called.append("outside"))
        await tx.user.create(user("ada"))

    await database.transaction(work)
    assert called == ["outside", "kept"]
    manager = database.tx()
    tx = await manager.start()
    tx.after_commit(lambda: called.append("never"))
    await manager.rollback()
    with pytest.raises(TransactionExpiredError, match="after_commit"):
        tx.after_commit(lambda: called.append("late"))
    assert called == ["outside", "kept"]


async def test_a_commit_that_is_cancelled_still_calls_what_it_keeps(
    database: DatabaseService, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled in the middle of the commit: the caller goes at once, the rest comes to its end."""
    committing, go_on = asyncio.Event(), asyncio.Event()
    engine = database._mongo_engine
    commit = engine.commit_transaction

    async def slow(tx_id: str) -> None:
        committing.set()
        await go_on.wait()
        await commit(wrong(tx_id))

    monkeypatch.setattr(engine, "commit_transaction", slow)

    async def work() -> None:
        async with database.atomic(timeout=LONG):
            await database.user.create(user("ada"))
            database.after_commit(lambda: called.append("kept"))

    task = asyncio.ensure_future(work())
    await committing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert called == []
    go_on.set()
    await until(lambda: called == ["kept"])
    assert await counts(database) == (1, 0)


async def test_a_commit_that_fails_after_its_caller_was_cancelled_is_logged(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    committing, go_on = asyncio.Event(), asyncio.Event()

    async def failing(tx_id: str) -> None:
        committing.set()
        await go_on.wait()
        raise TransactionError("the reason")

    monkeypatch.setattr(database._mongo_engine, "commit_transaction", failing)

    async def work() -> None:
        async with database.atomic(timeout=LONG):
            database.after_commit(lambda: None)

    task = asyncio.ensure_future(work())
    await committing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await until(lambda: "after its caller was cancelled: the reason" in caplog.text)


async def test_a_disconnect_waits_for_a_commit_whose_caller_was_cancelled(
    database: DatabaseService, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    committing, go_on = asyncio.Event(), asyncio.Event()
    sessions: Any = database._mongo_engine._sessions

    async def work() -> None:
        async with database.atomic(timeout=LONG):
            await database.user.create(user("ada"))
            database.after_commit(lambda: called.append("kept"))
            (opened,) = sessions._open.values()
            commit = opened.transaction.commit

            async def slow() -> None:
                committing.set()
                await go_on.wait()
                await commit()

            monkeypatch.setattr(opened.transaction, "commit", slow)

    task = asyncio.ensure_future(work())
    await committing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    disconnecting = asyncio.ensure_future(database.disconnect())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not disconnecting.done()
    go_on.set()
    await disconnecting
    await until(lambda: called == ["kept"])
    await database.connect()
    assert await counts(database) == (1, 0)


async def test_what_cannot_be_called_is_refused_where_it_is_given(
    database: DatabaseService,
) -> None:
    with pytest.raises(DataError, match="callback"):
        database.after_commit(wrong("no function"))
    with pytest.raises(DataError, match="callback"):
        async with database.atomic():
            database.after_commit(wrong(None))
