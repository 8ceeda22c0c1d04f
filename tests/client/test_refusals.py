"""What the generated actions refuse, and what they leave out."""

from __future__ import annotations

import asyncio

import pytest
from prisma.errors import (
    FieldNotFoundError,
)

from database import DatabaseService
from tests.records import three, user, wrong


async def test_an_unknown_name_says_where_it_stands(database: DatabaseService) -> None:
    find = database.user.find_first
    with pytest.raises(FieldNotFoundError, match=r"where\.shoe_size"):
        await find(where=wrong({"shoe_size": 38}))
    with pytest.raises(FieldNotFoundError, match=r"where\.email\.\$ne"):
        await find(where={"email": wrong({"$ne": None})})
    with pytest.raises(FieldNotFoundError, match=r"data\.shoe_size"):
        await database.user.create(wrong({**user("ada"), "shoe_size": 38}))
    with pytest.raises(FieldNotFoundError, match=r"where\.owner\.is\.shoe_size"):
        await database.community.find_first(where={"owner": {"is": wrong({"shoe_size": 38})}})
    for direction in ("asc", None):
        with pytest.raises(FieldNotFoundError, match=r"at `order\.shoe_size`"):
            await database.user.find_many(order=wrong({"shoe_size": direction}))


async def test_arguments_that_are_none_are_left_out(database: DatabaseService) -> None:
    await three(database)
    found = await database.user.find_many(
        where=None, order=None, take=None, skip=None, cursor=None, distinct=None, include=None
    )
    assert len(found) == 3
    assert await database.user.count(where=None, take=None, skip=None, cursor=None) == 3
    assert await database.user.delete_many(where=None) == 3


async def test_a_thousand_at_once(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    counts = await asyncio.gather(*(database.user.count() for _ in range(1000)))
    assert set(counts) == {1}
