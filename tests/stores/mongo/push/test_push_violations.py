"""A unique index that the documents there violate: told before anything is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64
from prisma.errors import UniqueViolationError
from pymongo import AsyncMongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from prismongo.schema import push
from prismongo.stores.mongo.push.events import Done, Planned, PushEvent, Searching, Violated
from prismongo.stores.mongo.push.plan import CreateCollection
from prismongo.stores.mongo.push.violations import Duplicate, find_violation
from prismongo.stores.wanted.specs import IndexSpec
from tests.stores.mongo.push.schemas import ID, schema

Live = Database[dict[str, Any]]

MANY = 100_000
OTHER = f"model Other {{\n{ID}\n}}"


async def test_a_hundred_thousand_documents_with_duplicates(live: Live, mongo_url: str) -> None:
    names = [f"user{number}" for number in range(MANY - 300)] + ["user1", "user2", "user3"] * 100
    live["User"].insert_many([{"name": name} for name in names])
    datamodel = schema("name String @unique", "@@index([id, name])", also=OTHER)
    told: list[PushEvent] = []

    with pytest.raises(UniqueViolationError) as caught:
        await push(datamodel, mongo_url, report=told.append)

    assert caught.value.code == "P2002"
    assert caught.value.data["user_facing_error"]["meta"] == {
        "modelName": "User",
        "target": ["name"],
        "violations": [
            {
                "index": "User_name_key",
                "collection": "User",
                "fields": ["name"],
                "values": 3,
                "documents": 303,
            }
        ],
    }
    assert "user1" not in str(caught.value)
    assert "3 values occur more than once in (name) of `User`, in 303 documents" in str(
        caught.value
    )
    planned, searching, violated = told
    assert isinstance(planned, Planned)
    assert isinstance(searching, Searching)
    assert [index.name for index in searching.indexes] == ["User_name_key"]
    assert isinstance(violated, Violated)
    (violation,) = violated.violations
    assert violation.examples == tuple(Duplicate((f"user{n}",), 101) for n in (1, 2, 3))
    assert live.list_collection_names() == ["User"]
    assert live["User"].index_information().keys() == {"_id_"}


async def test_every_violated_index_is_told(live: Live, mongo_url: str) -> None:
    live["User"].insert_many([{"a": 1, "b": 1, "c": 1}] + [{"a": n, "b": 1, "c": 2} for n in "xy"])
    datamodel = schema("a Int @unique", "b Int? @unique", "c Int", "@@unique([c, b])")

    pushed = await push(datamodel, mongo_url, dry_run=True)

    assert [violation.index.name for violation in pushed.violations] == [
        *("User_b_key", "User_c_b_key")
    ]
    assert [violation.examples for violation in pushed.violations] == [
        (Duplicate((1,), 3),),
        (Duplicate((2, 1), 2),),
    ]


async def test_the_most_frequent_are_the_examples(live: Live, mongo_url: str) -> None:
    live["User"].insert_many([{"a": value} for value in range(10) for _ in range(value + 1)])

    (violation,) = (await push(schema("a Int @unique"), mongo_url, dry_run=True)).violations

    assert (violation.values, violation.documents) == (9, 54)
    assert [(each.values, each.documents) for each in violation.examples] == [
        ((value,), value + 1) for value in (9, 8, 7, 6, 5)
    ]


async def test_a_replacement_that_the_data_violates_leaves_the_old_index(
    live: Live, mongo_url: str
) -> None:
    live["User"].create_index({"a": 1}, name="User_a_key")
    live["User"].create_index({"b": 1}, name="User_b_idx")
    live["User"].insert_many([{"a": 1}, {"a": 1}])

    with pytest.raises(UniqueViolationError, match="Nothing was changed"):
        await push(schema("a Int @unique"), mongo_url, drop=True)

    assert live["User"].index_information().keys() == {"_id_", "User_a_key", "User_b_idx"}


async def test_duplicates_that_come_while_pushing(live: Live, mongo_url: str) -> None:
    live["User"].insert_many([{"a": 1}, {"a": 2}])

    def come(event: PushEvent) -> None:
        if isinstance(event, Done) and isinstance(event.step, CreateCollection):
            live["User"].insert_one({"a": 1})

    with pytest.raises(UniqueViolationError, match="1 value occurs more than once") as caught:
        await push(schema("a Int @unique", "@@index([id, a])", also=OTHER), mongo_url, report=come)

    assert "dup key" not in str(caught.value)
    assert "Steps done before that, which stand: 1." in str(caught.value)
    assert live["User"].index_information().keys() == {"_id_"}


async def test_duplicates_that_come_while_replacing(live: Live, mongo_url: str) -> None:
    live["User"].create_index({"a": -1}, name="User_a_key")
    live["User"].insert_many([{"a": 1}, {"a": 2}])

    def come(event: PushEvent) -> None:
        if isinstance(event, Done) and isinstance(event.step, CreateCollection):
            live["User"].insert_one({"a": 1})

    with pytest.raises(UniqueViolationError):
        await push(schema("a Int @unique", also=OTHER), mongo_url, report=come, drop=True)

    assert live["User"].index_information()["User_a_key"] == {"v": 2, "key": [("a", -1)]}


PLAIN = IndexSpec("User", "u", (("a", 1),), unique=True)
COMPOUND = IndexSpec("User", "u", (("a", 1), ("b", -1)), unique=True)
PRESENT = IndexSpec("User", "u", (("a", 1),), unique=True, partial={"a": {"$gte": ""}})
SPARSE = IndexSpec("User", "u", (("a", 1), ("b", 1)), unique=True, sparse=True)
INSENSITIVE = IndexSpec(
    "User", "u", (("a", 1),), unique=True, collation={"locale": "en", "strength": 2}
)
NESTED = IndexSpec("User", "u", (("a.b", 1),), unique=True)


@pytest.mark.parametrize(
    ("index", "documents"),
    [
        (PLAIN, [{"a": 1}, {"a": 2}]),
        (PLAIN, [{"a": 1}, {"a": 1.0}]),
        (PLAIN, [{"a": 1}, {"a": Int64(1)}]),
        (PLAIN, [{"a": 1}, {"a": Decimal128("1.0")}]),
        (PLAIN, [{"a": 0.0}, {"a": -0.0}]),
        (PLAIN, [{"a": float("nan")}, {"a": float("nan")}]),
        (PLAIN, [{"a": 1}, {"a": True}]),
        (PLAIN, [{"a": "a"}, {"a": "A"}]),
        (PLAIN, [{"a": b"x"}, {"a": "x"}]),
        (PLAIN, [{}, {"a": None}]),
        (PLAIN, [{}, {}]),
        (PLAIN, [{}, {"a": 1}]),
        (PLAIN, [{}, {"a": []}]),
        (PLAIN, [{"a": []}, {"a": []}]),
        (PLAIN, [{"a": []}, {"a": None}]),
        (PLAIN, [{"a": [1, 1]}, {"a": [2]}]),
        (PLAIN, [{"a": [1, 2]}, {"a": [2, 3]}]),
        (PLAIN, [{"a": [1, 2]}, {"a": 2}]),
        (PLAIN, [{"a": [None]}, {}]),
        (PLAIN, [{"a": [[]]}, {"a": []}]),
        (PLAIN, [{"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}]),
        (PLAIN, [{"a": {"x": 1}}, {"a": {"x": 1.0}}]),
        (PLAIN, [{"a": datetime(2020, 1, 1, tzinfo=UTC)}, {"a": datetime(2020, 1, 1)}]),  # noqa: DTZ001  # naive is UTC to the driver
        (COMPOUND, [{"a": 1, "b": 1}, {"a": 1, "b": 2}]),
        (COMPOUND, [{"a": 1, "b": 1}, {"a": 1, "b": 1}]),
        (COMPOUND, [{"a": 1}, {"a": 1, "b": None}]),
        (COMPOUND, [{"a": 1}, {"b": 1}]),
        (COMPOUND, [{"a": [1, 2], "b": 1}, {"a": [2], "b": 2}]),
        (COMPOUND, [{"a": [1, 2], "b": 1}, {"a": [2], "b": 1}]),
        (PRESENT, [{"a": "x"}, {"a": "x"}]),
        (PRESENT, [{"a": ""}, {"a": ""}]),
        (PRESENT, [{"a": None}, {}, {}, {"a": 1}, {"a": 1}]),
        (SPARSE, [{}, {}]),
        (SPARSE, [{"a": 1}, {"a": 1}]),
        (SPARSE, [{"a": None}, {"b": None}]),
        (INSENSITIVE, [{"a": "a"}, {"a": "A"}]),
        (INSENSITIVE, [{"a": "a"}, {"a": "á"}]),
        (NESTED, [{"a": {"b": 1}}, {"a": {"b": 1}}]),
        (NESTED, [{"a": {"b": 1}}, {"a": {"b": 2}}]),
        (NESTED, [{"a": {}}, {"a": 5}]),
        (NESTED, [{"a": [{"b": 1}, {"b": 2}]}, {"a": {"b": 2}}]),
    ],
)
async def test_it_agrees_with_the_server(
    live: Live, mongo_url: str, index: IndexSpec, documents: list[dict[str, Any]]
) -> None:
    live["User"].insert_many([dict(document) for document in documents])
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        violation = await find_violation(client.get_default_database(), index)

    assert (violation is not None) is refused_by_server(live, index)


def refused_by_server(live: Live, index: IndexSpec) -> bool:
    try:
        live.command({"createIndexes": "User", "indexes": [index.document()]})
    except DuplicateKeyError:
        return True
    except Exception as error:
        # `command` does not give the class of its own that an insert gives
        if getattr(error, "code", None) == 11000:
            return True
        raise
    return False
