"""`database.atomic`: tasks that outlive it, and a hundred blocks at once."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from prisma.errors import (
    TransactionExpiredError,
)
from prisma.models import User

from database import DatabaseService
from prismongo.changes.decode import ChangeDecoder
from prismongo.client.ambient import ambient
from tests.client.working_together import (
    LONG,
    Communities,
    Spy,
    Users,
    counts,
    increment_elsewhere,
)
from tests.records import user, wrong

pytestmark = pytest.mark.usefixtures("indexes")  # one transaction alone can create a collection


@pytest.mark.parametrize("end", ["commit", "rollback"])
async def test_a_task_that_outlives_the_block_gets_a_clear_error(
    database: DatabaseService, users: Users, end: str
) -> None:
    over = asyncio.Event()

    async def late(what: Any) -> Any:
        await over.wait()
        return await what()

    async def nested() -> None:
        async with database.atomic():
            pytest.fail("it was entered")

    async def outside() -> int:
        with database.detached():
            await users.create("detached")
            return await database.user.count()

    async def after() -> None:
        database.after_commit(lambda: pytest.fail("it was called"))

    whats: list[Any] = [
        lambda: users.create("alan"),
        lambda: database.user.count(),
        lambda: database.batch_().commit(),
        lambda: database.atomic.run(nested),
        lambda: database.transaction(wrong(lambda tx: nested())),
        nested,
        after,
    ]
    tasks: list[asyncio.Task[Any]] = []
    try:
        async with database.atomic():
            await users.create("ada")
            tasks += [asyncio.ensure_future(late(what)) for what in (*whats, outside)]
            if end == "rollback":
                raise RuntimeError
    except RuntimeError:
        pass
    async with database.atomic():  # of somebody else
        over.set()
        *results, detached = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        assert isinstance(result, TransactionExpiredError), result
        assert getattr(result, "code", None) == "P2028"
        assert "atomic` that is over" in str(result)
    kept = 1 if end == "commit" else 0
    assert detached == kept + 1
    assert await counts(database) == (kept + 1, 0)


async def test_what_runs_when_the_block_ends_is_kept_and_what_waits_is_refused(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(database, monkeypatch)
    running, go_on = asyncio.Event(), asyncio.Event()

    async def hold(step: str) -> None:
        running.set()
        await go_on.wait()

    async def block() -> list[asyncio.Task[User]]:
        async with database.atomic(timeout=LONG):
            spy.entered = hold
            tasks = [
                asyncio.ensure_future(
                    database.user.create(
                        {**user(name), "ownedCommunities": {"create": {"name": name}}}
                    )
                )
                for name in ("ada", "alan")
            ]
            await running.wait()
        return tasks

    ending = asyncio.ensure_future(block())
    await running.wait()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not ending.done()
    go_on.set()
    first, second = await asyncio.gather(*await ending, return_exceptions=True)
    assert isinstance(first, User)
    assert isinstance(second, TransactionExpiredError)
    assert await counts(database) == (1, 1)


async def test_a_task_of_a_first_attempt_never_writes_in_the_second(
    database: DatabaseService,
    ada: User,
) -> None:
    tries = 0
    second = asyncio.Event()
    late: list[asyncio.Task[User]] = []

    async def straggler() -> User:
        await second.wait()
        return await database.user.create(user("straggler"))

    async def work() -> None:
        nonlocal tries
        tries += 1
        await database.user.find_unique_or_raise({"id": ada.id})
        if tries == 1:
            late.append(asyncio.ensure_future(straggler()))
            await increment_elsewhere(database, ada)
        else:
            second.set()
            await asyncio.wait(late)
        await database.user.update(where={"id": ada.id}, data={"bio": "x"})

    await database.atomic.run(work, timeout=LONG)
    with pytest.raises(TransactionExpiredError):
        await late[0]
    assert await counts(database) == (1, 0)


async def test_background_tasks_of_the_library_take_no_part(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that a block happens to open lives on, and reads what is kept."""
    seen: list[object] = []
    decode = ChangeDecoder.change

    def spied(*args: Any) -> Any:
        seen.append(ambient(database._database))
        return decode(*args)

    monkeypatch.setattr(ChangeDecoder, "change", spied)
    async with database.atomic():
        changes = database.watch(User)
        await changes.__aenter__()
        await database.user.create(user("ada"))
    async with asyncio.timeout(LONG):
        change = await anext(changes)
    assert change.after is not None
    assert change.after.username == "ada"
    assert seen == [None]
    await changes.__aexit__(None, None, None)


# PyMongo leaves the socket to the garbage collector where a task is cancelled that opens one.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_hundred_concurrent_requests_half_of_them_cancelled(
    database: DatabaseService, users: Users, communities: Communities
) -> None:
    """Each is kept whole, with its callback, or not at all, without its callback."""
    called: list[str] = []
    entered = 0

    async def request(name: str) -> None:
        nonlocal entered
        async with database.atomic(timeout=LONG, max_wait=LONG):
            entered += 1
            owner = await users.create(name)
            database.after_commit(lambda: called.append(name))
            await communities.found(name, owner)

    tasks = [asyncio.ensure_future(request(f"user {number:03}")) for number in range(100)]
    for number, task in enumerate(tasks):
        if number % 2:
            while not task.done() and entered < number:
                await asyncio.sleep(0)
            task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    failed = [each for each in results if each is not None]
    assert [each for each in failed if not isinstance(each, asyncio.CancelledError)] == []
    assert len(failed) <= 50
    await database.disconnect()  # waits for commits that were cancelled
    await database.connect()
    kept = sorted(each.username for each in await database.user.find_many())
    assert kept == sorted(each.name for each in await database.community.find_many())
    assert kept == sorted(called)
    assert set(kept) >= {f"user {number:03}" for number in range(0, 100, 2)}
    gc.collect()
