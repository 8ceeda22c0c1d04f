"""Blocks of `atomic` in async generators, which run in the context of whoever asks for the next."""

# ruff: noqa: PT012 - an error is raised through the block that it ends

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from prisma.errors import TransactionExpiredError

from database import DatabaseService
from tests.records import user
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("indexes")


async def names(database: DatabaseService) -> AsyncGenerator[str, None]:
    async with database.atomic():
        for name in ("ada", "bob", "eve"):
            await database.user.create(user(name))
            yield name


async def test_left_early_and_closed_here(database: DatabaseService) -> None:
    async with aclosing(names(database)) as each:
        assert await anext(each) == "ada"
        assert database.is_transaction()
    assert not database.is_transaction()
    assert await database.user.count() == 0


async def test_closed_by_another_task(database: DatabaseService) -> None:
    """The task that asked first is not in a block that is over."""
    each = names(database)
    await anext(each)
    await asyncio.create_task(each.aclose())
    assert not database.is_transaction()
    await database.user.create(user("zoe"))
    async with database.atomic():
        await database.user.create(user("max"))
    async with database.tx() as tx:
        assert await tx.user.count() == 2
    assert await database.user.count() == 2


async def test_dropped_without_closing(database: DatabaseService) -> None:
    """The event loop closes it in a task of its own."""
    async for _ in names(database):
        break
    await until(lambda: not database.is_transaction())
    await database.user.create(user("zoe"))
    assert await database.user.count() == 1


async def test_who_closes_it_stays_in_a_block_of_its_own(database: DatabaseService) -> None:
    each, has_begun = names(database), asyncio.Event()

    async def close() -> None:
        async with database.atomic():
            await database.user.create(user("zoe"))
            await has_begun.wait()
            await each.aclose()
            assert database.is_transaction()
            await database.user.create(user("max"))
            raise KeyError

    with pytest.raises(KeyError):
        closing = asyncio.create_task(close())  # begun outside of the generator's block
        await anext(each)
        has_begun.set()
        await closing
    assert await database.user.count() == 0


async def test_ended_in_any_order(database: DatabaseService) -> None:
    first, second = names(database), names(database)
    await anext(first)
    assert [name async for name in first] == ["bob", "eve"]
    assert await database.user.count() == 3
    await database.user.delete_many()
    third = names(database)
    await anext(third)
    await asyncio.create_task(third.aclose())
    assert [name async for name in second] == ["ada", "bob", "eve"]
    assert not database.is_transaction()
    assert await database.user.count() == 3


async def test_a_task_that_was_begun_inside_has_outlived_the_block(
    database: DatabaseService,
) -> None:
    """Its writes are not stored outside of the transaction."""
    is_over = asyncio.Event()

    async def later() -> None:
        await is_over.wait()
        await database.user.create(user("zoe"))

    each = names(database)
    await anext(each)
    task = asyncio.create_task(later())
    await asyncio.create_task(each.aclose())
    is_over.set()
    with pytest.raises(TransactionExpiredError, match="begun inside of the block"):
        await task
    assert await database.user.count() == 0
