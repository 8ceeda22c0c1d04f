"""Calls that are made again with other values: everywhere that reads are, on both stores."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from prisma.errors import PrismaError, RecordNotFoundError
from pymongo import ReadPreference

from database import DatabaseService
from tests.records import NOBODY, three, wrong

NAMES: Final = ("ada", "alan", "grace")


@asynccontextmanager
async def alone(database: DatabaseService) -> AsyncIterator[DatabaseService]:
    yield database


@asynccontextmanager
async def in_a_view(database: DatabaseService) -> AsyncIterator[DatabaseService]:
    yield database.with_options(read_preference=ReadPreference.PRIMARY, comment="why")


@asynccontextmanager
async def in_a_transaction(database: DatabaseService) -> AsyncIterator[DatabaseService]:
    async with database.tx() as tx:
        yield tx


@asynccontextmanager
async def in_a_block(database: DatabaseService) -> AsyncIterator[DatabaseService]:
    async with database.atomic():
        yield database


WAYS: Final = (alone, in_a_view, in_a_transaction, in_a_block)


async def answers_of(ask: Callable[[Any], Awaitable[Any]], values: tuple[Any, ...]) -> list[Any]:
    """What is answered, three times over."""
    return [await ask(value) for value in values * 3]


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
async def test_each_call_is_answered_by_its_own_values(database: DatabaseService, way: Any) -> None:
    users = {user.username: user for user in await three(database)}
    ids = tuple(user.id for user in users.values())
    async with way(database) as db:
        found = await answers_of(lambda v: db.user.find_unique({"id": v}), (*ids, NOBODY))
        assert found == [*users.values(), None] * 3
        found = await answers_of(lambda v: db.user.find_unique({"username": v}), NAMES)
        assert found == list(users.values()) * 3
        found = await answers_of(
            lambda v: db.user.find_many(
                where={"storageQuota": {"gte": v, "lt": 3}, "role": "MEMBER"},
                order=[{"lastSeenAt": "desc"}, {"id": "desc"}],
                take=2,
            ),
            (1, 2, 3),
        )
        assert found == [[users["alan"], users["ada"]], [users["alan"]], []] * 3
        found = await answers_of(
            lambda v: db.user.find_many(
                where={"lastSeenAt": {"gte": v}}, order={"username": "desc"}, take=2
            ),
            (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC)),
        )
        assert found == [[users["grace"], users["alan"]], [users["grace"]]] * 3
        found = await answers_of(
            lambda v: db.user.find_first(where={"username": {"in": v}}, order={"username": "asc"}),
            (["ada", "grace"], ["alan", "grace"]),
        )
        assert found == [users["ada"], users["alan"]] * 3


async def test_records_with_their_relations(database: DatabaseService) -> None:
    users = await three(database)
    for user in users:
        await database.community.create({"name": user.username, "ownerId": user.id})
    for user in users * 3:
        found = await database.community.find_first(
            where={"ownerId": user.id}, include={"owner": True}
        )
        assert found is not None
        assert found.owner == user


async def test_what_is_missing_is_said_each_time(database: DatabaseService) -> None:
    [ada, *_] = await three(database)
    for _ in range(4):
        with pytest.raises(RecordNotFoundError):
            await database.user.find_unique_or_raise({"id": NOBODY})
        assert await database.user.find_unique_or_raise({"id": ada.id}) == ada


@pytest.mark.parametrize("value", ["x", 1, None, {"gt": 1}, True, "\ud800"], ids=repr)
async def test_a_wrong_value_is_refused_each_time(database: DatabaseService, value: Any) -> None:
    [ada, *_] = await three(database)

    async def refusal() -> Any:
        with pytest.raises(PrismaError) as caught:
            await database.user.find_unique({"id": wrong(value)})
        return type(caught.value), str(caught.value)

    first = await refusal()
    for _ in range(4):
        assert await database.user.find_unique({"id": ada.id}) == ada
        assert await refusal() == first


async def test_the_log_and_the_metrics_are_the_same(
    database: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    users = await three(database)
    before = await database.get_metrics()
    with caplog.at_level(logging.DEBUG, "prismongo.queries"):
        for user in users * 2:
            await database.user.find_unique({"id": user.id})
    shown = [vars(record)["commands"] for record in caplog.records]
    assert len(shown) == 6
    assert all(each == shown[0] for each in shown)
    after = await database.get_metrics()
    assert after.counters[0].value - before.counters[0].value == 6
