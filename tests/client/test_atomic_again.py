"""`database.atomic`: who starts again after a conflict, and for how long."""

# ruff: noqa: PT012 - an error is raised through the block that it ends

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from prisma.errors import (
    DataError,
)
from prisma.models import User

from database import DatabaseService
from prismongo import atomic
from tests.client.working_together import (
    LONG,
    Communities,
    counts,
    increment_elsewhere,
)
from tests.clock import Clock
from tests.records import user

pytestmark = pytest.mark.usefixtures("indexes")  # one transaction alone can create a collection


async def test_run_starts_again_after_a_conflict(database: DatabaseService, ada: User) -> None:
    tries = 0

    async def work() -> int:
        nonlocal tries
        tries += 1
        found = await database.user.find_unique_or_raise({"id": ada.id})
        if tries < 4:
            await increment_elsewhere(database, ada)
        await database.user.update(
            where={"id": ada.id}, data={"storageUsed": found.storageUsed + 1}
        )
        return tries

    assert await database.atomic.run(work, timeout=LONG) == 4
    assert (await database.user.find_first_or_raise()).storageUsed == 301


@pytest.mark.parametrize("how", ["gather", "group", "waiter"])
async def test_a_conflict_of_a_task_inside_starts_again(
    database: DatabaseService, ada: User, how: str
) -> None:
    """Also if it comes in an exception group, or the task that waited behind it fails first."""
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        await database.user.find_unique_or_raise({"id": ada.id})
        if tries == 1:
            await increment_elsewhere(database, ada)
        update = database.user.update(where={"id": ada.id}, data={"bio": "x"})
        creates = [database.user.create(user(f"user {number}")) for number in range(5)]
        match how:
            case "gather":
                await asyncio.gather(update, *creates)
            case "group":
                async with asyncio.TaskGroup() as group:
                    for each in (update, *creates):
                        group.create_task(each)
            case _:
                _, *results = await asyncio.gather(update, *creates, return_exceptions=True)
                for result in results:
                    if isinstance(result, BaseException):
                        raise result

    await database.atomic.run(work, timeout=LONG)
    assert tries == 2
    assert await counts(database) == (6, 0)


async def test_conflicts_are_given_up_by_time(
    database: DatabaseService, ada: User, clock: Clock
) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        await database.user.find_unique_or_raise({"id": ada.id})
        await increment_elsewhere(database, ada)
        clock.advance(200 if tries == 20 else 1)
        await database.user.update(where={"id": ada.id}, data={"bio": "late"})

    with pytest.raises(DataError) as caught:
        await database.atomic.run(work, timeout=LONG, conflict_timeout=timedelta(seconds=200))
    assert caught.value.code == "P2034"
    assert tries == 20


async def test_only_the_outermost_block_starts_again(
    database: DatabaseService, ada: User, communities: Communities
) -> None:
    outer = 0

    async def work() -> None:
        nonlocal outer
        outer += 1
        await database.user.find_unique_or_raise({"id": ada.id})
        if outer == 1:
            await increment_elsewhere(database, ada)
        before = communities.calls
        try:
            await communities.found(f"engines {before}", ada)
        finally:
            assert communities.calls == before + 1

    await database.atomic.run(work, timeout=LONG)
    assert (outer, communities.calls) == (2, 2)
    with pytest.raises(DataError) as caught:
        async with database.atomic(timeout=LONG):
            outer = 0
            await work()
    assert caught.value.code == "P2034"
    assert await counts(database) == (1, 1)


async def test_a_decorated_method_starts_again(database: DatabaseService) -> None:
    class Counter:
        def __init__(self) -> None:
            self.database = database
            self.calls = 0

        @atomic
        async def add(self, to: User, number: int, *, twice: bool) -> int:
            """Add."""
            self.calls += 1
            found = await self.database.user.find_unique_or_raise({"id": to.id})
            if self.calls == 1:
                await increment_elsewhere(database, to)
            used = found.storageUsed + number * (2 if twice else 1)
            await self.database.user.update(where={"id": to.id}, data={"storageUsed": used})
            return used

    ada = await database.user.create(user("ada"))
    assert await Counter().add(ada, 5, twice=True) == 110
    assert (Counter.add.__name__, Counter.add.__doc__) == ("add", "Add.")


async def test_errors_that_are_no_conflicts_are_not_tried_again(database: DatabaseService) -> None:
    tries = 0

    async def fail(error: Exception) -> None:
        nonlocal tries
        tries += 1
        await database.user.create(user("ada"))
        async with asyncio.TaskGroup() as group:
            group.create_task(database.user.count())
            raise error

    with pytest.raises(ExceptionGroup):
        await database.atomic.run(lambda: fail(ValueError()), timeout=LONG)
    assert tries == 1
    assert await counts(database) == (0, 0)


async def test_many_blocks_that_want_the_same_record_are_all_done(
    database: DatabaseService, ada: User, communities: Communities
) -> None:
    await asyncio.gather(*(communities.found(f"{number}", ada) for number in range(30)))
    assert (await database.user.find_first_or_raise()).storageUsed == 30
    assert await counts(database) == (1, 30)
    assert not database._mongo_engine.conflicts.has_turns
