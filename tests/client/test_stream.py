"""`stream`: any number of records, a batch at a time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final

import pytest
from prisma.enums import NotificationType
from prisma.errors import DataError
from prisma.models import User
from prisma.types import NotificationInclude
from pydantic import BaseModel
from pymongo import MongoClient

from database import DatabaseService
from prismongo.testing import fake
from tests.cursors import open_cursors
from tests.records import NOBODY, user, wrong

COUNT: Final = 25


@pytest.fixture
async def filled(database: DatabaseService) -> DatabaseService:
    for number in range(COUNT):
        await database.user.create({**user(f"u{number:02}"), "bio": f"{number % 3}"})
    return database


class Card(BaseModel):
    """Two fields of a user."""

    id: str
    username: str


@pytest.mark.parametrize("batch", [1, 4, COUNT - 1, COUNT, COUNT + 1, 1_000])
async def test_every_record_once_by_id(filled: DatabaseService, batch: int) -> None:
    found = [each async for each in filled.user.stream(batch=batch)]
    assert found == await filled.user.find_many(order={"id": "asc"})
    assert len(found) == COUNT


ORDERS: Final[list[Any]] = [
    {"username": "desc"},
    [{"bio": "asc"}, {"username": "desc"}],
    {"bio": "desc"},
    {"displayName": "asc"},
    [{"lastSeenAt": "desc"}, {"displayName": "asc"}],
    {"ownedCommunities": {"_count": "desc"}},
]


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_the_order_of_a_page(filled: DatabaseService, order: Any) -> None:
    """Keys that are null, missing, tied or of a relation."""
    some = await filled.user.find_many(take=9, order={"username": "asc"})
    for number, each in enumerate(some):
        name = None if number < 4 else "x"
        await filled.user.update({"displayName": name}, where={"id": each.id})
    await filled.community.create({"name": "a", "ownerId": some[3].id})
    found = [each.id async for each in filled.user.stream(order=order, batch=4)]
    page = await filled.user.find_many(take=COUNT, order=order)
    assert found == [each.id for each in page]


async def test_where_and_what_the_answers_hold(filled: DatabaseService) -> None:
    first = await filled.user.find_first_or_raise(order={"username": "asc"})
    await filled.community.create({"name": "a", "ownerId": first.id})
    where: Any = {"bio": "0"}
    rows = [
        each
        async for each in filled.user.stream(where, batch=2, include={"ownedCommunities": True})
    ]
    assert len(rows) == 9
    assert [len(each.ownedCommunities or ()) for each in rows] == [1] + [0] * 8
    names = [each async for each in filled.user.stream(where, batch=2, select={"username": True})]
    assert names[0].username == "u00"
    with pytest.raises(AttributeError, match="was not selected"):
        _ = names[0].id
    cards = [each async for each in filled.user.returning(Card).stream(where, batch=2)]
    assert [type(each) for each in cards] == [Card] * 9
    whole = [each async for each in filled.user.stream(where, omit={"hashedPassword": False})]
    assert whole[0].hashedPassword


async def test_what_was_read_may_be_deleted_and_changed_in_the_loop(
    filled: DatabaseService,
) -> None:
    seen = []
    async for each in filled.user.stream(batch=4):
        seen.append(each.username)
        await filled.user.delete(where={"id": each.id})
    assert len(set(seen)) == COUNT
    assert await filled.user.count() == 0


async def test_a_loop_that_ends_early_reads_no_further(filled: DatabaseService) -> None:
    before = await queries(filled)
    async for _ in filled.user.stream(batch=4):
        break
    assert await queries(filled) == before + 1
    stream = filled.user.stream(batch=4)
    with pytest.raises(ZeroDivisionError):
        await fail_in(stream)
    assert await queries(filled) == before + 2
    assert [each async for each in stream] == []


async def fail_in(stream: AsyncGenerator[Any, None]) -> None:
    async with aclosing(stream):
        async for _ in stream:
            raise ZeroDivisionError


async def queries(database: DatabaseService) -> int:
    metrics = await database.get_metrics()
    return sum(int(each.value) for each in metrics.counters if each.key.startswith("prisma_client"))


@pytest.mark.mongo_only("a fake has no cursors")
async def test_nothing_stays_open_on_the_server(
    filled: DatabaseService, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    stream = filled.user.stream(batch=4, include={"files": True})
    await anext(stream)
    assert open_cursors(mongo_client, f"{filled.mongo.name}.User") == set()

    async def read() -> None:
        async for _ in filled.user.stream(batch=1):
            await asyncio.sleep(0)

    task = asyncio.ensure_future(read())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await filled.user.count() == COUNT


async def test_inside_of_a_transaction(filled: DatabaseService) -> None:
    async with filled.tx() as tx:
        await tx.user.create(user("z"))
        assert len([each async for each in tx.user.stream(batch=7)]) == COUNT + 1
        assert len([each async for each in filled.user.stream(batch=7)]) == COUNT


REFUSED: Final[list[tuple[dict[str, Any], str]]] = [
    ({"batch": 0}, "batch"),
    ({"batch": -1}, "batch"),
    ({"batch": True}, "batch"),
    ({"batch": "7"}, "batch"),
    ({"where": {"name": "x"}}, "where.name"),
    ({"order": {"name": "asc"}}, "order.name"),
    ({"order": {"communityIds": "asc"}}, "a list"),
    ({"on_invalid": "ignore"}, "on_invalid"),
]


@pytest.mark.parametrize(("arguments", "place"), REFUSED, ids=str)
async def test_what_is_refused(
    database: DatabaseService, arguments: dict[str, Any], place: str
) -> None:
    with pytest.raises(DataError, match=re.escape(place)):
        await anext(wrong(database.user.stream)(**arguments))


async def test_records_that_cannot_be_read(database: DatabaseService, ada: User) -> None:
    """The last record of a batch is one of them."""
    await database.notification.create_many(
        [
            {"userId": NOBODY if number in (3, 9) else ada.id, "type": NotificationType.SYSTEM}
            for number in range(12)
        ]
    )
    ids = [each.id for each in await database.notification.find_many(order={"id": "asc"})]
    stream, include = database.notification.stream, NotificationInclude(user=True)
    seen: list[str] = []
    with pytest.raises(DataError, match="user"):
        await into(seen, stream(batch=3, include=include))
    assert seen == ids[:3]
    skipped: list[str] = []
    await into(skipped, stream(batch=4, include=include, on_invalid="skip"))
    assert skipped == [each for each in ids if each not in (ids[3], ids[9])]


async def into(seen: list[str], stream: AsyncIterator[Any]) -> None:
    async for each in stream:
        seen.append(each.id)  # noqa: PERF401 - what was seen before an error counts


async def test_a_fake_fails_and_answers_batch_by_batch() -> None:
    database = fake(DatabaseService)
    await database.user.create_many([user(f"u{number}") for number in range(5)])
    stream = database.user.stream(batch=2)
    await anext(stream)
    await anext(stream)
    database.fake.fail("user.find_many", "P2024")
    with pytest.raises(DataError) as caught:
        await anext(stream)
    assert caught.value.code == "P2024"
    database.fake.stub("user.find_many", [])
    assert [each async for each in database.user.stream()] == []
