"""Raw operations on a model's actions, and documents that are made into objects of a class."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, assert_type

import pytest
from bson import Decimal128, ObjectId
from prisma.bases import BaseUser
from prisma.errors import DataError, RawQueryError
from prisma.models import User
from pydantic import BaseModel, Field, ValidationError

from database import DatabaseService
from prismongo.errors import UnsupportedOperationError
from prismongo.testing import fake
from tests.records import user, wrong

server = pytest.mark.mongo_only("raw operations are MongoDB's own language")
MOMENT = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)


class Seen(BaseModel):
    at: datetime


class Card(BaseModel):
    id: str = Field(alias="_id")
    username: str
    price: Decimal
    seen: list[Seen]


class Total(BaseModel):
    n: int


class Name(BaseUser):
    username: str


@server
async def test_documents_as_they_are_stored(database: DatabaseService, ada: User) -> None:
    await database.user.create(user("bob"))
    found = await database.user.find_raw({"_id": ObjectId(ada.id)}, {"projection": {"username": 1}})
    assert_type(found, list[dict[str, Any]])
    assert found == [{"_id": ObjectId(ada.id), "username": "ada"}]
    assert len(await database.user.find_raw()) == len(await database.user.aggregate_raw()) == 2
    assert await database.user.find_raw(options={"sort": {"username": -1}, "limit": 1}) == (
        await database.user.find_raw({"username": "bob"})
    )
    counted = await database.user.aggregate_raw([{"$count": "n"}], {"allowDiskUse": True})
    assert_type(counted, list[dict[str, Any]])
    assert counted == [{"n": 2}]
    by_class = await Name.prisma(database).find_raw({"username": "ada"})
    assert by_class[0]["_id"] == ObjectId(ada.id)


@server
async def test_documents_as_objects_of_a_class(database: DatabaseService) -> None:
    """As in records, an id is text and a decimal is Python's, at any depth."""
    ada = await database.user.create({**user("ada"), "lastSeenAt": MOMENT})
    pipeline: list[dict[str, Any]] = [
        {"$set": {"price": Decimal128("1.50"), "seen": [{"at": "$lastSeenAt", "by": "$_id"}]}},
        {"$project": {"username": 1, "price": 1, "seen": 1}},
    ]
    cards = await database.user.aggregate_raw(pipeline, into=Card)
    assert_type(cards, list[Card])
    assert cards == [
        Card(_id=ada.id, username="ada", price=Decimal("1.50"), seen=[Seen(at=MOMENT)])
    ]
    totals = await database.user.aggregate_raw([{"$count": "n"}], into=Total)
    assert totals == [Total(n=1)]
    names = await database.user.find_raw(into=Name)
    assert_type(names, list[Name])
    assert names == [Name(username="ada")]
    assert await database.user.find_raw({"username": "bob"}, into=Name) == []


@server
async def test_documents_that_do_not_fit(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    with pytest.raises(ValidationError, match="price"):
        await database.user.find_raw(into=Card)


@server
async def test_in_a_transaction(database: DatabaseService) -> None:
    await database.run_command_raw({"create": "User"})
    transaction = database.tx()
    tx = await transaction.start()
    await tx.user.create(user("ada"))
    assert await tx.user.aggregate_raw([{"$count": "n"}], into=Total) == [Total(n=1)]
    assert len(await tx.user.find_raw()) == 1
    assert await database.user.find_raw() == []
    await transaction.rollback()


@server
async def test_what_is_refused(database: DatabaseService) -> None:
    with pytest.raises(RawQueryError) as refused:
        await database.user.find_raw({"$nonsense": 1})
    assert refused.value.code == "P2010"
    with pytest.raises(DataError, match="`filter`: expected an object, got a list"):
        await database.user.find_raw(wrong([1]))


async def test_what_is_no_class(database: DatabaseService) -> None:
    for into in (dict, "Card", Total(n=1), int):
        with pytest.raises(DataError, match="`into`: expected a class of pydantic's") as caught:
            await database.user.aggregate_raw([], into=wrong(into))
        assert caught.value.code == "P2009"


async def test_a_fake_refuses_them_by_name_and_can_be_told_an_answer() -> None:
    database = fake(DatabaseService)
    with pytest.raises(UnsupportedOperationError, match="RawFind"):
        await database.user.find_raw({})
    database.fake.stub("user.aggregate_raw", [{"n": 1}])
    assert await database.user.aggregate_raw([{"$count": "n"}], into=Total) == [Total(n=1)]
    assert database.fake.calls[-1].name == "user.aggregate_raw"
    assert database.fake.calls[-1].arguments == {"pipeline": [{"$count": "n"}]}
