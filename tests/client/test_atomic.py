"""`database.atomic`: one transaction for all services of a database, and who takes part in it."""

# ruff: noqa: PT012 - an error is raised through the block that it ends

from __future__ import annotations

import asyncio
import gc
from datetime import timedelta
from typing import Any

import pytest
from prisma.errors import (
    DataError,
    TransactionError,
    TransactionExpiredError,
    UniqueViolationError,
)
from prisma.models import User

from database import DatabaseService, DatabaseSettings
from prismongo import Service, atomic
from prismongo.changes.decode import ChangeDecoder
from prismongo.client.ambient import ambient
from prismongo.errors import ArgumentTypeError, ConfigurationError
from prismongo.testing import fake
from tests.client.working_together import (
    LONG,
    Communities,
    Spy,
    Users,
    counts,
    increment_elsewhere,
)
from tests.clock import Clock
from tests.records import NOBODY, user, wrong

pytestmark = pytest.mark.usefixtures("indexes")  # one transaction alone can create a collection


@pytest.fixture
def users(database: DatabaseService) -> Users:
    return Users(database)


@pytest.fixture
def communities(database: DatabaseService) -> Communities:
    return Communities(database)


# --- taking part ---


async def test_services_take_part_without_being_handed_anything(
    database: DatabaseService, users: Users, communities: Communities
) -> None:
    async with database.atomic():
        assert database.is_transaction()
        ada = await users.create("ada")
        await communities.found("engines", ada)
        assert await database.community.count() == 1
        assert await counts(database) == (0, 0)
    assert not database.is_transaction()
    assert await counts(database) == (1, 1)


async def test_what_is_raised_through_it_rolls_all_back(
    database: DatabaseService, users: Users, communities: Communities
) -> None:
    with pytest.raises(RuntimeError, match="in the middle"):
        async with database.atomic():
            await communities.found("engines", await users.create("ada"))
            raise RuntimeError("in the middle")
    assert await counts(database) == (0, 0)
    await users.create("ada")  # nobody holds a lock


async def test_a_stream_takes_part(database: DatabaseService, users: Users) -> None:
    async with database.atomic():
        made = [await users.create("ada"), await users.create("grace")]
        assert [each async for each in database.user.stream(batch=1)] == made
        late = database.user.stream()
    with pytest.raises(TransactionExpiredError):
        await anext(late)


async def test_models_batches_and_transactions_take_part(database: DatabaseService) -> None:
    async def write(tx: DatabaseService) -> int:
        await tx.user.create(user("grace"))
        return await tx.user.count()

    with pytest.raises(RuntimeError):
        async with database.atomic():
            await User.prisma(database).create(user("ada"))
            async with database.batch_() as batch:
                batch.user.create(user("alan"))
            assert await database.transaction(write) == 3
            raise RuntimeError
    assert await counts(database) == (0, 0)


@pytest.mark.mongo_only("the fake has no raw commands")
async def test_raw_operations_take_part(database: DatabaseService) -> None:
    async with database.atomic():
        await database.user.create(user("ada"))
        assert len(await database.find_raw(User)) == 1
        assert len(await database.user.aggregate_raw([])) == 1
        with database.detached():
            assert await database.find_raw(User) == []


async def test_gather_and_task_groups_inside_take_part_one_after_the_other(
    database: DatabaseService, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(database, monkeypatch)
    async with database.atomic(timeout=LONG):
        await asyncio.gather(*(users.create(f"a{number}") for number in range(10)))
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(users.create(f"b{number}"))
        assert spy.at_once == 1
        assert await counts(database) == (0, 0)
    assert await counts(database) == (20, 0)


async def test_a_whole_operation_is_done_before_the_next_one(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps of two nested writes are not mixed."""
    spy = Spy(database, monkeypatch)

    async def alone(name: str) -> list[str]:
        spy.steps.clear()
        await database.user.create({**user(name), "ownedCommunities": {"create": {"name": name}}})
        return list(spy.steps)

    async with database.atomic(timeout=LONG):
        steps = await alone("ada")
        spy.steps.clear()
        await asyncio.gather(
            *(
                database.user.create({**user(name), "ownedCommunities": {"create": {"name": name}}})
                for name in ("alan", "grace")
            )
        )
        assert spy.steps == steps * 2
        assert len(steps) > 1


async def test_two_blocks_at_once_are_two_transactions(database: DatabaseService) -> None:
    inside = asyncio.Barrier(2)

    async def work(name: str) -> list[str]:
        async with database.atomic(timeout=LONG):
            await database.user.create(user(name))
            await inside.wait()
            return [each.username for each in await database.user.find_many()]

    assert [*await asyncio.gather(work("ada"), work("alan"))] == [["ada"], ["alan"]]
    assert await counts(database) == (2, 0)


async def test_another_database_takes_no_part(database: DatabaseService) -> None:
    other = fake(DatabaseService)
    with pytest.raises(RuntimeError):
        async with database.atomic():
            await database.user.create(user("ada"))
            await other.user.create(user("ada"))
            async with other.atomic():
                await other.user.create(user("grace"))
                await database.user.create(user("grace"))
            raise RuntimeError
    assert await database.user.count() == 0
    assert await other.user.count() == 2


# --- joining ---


async def test_a_nested_block_joins_and_keeps_nothing_by_itself(
    database: DatabaseService, users: Users
) -> None:
    with pytest.raises(RuntimeError):
        async with database.atomic():
            async with database.atomic():
                await users.create("ada")
            assert await database.user.count() == 1
            assert await counts(database) == (0, 0)
            raise RuntimeError
    assert await counts(database) == (0, 0)


async def test_what_is_raised_through_a_nested_block_rolls_all_back_even_if_it_is_caught(
    database: DatabaseService, users: Users, communities: Communities
) -> None:
    with pytest.raises(TransactionError, match="ValueError was raised through") as caught:
        async with database.atomic():
            ada = await users.create("ada")
            with pytest.raises(ValueError, match="wrong"):
                await communities.found("wrong", ada)
            with pytest.raises(TransactionError, match="ValueError was raised through"):
                await users.create("alan")
    assert getattr(caught.value, "code", None) == "P2028"
    assert isinstance(caught.value.__cause__, ValueError)
    assert await counts(database) == (0, 0)


async def test_the_client_of_a_transaction_joins_its_own(database: DatabaseService) -> None:
    async with database.tx() as tx:
        async with tx.atomic():
            await tx.user.create(user("ada"))
        await tx.atomic.run(lambda: tx.user.create(user("alan")))
        assert await database.user.count() == 0
    assert await database.user.count() == 2
    with pytest.raises(TransactionError, match="KeyError"):
        async with database.tx() as tx:
            with pytest.raises(KeyError):
                async with tx.atomic():
                    await tx.user.create(user("grace"))
                    raise KeyError
    assert await database.user.count() == 2


async def test_services_take_part_in_a_block_of_the_client_of_a_transaction(
    database: DatabaseService, users: Users
) -> None:
    async with database.tx() as tx:
        async with tx.atomic():
            await users.create("ada")
        await users.create("alan")  # outside of the block
        assert await counts(database) == (1, 0)
    assert await counts(database) == (2, 0)


async def test_a_block_is_entered_once(database: DatabaseService, users: Users) -> None:
    block = database.atomic()
    async with block:
        await users.create("ada")
        with pytest.raises(TransactionError, match="can be entered once"):
            async with block:
                pytest.fail("it was entered again")
        await users.create("alan")
    with pytest.raises(RuntimeError, match="of the block around"):
        async with database.atomic():
            await users.create("grace")
            with pytest.raises(TransactionError, match="can be entered once"):
                async with block:
                    pytest.fail("it was entered again")
            raise RuntimeError("of the block around")
    assert await counts(database) == (2, 0)


async def test_tx_inside_is_refused_and_may_be_detached(database: DatabaseService) -> None:
    async with database.atomic():
        await database.user.create(user("ada"))
        with pytest.raises(TransactionError, match="would begin a transaction that does not see"):
            await database.tx().start()
        with database.detached():
            async with database.tx() as tx:
                await tx.user.create(user("alan"))
        assert await database.user.count() == 1
    assert await counts(database) == (2, 0)


# --- starting again ---


async def test_run_starts_again_after_a_conflict(database: DatabaseService) -> None:
    ada = await database.user.create(user("ada"))
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
    database: DatabaseService, how: str
) -> None:
    """Also if it comes in an exception group, or the task that waited behind it fails first."""
    ada = await database.user.create(user("ada"))
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


async def test_conflicts_are_given_up_by_time(database: DatabaseService, clock: Clock) -> None:
    ada = await database.user.create(user("ada"))
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
    database: DatabaseService, communities: Communities
) -> None:
    ada = await database.user.create(user("ada"))
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
    database: DatabaseService, communities: Communities
) -> None:
    ada = await database.user.create(user("ada"))
    await asyncio.gather(*(communities.found(f"{number}", ada) for number in range(30)))
    assert (await database.user.find_first_or_raise()).storageUsed == 30
    assert await counts(database) == (1, 30)
    assert not database._mongo_engine.conflicts.has_turns


# --- failures and time ---


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


async def test_expired_it_is_rolled_back_and_says_so(database: DatabaseService) -> None:
    with pytest.raises(TransactionExpiredError, match="this transaction was 50 ms"):
        async with database.atomic(timeout=0.05):
            await database.user.create(user("ada"))
            await asyncio.sleep(0.06)
    assert await counts(database) == (0, 0)


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


# --- tasks that outlive it ---


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
) -> None:
    ada = await database.user.create(user("ada"))
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


# --- a hundred at once ---


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


# --- misuse ---


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), "5", True, 1e300])
async def test_a_limit_that_is_none_is_refused(database: DatabaseService, limit: Any) -> None:
    for name in ("timeout", "max_wait"):
        with pytest.raises(DataError, match=name):
            database.atomic(**{name: limit})
        with pytest.raises(DataError, match=name):
            atomic(**{name: limit})
    with pytest.raises(DataError, match="conflict_timeout"):
        await database.atomic.run(database.user.count, conflict_timeout=limit)


def test_a_method_that_is_not_async_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="async def"):
        atomic(wrong(lambda self: None))


async def test_an_owner_without_a_database_is_told() -> None:
    class Nowhere:
        @atomic
        async def work(self: Any) -> None: ...

    with pytest.raises(ConfigurationError, match="Nowhere has none"):
        await Nowhere().work()


async def test_it_needs_a_connection(settings: DatabaseSettings) -> None:
    with pytest.raises(Exception, match="connect") as caught:
        async with DatabaseService(settings).atomic():
            pass
    assert getattr(caught.value, "code", None) == "P1001"


def test_every_service_has_it() -> None:
    assert isinstance(Service.atomic, property)
