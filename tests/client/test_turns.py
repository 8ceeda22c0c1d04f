"""Turns after conflicts, and what is outside of a block: `after_commit` and `detached`."""

# ruff: noqa: PT012 - an error is raised through the transaction that it ends

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from prisma.errors import DataError
from prisma.models import User

from database import DatabaseService
from tests.client.working_together import LONG, Communities, counts, increment_elsewhere
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("indexes")


async def run_with_turn(
    database: DatabaseService,
    one: User,
    work: Callable[[], Awaitable[object]],
    *,
    callback: Callable[[], object] | None = None,
) -> int:
    """Change a user in a block that loses once, so that it has the turn for him the second time.

    Args:
        database: whose block it is.
        one: the user.
        work: is done before the change, with the turn.
        callback: of `after_commit`.

    Returns:
        How many attempts there were.
    """
    tries = 0

    async def change() -> None:
        nonlocal tries
        tries += 1
        await database.user.find_unique_or_raise(where={"id": one.id})
        if tries == 1:
            await increment_elsewhere(database, one)
        else:
            await work()
        if callback is not None:
            database.after_commit(callback)
        await database.user.update(where={"id": one.id}, data={"storageUsed": {"increment": 1}})

    await database.atomic.run(change, timeout=LONG, conflict_timeout=LONG)
    return tries


async def nothing() -> None:
    """Work that does nothing."""


def taken(database: DatabaseService) -> list[int]:
    """How many have each turn, or wait for it."""
    return [turn.users for turn in database._mongo_engine.conflicts._turns.values()]


# --- callbacks of after_commit ---


async def test_a_slow_callback_keeps_nobody_from_the_turn(
    database: DatabaseService, ada: User
) -> None:
    second_is_done = asyncio.Event()
    called: list[str] = []

    async def slow() -> None:
        called.append("begun")
        await second_is_done.wait()
        called.append("done")

    first = asyncio.ensure_future(run_with_turn(database, ada, nothing, callback=slow))
    await until(lambda: called == ["begun"])
    assert taken(database) == []
    assert await run_with_turn(database, ada, nothing) == 2
    second_is_done.set()
    assert await first == 2
    assert called == ["begun", "done"]


async def test_work_of_a_callback_waits_for_its_turn_like_all_others(
    database: DatabaseService, ada: User
) -> None:
    has_turn, go_on = asyncio.Event(), asyncio.Event()
    tries = 0

    async def hold() -> None:
        has_turn.set()
        await go_on.wait()

    async def again() -> None:
        nonlocal tries
        first = asyncio.ensure_future(run_with_turn(database, ada, hold))
        await has_turn.wait()
        tries = await run_with_turn(database, ada, nothing)
        await first

    await_callback = asyncio.ensure_future(run_with_turn(database, ada, nothing, callback=again))
    await until(lambda: taken(database) == [2])
    go_on.set()
    assert await await_callback == 2
    assert tries == 2
    assert taken(database) == []


async def test_a_task_that_a_callback_begins_waits_for_its_turn(
    database: DatabaseService, ada: User
) -> None:
    """Also when the block that it comes from is long over."""
    has_turn, go_on = asyncio.Event(), asyncio.Event()
    tasks: list[asyncio.Future[int]] = []

    async def hold() -> None:
        has_turn.set()
        await go_on.wait()

    async def late() -> int:
        await has_turn.wait()
        return await run_with_turn(database, ada, nothing)

    await run_with_turn(
        database, ada, nothing, callback=lambda: tasks.append(asyncio.ensure_future(late()))
    )
    holding = asyncio.ensure_future(run_with_turn(database, ada, hold))
    await until(lambda: taken(database) == [2])
    go_on.set()
    await holding
    assert await asyncio.gather(*tasks) == [2]


@pytest.mark.parametrize("how", ["atomic", "run", "tx", "transaction"])
async def test_a_callback_may_work_in_a_transaction_of_its_own(
    database: DatabaseService, ada: User, how: str
) -> None:
    async def add(to: DatabaseService) -> None:
        await to.user.find_unique_or_raise(where={"id": ada.id})
        await to.user.update(where={"id": ada.id}, data={"storageUsed": {"increment": 10}})

    async def again() -> None:
        match how:
            case "atomic":
                async with database.atomic():
                    await add(database)
            case "run":
                await database.atomic.run(lambda: add(database))
            case "tx":
                async with database.tx() as tx:
                    await add(tx)
            case _:
                await database.transaction(add)

    await run_with_turn(database, ada, nothing, callback=again)
    assert (await database.user.find_first_or_raise()).storageUsed == 111


async def test_many_blocks_whose_callbacks_want_the_same_record_are_all_done(
    database: DatabaseService, ada: User, communities: Communities
) -> None:
    async def found(number: int) -> None:
        async def once_more() -> None:
            await communities.found(f"callback {number}", ada)

        async def work() -> None:
            await communities.found(f"block {number}", ada)
            database.after_commit(once_more)

        await database.atomic.run(work, timeout=LONG, conflict_timeout=LONG)

    await asyncio.gather(*(found(number) for number in range(15)))
    assert (await database.user.find_first_or_raise()).storageUsed == 30
    assert await counts(database) == (1, 30)
    assert taken(database) == []


async def test_the_commit_of_another_transaction_gives_up_no_turn(
    database: DatabaseService, ada: User
) -> None:
    """One that is begun in the callback of `run`, with callbacks of its own."""
    called: list[list[int]] = []

    async def commit_another() -> None:
        with database.detached():
            async with database.tx() as tx:
                await tx.community.create({"name": "another"})
                tx.after_commit(lambda: called.append(taken(database)))
        called.append(taken(database))

    assert await run_with_turn(database, ada, commit_another) == 2
    assert called == [[1], [1]]


# --- detached ---


async def test_detached_work_does_not_wait_for_the_turn_of_its_block(
    database: DatabaseService, ada: User
) -> None:
    """It would wait for ever: the block waits for it."""

    async def write_the_same() -> None:
        with database.detached():
            await database.user.update(
                where={"id": ada.id}, data={"messages": {"create": [{"content": "detached"}]}}
            )
            assert taken(database) == [1]

    async with asyncio.timeout(PATIENCE / 2):  # less than conflicts are repeated
        assert await run_with_turn(database, ada, write_the_same) == 2
    assert await database.message.count() == 1


async def test_what_detached_work_loses_is_not_lost_by_the_block(
    database: DatabaseService, ada: User
) -> None:
    other = await database.user.create({"username": "grace", "hashedPassword": "-"})
    seen: list[list[int]] = []

    async def lose_another() -> None:
        with database.detached(), pytest.raises(DataError):
            async with database.tx() as tx:
                await tx.user.find_unique_or_raise(where={"id": other.id})
                await increment_elsewhere(database, other)
                await tx.user.update(where={"id": other.id}, data={"bio": "x"})

    async def change() -> None:
        await database.user.find_unique_or_raise(where={"id": ada.id})
        seen.append(taken(database))
        if len(seen) == 1:
            await lose_another()
            await increment_elsewhere(database, ada)
        await database.user.update(where={"id": ada.id}, data={"bio": "x"})

    await database.atomic.run(change, timeout=LONG)
    assert seen == [[], [1]]
