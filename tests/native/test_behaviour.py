"""The client answers the same with the accelerator and without it, on one database.

`make check` runs the tests of behaviour both ways.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from bson import ObjectId
from prisma.bases import BaseMessage
from prisma.enums import PartType
from prisma.errors import DataError
from prisma.models import User
from pydantic import BaseModel
from pymongo.database import Database

from database import DatabaseService
from prismongo import native
from prismongo.settings import DatabaseSettings
from prismongo.testing import factory
from tests.hostile_documents import BAD, document
from tests.native.everything import told

Live = Database[dict[str, Any]]
Ask = Callable[[DatabaseService], Awaitable[Any]]


class Short(BaseMessage):
    """A class of the user's own, which pydantic validates."""

    id: str
    content: str
    author: User | None = None


@pytest.fixture
async def both(
    settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[DatabaseService]]:
    """Two clients of the test's database: with the accelerator, and without."""
    monkeypatch.delenv(native.SWITCH, raising=False)
    async with DatabaseService(settings) as first:
        monkeypatch.setenv(native.SWITCH, "0")
        async with DatabaseService(settings) as second:
            yield [first, second]


@pytest.fixture
async def filled(both: list[DatabaseService], live: Live) -> list[DatabaseService]:
    """Three users with messages, which have composites and lists."""
    for number in range(3):
        user = await factory(User, both[0]).create(
            username=f"user {number}", storageUsed=2**40 + number
        )
        for count in range(number * 2):
            await both[0].message.create(
                {
                    "content": f"Message {count} ünd",
                    "author": {"connect": {"id": user.id}},
                    "parts": [
                        {"text": "a"},
                        {"text": "b", "type": PartType.MENTION, "userId": user.id},
                    ],
                    "reactions": [{"emoji": "👍", "userIds": [user.id] * count}],
                    "mentionedUserIds": [user.id],
                }
            )
    return both


async def in_a_transaction(database: DatabaseService) -> Any:
    async with database.tx() as tx:
        await tx.message.update_many({"replyCount": {"increment": 0}}, where={})
        return await tx.message.find_many(order={"id": "asc"}, include={"author": True})


ASKED: dict[str, Ask] = {
    "whole records": lambda db: db.message.find_many(order={"id": "asc"}),
    "by id": lambda db: db.user.find_first(where={"username": "user 1"}),
    "by unique": lambda db: db.user.find_unique(where={"username": "user 2"}),
    "two levels": lambda db: db.user.find_many(
        include={"messages": {"include": {"author": True}, "order_by": {"id": "asc"}}},
        order={"id": "asc"},
    ),
    "a page of each": lambda db: db.user.find_many(
        include={"messages": {"take": 1, "order_by": {"id": "desc"}}}, order={"id": "asc"}
    ),
    "counts": lambda db: db.user.find_many(
        include={"_count": {"select": {"messages": True}}}, order={"id": "asc"}
    ),
    "a selection": lambda db: db.message.find_many(
        select={"id": True, "parts": {"select": {"text": True}}, "author": True},
        order={"id": "asc"},
    ),
    "an omission": lambda db: db.user.find_many(
        omit={"hashedPassword": False, "email": True}, order={"id": "asc"}
    ),
    "a class of one's own": lambda db: db.message.returning(Short).find_many(order={"id": "asc"}),
    "ordered by a relation": lambda db: db.message.find_many(
        order=[{"author": {"username": "desc"}}, {"id": "asc"}]
    ),
    "distinct": lambda db: db.message.find_many(distinct=["content"], order={"content": "asc"}),
    "in a transaction": in_a_transaction,
    "nothing": lambda db: db.message.find_many(where={"content": "none"}),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
async def test_both_answer_the_same(ask: Ask, filled: list[DatabaseService]) -> None:
    first, second = [await ask(each) for each in filled]
    assert told(first) == told(second)
    if isinstance(first, BaseModel):
        assert first.model_dump_json() == second.model_dump_json()


async def test_a_list_of_several_batches(both: list[DatabaseService], live: Live) -> None:
    live["Message"].insert_many(
        {"_id": ObjectId(), "content": "x" * 500_000, "type": "TEXT", "replyCount": 0}
        | {"sentAt": ObjectId().generation_time, "isDeleted": False, "isPinned": False}
        for _ in range(40)
    )
    first, second = [await each.message.find_many(order={"id": "asc"}) for each in both]
    assert len(first) == 40
    assert first == second


@pytest.mark.parametrize("bad", [{"email": 5}, {"role": "NOBODY"}, {"createdAt": None}, None])
async def test_both_say_what_is_wrong(
    bad: dict[str, Any] | None, filled: list[DatabaseService], live: Live
) -> None:
    if bad is None:
        live["User"].insert_one(document((b"\x02", b"username", BAD)))
    else:
        live["User"].update_one({"username": "user 1"}, {"$set": bad})
    errors = []
    for each in filled:
        with pytest.raises(DataError) as caught:
            await each.user.find_many()
        errors.append((caught.value.code, caught.value.meta, str(caught.value)))
        kept = await each.user.find_many(on_invalid="skip", order={"id": "asc"})
        errors.append(told(kept))
    assert errors[:2] == errors[2:]


async def test_the_first_line_of_the_query_log_says_which(
    settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="prismongo.queries")
    for value, words in (("1", "in use"), ("0", "turned off")):
        monkeypatch.setenv(native.SWITCH, value)
        caplog.clear()
        async with DatabaseService(settings) as database:
            await database.user.count()
        messages = [each.message for each in caplog.records if each.name == "prismongo.queries"]
        assert messages[0] == f"The accelerator (PRISMONGO_NATIVE) is {words}"
        assert len(messages) == 2
