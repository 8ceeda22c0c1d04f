"""`database.atomic`: one transaction for all services of a database, and who takes part in it."""

# ruff: noqa: PT012 - an error is raised through the block that it ends

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prisma.errors import (
    DataError,
    TransactionError,
    TransactionExpiredError,
)
from prisma.models import User

from database import DatabaseService, DatabaseSettings
from prismongo import Service, atomic
from prismongo.errors import ArgumentTypeError, ConfigurationError
from prismongo.testing import fake
from tests.client.working_together import (
    LONG,
    Communities,
    Spy,
    Users,
    counts,
)
from tests.records import user, wrong

pytestmark = pytest.mark.usefixtures("indexes")  # one transaction alone can create a collection


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
