"""Raw operations: MongoDB's own language with real BSON values, through the service."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, assert_type

import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from prisma.bases import BaseUser
from prisma.errors import (
    ClientNotConnectedError,
    DataError,
    InvalidModelError,
    RawQueryError,
    TransactionError,
)
from prisma.models import Community, User
from pydantic import BaseModel

from database import DatabaseService, DatabaseSettings
from prismongo.errors import UnsupportedOperationError
from prismongo.testing import fake
from tests.records import user

pytestmark = pytest.mark.mongo_only("raw operations are MongoDB's own language")

MOMENT = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)


async def test_values_are_bsons_own_in_and_out(database: DatabaseService) -> None:
    made = await database.user.create({**user("ada"), "lastSeenAt": MOMENT})
    (found,) = await database.find_raw(User, {"_id": ObjectId(made.id), "lastSeenAt": MOMENT})
    assert found["_id"] == ObjectId(made.id)
    assert found["lastSeenAt"] == MOMENT
    assert found["lastSeenAt"].tzinfo is not None
    price = Decimal128("12.50")
    rows = await database.aggregate_raw(
        User,
        [
            {"$match": {"_id": ObjectId(made.id)}},
            {"$set": {"price": price, "big": Int64(2**40), "bytes": Binary(b"\0")}},
            {"$project": {"price": 1, "big": 1, "bytes": 1, "double": {"$add": ["$price", price]}}},
        ],
    )
    assert_type(rows, list[dict[str, Any]])
    assert rows == [
        {
            "_id": ObjectId(made.id),
            "price": price,
            "big": 2**40,
            "bytes": b"\0",
            "double": Decimal128("25.00"),
        }
    ]


async def test_a_text_is_no_object_id_and_a_dictionary_no_date(database: DatabaseService) -> None:
    """Extended JSON is the text door's: here what is given is what is meant."""
    made = await database.user.create({**user("ada"), "lastSeenAt": MOMENT})
    assert await database.find_raw(User, {"_id": made.id}) == []
    with pytest.raises(RawQueryError):
        await database.find_raw(User, {"lastSeenAt": {"$date": "2024-05-06T07:08:09.123Z"}})


async def test_options(database: DatabaseService) -> None:
    await database.user.create_many([user(name) for name in ("ada", "bob", "cid", "dan")])
    options = {"sort": {"username": -1}, "skip": 1, "limit": 2, "projection": {"username": 1}}
    found = await database.find_raw(User, {}, options)
    assert [each["username"] for each in found] == ["cid", "bob"]
    assert {*found[0]} == {"_id", "username"}
    hint = {"hint": {"_id": 1}, "allowDiskUse": True, "batchSize": 2}
    assert len(await database.aggregate_raw(User, [{"$match": {}}], hint)) == 4
    assert len(await database.find_raw(User)) == len(await database.aggregate_raw(User)) == 4


async def test_commands(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    assert await database.run_command_raw({"count": "User"}) == {"n": 1, "ok": 1.0}
    command = {"update": "User", "updates": [{"q": {}, "u": {"$set": {"bio": "x"}}, "multi": True}]}
    assert (await database.run_command_raw(command))["nModified"] == 1
    assert (await database.user.find_first_or_raise()).bio == "x"


async def test_a_class_of_ones_own_names_its_models_collection(database: DatabaseService) -> None:
    class Name(BaseUser):
        username: str

    await database.user.create({**user("ada"), "hashedPassword": "x"})
    (found,) = await database.find_raw(Name)
    assert found["hashedPassword"] == "x"  # a document, not what the class declares


async def test_a_class_that_is_no_model(database: DatabaseService) -> None:
    class Other(BaseModel):
        name: str

    with pytest.raises(InvalidModelError):
        await database.find_raw(Other)


async def test_they_join_the_transaction_of_their_client(database: DatabaseService) -> None:
    await database.run_command_raw({"create": "User"})
    with pytest.raises(ValueError, match="back"):  # noqa: PT012 - raised through the transaction
        async with database.tx() as tx:
            made = await tx.user.create(user("ada"))
            assert len(await tx.find_raw(User, {"_id": ObjectId(made.id)})) == 1
            assert await tx.aggregate_raw(User, [{"$count": "n"}]) == [{"n": 1}]
            command = {"insert": "User", "documents": [{"username": "bob"}]}
            assert (await tx.run_command_raw(command))["n"] == 1
            assert await tx.user.count() == 2
            assert await database.find_raw(User) == []
            raise ValueError("roll back")
    assert await database.find_raw(User) == []

    async def work(tx: DatabaseService) -> int:
        await tx.user.create(user("ada"))
        return len(await tx.find_raw(User))

    assert await database.transaction(work) == 1


async def test_a_refusal_inside_a_transaction_ends_it(database: DatabaseService) -> None:
    await database.run_command_raw({"create": "User"})
    with pytest.raises(TransactionError, match=r"aborted.*P2010"):  # noqa: PT012
        async with database.tx() as tx:
            await tx.user.create(user("ada"))
            with pytest.raises(RawQueryError):
                await tx.find_raw(User, {"$nonsense": 1})
    assert await database.user.count() == 0


Refused = Callable[[DatabaseService], Any]


@pytest.mark.parametrize(
    "refused",
    [
        lambda database: database.find_raw(User, {"$nonsense": 1}),
        lambda database: database.aggregate_raw(User, [{"$nonsense": 1}]),
        lambda database: database.run_command_raw({"nonsense": 1}),
        lambda database: database.find_raw(User, {"price": Decimal("1")}),
        lambda database: database.find_raw(User, {"key": uuid.uuid4()}),
        lambda database: database.find_raw(User, {1: 2}),
        lambda database: database.find_raw(User, {"whole": 2**70}),
        lambda database: database.find_raw(User, {"text": "\ud800"}),
        lambda database: database.find_raw(User, {}, {"limit": -1, "batchSize": -1}),
    ],
)
async def test_errors_of_the_driver_are_p2010(database: DatabaseService, refused: Refused) -> None:
    with pytest.raises(RawQueryError) as caught:
        await refused(database)
    assert caught.value.code == "P2010"
    assert {*caught.value.meta} == {"code", "message"}
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    "refused",
    [
        lambda database: database.find_raw(User, [1]),
        lambda database: database.find_raw(User, 1),
        lambda database: database.find_raw(User, {}, [1]),
        lambda database: database.aggregate_raw(User, [1]),
        lambda database: database.run_command_raw([]),
    ],
)
async def test_arguments_of_another_form_are_p2009(
    database: DatabaseService, refused: Refused
) -> None:
    with pytest.raises(DataError) as caught:
        await refused(database)
    assert caught.value.code in ("P2009", "P2012")


async def test_options_name_no_other_collection(database: DatabaseService) -> None:
    await database.community.create({"name": "x"})
    assert await database.find_raw(User, {}, {"find": "Community"}) == []
    assert len(await database.find_raw(Community)) == 1


async def test_not_connected(settings: DatabaseSettings) -> None:
    with pytest.raises(ClientNotConnectedError):
        await DatabaseService(settings).find_raw(User)


async def test_a_fake_refuses_them_by_name_and_can_be_told_an_answer() -> None:
    database = fake(DatabaseService)
    with pytest.raises(UnsupportedOperationError, match="RawFind"):
        await database.find_raw(User, {})
    database.fake.stub("user.aggregate_raw", [{"n": 1}])
    pipeline = [{"$count": "n"}]
    assert await database.aggregate_raw(User, pipeline) == [{"n": 1}]
    assert database.fake.calls[-1].name == "user.aggregate_raw"
    assert database.fake.calls[-1].arguments == {"pipeline": pipeline}
