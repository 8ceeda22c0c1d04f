"""`database.atomic`: what fails, expires or is cancelled, and whom it takes along."""

# ruff: noqa: PT012 - an error is raised through the block that it ends

from __future__ import annotations

import asyncio

import pytest
from prisma.errors import (
    TransactionError,
    TransactionExpiredError,
    UniqueViolationError,
)
from prisma.models import User

from database import DatabaseService
from tests.client.working_together import (
    LONG,
    Spy,
    counts,
)
from tests.records import NOBODY, user

pytestmark = pytest.mark.usefixtures("indexes")  # one transaction alone can create a collection


async def test_after_a_failure_those_that_wait_are_p2028_and_nothing_is_sent(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.user.create(user("ada"))
    spy = Spy(database, monkeypatch)
    with pytest.raises(TransactionError, match=r"has been aborted.*P2002"):
        async with database.atomic(timeout=LONG):
            names = ["alan", "ada", "grace", "joan", "mary"]
            results = await asyncio.gather(
                *(database.user.create(user(name)) for name in names), return_exceptions=True
            )
            assert len(spy.steps) == 2
    made, failed, *waited = results
    assert isinstance(made, User)
    assert isinstance(failed, UniqueViolationError)
    assert [getattr(each, "code", None) for each in waited] == ["P2028"] * 3
    assert await counts(database) == (1, 0)


async def test_a_group_that_fails_rolls_all_back(database: DatabaseService) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with database.atomic(timeout=LONG), asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(database.user.create(user(f"user {number % 5}")))
    assert caught.group_contains(UniqueViolationError)
    assert await counts(database) == (0, 0)


async def test_a_record_that_is_missing_fails_nobody_else(database: DatabaseService) -> None:
    async with database.atomic(timeout=LONG):
        results = await asyncio.gather(
            database.user.find_unique_or_raise({"id": NOBODY}),
            database.user.create(user("ada")),
            return_exceptions=True,
        )
        assert getattr(results[0], "code", None) == "P2025"
    assert await counts(database) == (1, 0)


async def test_expired_it_is_rolled_back_and_says_so(
    database: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TransactionExpiredError, match="this transaction was 50 ms"):
        async with database.atomic(timeout=0.05):
            await database.user.create(user("ada"))
            await asyncio.sleep(0.06)
    assert await counts(database) == (0, 0)
    assert "could not be rolled back" not in caplog.text


async def test_cancelled_it_is_rolled_back(database: DatabaseService) -> None:
    written = asyncio.Event()

    async def work() -> None:
        async with database.atomic(timeout=LONG):
            await database.user.create(user("ada"))
            written.set()
            await asyncio.sleep(LONG)

    task = asyncio.ensure_future(work())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await counts(database) == (0, 0)
    await database.user.create(user("ada"))


async def test_an_operation_that_is_cancelled_while_it_runs_ends_it_for_all(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has written is not known, so nothing is kept."""
    spy = Spy(database, monkeypatch)
    running = asyncio.Event()

    async def hang(step: str) -> None:
        running.set()
        await asyncio.sleep(LONG)

    with pytest.raises(TransactionError, match="was cancelled while it ran"):
        async with database.atomic(timeout=LONG):
            await database.user.create(user("ada"))
            spy.entered = hang
            task = asyncio.ensure_future(database.user.create(user("alan")))
            await running.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            spy.entered = spy._go_on
            with pytest.raises(TransactionError, match="was cancelled while it ran"):
                await database.user.count()
    assert await database.user.count() == 0


async def test_one_that_is_cancelled_while_it_waits_leaves_the_others(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(database, monkeypatch)
    running, go_on = asyncio.Event(), asyncio.Event()

    async def hold(step: str) -> None:
        running.set()
        await go_on.wait()

    async with database.atomic(timeout=LONG):
        spy.entered = hold
        first = asyncio.ensure_future(database.user.create(user("ada")))
        await running.wait()
        second = asyncio.ensure_future(database.user.create(user("alan")))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go_on.set()
        await first
    assert await counts(database) == (1, 0)
