"""DatabaseService.transaction: a callback, tried again where that can help."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from prisma.errors import DataError, TransactionError, TransactionExpiredError, UniqueViolationError
from prisma.models import User

from database import DatabaseService
from tests.clock import Clock
from tests.records import user

LONG = timedelta(minutes=10)
"""Longer than it takes on any machine."""


async def test_it_commits_and_returns_what_the_callback_returns(database: DatabaseService) -> None:
    async def work(tx: DatabaseService) -> str:
        made = await tx.user.create(user("ada"))
        assert await database.user.count() == 0
        return made.id

    assert await database.transaction(work) == (await database.user.find_first_or_raise()).id


async def test_an_error_of_the_callback_rolls_back_and_is_not_tried_again(
    database: DatabaseService,
) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.create(user("ada"))
        raise RuntimeError("of the callback's own")

    with pytest.raises(RuntimeError):
        await database.transaction(work)
    assert tries == 1
    assert await database.user.count() == 0


async def test_a_write_conflict_is_tried_again(database: DatabaseService, ada: User) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        found = await tx.user.find_unique_or_raise({"id": ada.id})
        if tries == 1:  # somebody else is faster
            await database.user.update(where={"id": ada.id}, data={"storageUsed": 100})
        await tx.user.update(where={"id": ada.id}, data={"storageUsed": found.storageUsed + 1})

    await database.transaction(work)
    assert tries == 2
    assert (await database.user.find_first_or_raise()).storageUsed == 101


async def test_conflicts_without_end_are_given_up(database: DatabaseService, ada: User) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.find_unique_or_raise({"id": ada.id})
        await database.user.update(where={"id": ada.id}, data={"storageUsed": {"increment": 1}})
        await tx.user.update(where={"id": ada.id}, data={"bio": "late"})

    with pytest.raises(DataError) as caught:
        await database.transaction(work, retries=2)
    assert caught.value.code == "P2034"
    assert tries == 3


async def test_conflicts_are_given_up_when_the_time_is_up(
    database: DatabaseService, ada: User, clock: Clock
) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.find_unique_or_raise({"id": ada.id})
        await database.user.update(where={"id": ada.id}, data={"storageUsed": {"increment": 1}})
        clock.advance(200 if tries == 40 else 1)
        await tx.user.update(where={"id": ada.id}, data={"bio": "late"})

    with pytest.raises(DataError) as caught:
        await database.transaction(work, timeout=LONG, conflict_timeout=timedelta(seconds=200))
    assert caught.value.code == "P2034"
    assert tries == 40


async def test_what_a_callback_does_outside_of_its_transaction_waits_for_no_turn(
    database: DatabaseService,
    ada: User,
) -> None:
    """The callback itself may have it: the two would wait for each other."""
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.find_unique_or_raise({"id": ada.id})
        if tries < 3:
            await database.user.update(
                where={"id": ada.id}, data={"bio": "x", "messages": {"create": [{"content": "x"}]}}
            )
        await tx.user.update(where={"id": ada.id}, data={"storageUsed": {"increment": 1}})

    await database.transaction(work, timeout=LONG)
    assert tries == 3
    assert (await database.user.find_first_or_raise()).storageUsed == 1


async def test_a_hundred_and_fifty_at_once_are_all_done(
    database: DatabaseService, ada: User
) -> None:

    async def work(tx: DatabaseService) -> int:
        found = await tx.user.find_unique_or_raise({"id": ada.id})
        changed = await tx.user.update_or_raise(
            where={"id": ada.id}, data={"storageUsed": found.storageUsed + 1}
        )
        return changed.storageUsed

    found = await asyncio.gather(
        *(database.transaction(work, max_wait=LONG, timeout=LONG) for _ in range(150))
    )
    assert sorted(found) == list(range(1, 151))


async def test_taking_too_long_is_not_tried_again(database: DatabaseService) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.create(user("ada"))
        await asyncio.sleep(0.05)
        await tx.user.create(user("grace"))

    with pytest.raises(TransactionExpiredError):
        await database.transaction(work, timeout=timedelta(milliseconds=30))
    assert tries == 1
    assert await database.user.count() == 0


@pytest.mark.usefixtures("indexes")
async def test_an_error_that_was_caught_inside_is_not_tried_again(
    database: DatabaseService,
) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.create(user("ada"))
        with pytest.raises(UniqueViolationError):
            await tx.user.create(user("ada"))

    with pytest.raises(TransactionError, match="has been aborted"):
        await database.transaction(work)
    assert tries == 1


async def test_cancelled_it_is_rolled_back(database: DatabaseService) -> None:
    written = asyncio.Event()

    async def work(tx: DatabaseService) -> None:
        await tx.user.create(user("ada"))
        written.set()
        await asyncio.sleep(60)

    task = asyncio.ensure_future(database.transaction(work))
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.user.count() == 0


async def test_a_thousand_increments_lose_none(database: DatabaseService, ada: User) -> None:
    sixteen = asyncio.Semaphore(16)
    tries = 0

    async def increment(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        found = await tx.user.find_unique_or_raise({"id": ada.id})
        await tx.user.update(where={"id": ada.id}, data={"storageUsed": found.storageUsed + 1})

    async def one() -> None:
        async with sixteen:
            await database.transaction(increment, max_wait=LONG, timeout=LONG, retries=10_000)

    await asyncio.gather(*(one() for _ in range(1000)))
    assert (await database.user.find_first_or_raise()).storageUsed == 1000
    assert tries > 1000  # else nobody was in anybody's way
