"""An optional unique on a real server: many lack the value, none shares it, look-ups use it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Binary, DatetimeMS, Int64, ObjectId, Timestamp
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from database import DatabaseService, DatabaseSettings
from prismongo.schema import parse, push
from tests.project import SCHEMA
from tests.stores.mongo.push.schemas import schema

Live = Database[dict[str, Any]]

EARLIEST = datetime.min.replace(tzinfo=UTC)
# The type, a value, another, and the least that the type has.
TYPES: list[tuple[str, Any, Any, Any]] = [
    ("String?", "a", "b", ""),
    ("String? @db.ObjectId", ObjectId(), ObjectId(), ObjectId("0" * 24)),
    ("Colour?", "RED", "blue", ""),
    ("Int?", 1, Int64(2), -(2**31)),
    ("Int? @db.Long", Int64(1), 2, Int64(-(2**63))),
    ("BigInt?", Int64(2**40), Int64(2**41), Int64(-(2**63))),
    ("Float?", 1.5, 2, float("-inf")),
    ("Boolean?", True, False, False),
    ("DateTime?", datetime(2020, 1, 1, tzinfo=UTC), DatetimeMS(0), EARLIEST),
    ("DateTime? @db.Timestamp", Timestamp(5, 1), Timestamp(5, 2), Timestamp(0, 0)),
    ("Bytes?", b"a", Binary(b"a", 4), b""),
    ("Bytes? @db.ObjectId", ObjectId(), ObjectId(), ObjectId("0" * 24)),
    ("Json?", {"a": 1}, [1, 2], {}),
    ("Json?", "text", True, ""),
    ("Json?", 1, 2.5, float("-inf")),
]


@pytest.mark.parametrize(("declaration", "one", "other", "least"), TYPES)
async def test_many_lack_the_value_and_none_shares_it(
    live: Live, mongo_url: str, declaration: str, one: Any, other: Any, least: Any
) -> None:
    await push(schema(f"a {declaration} @unique"), mongo_url)
    users = live["User"]

    users.insert_many([{}, {}, {"a": None}, {"a": None}, {"a": one}, {"a": other}])

    for value in (one, other):
        with pytest.raises(DuplicateKeyError):
            users.insert_one({"a": value})
    # by updates: an insert puts the time of day into a Timestamp of zeros
    users.delete_many({"a": {"$ne": None}})
    users.insert_many([{"_id": 1}, {"_id": 2}])
    users.update_one({"_id": 1}, {"$set": {"a": least}})
    with pytest.raises(DuplicateKeyError):
        users.update_one({"_id": 2}, {"$set": {"a": least}})


@pytest.mark.parametrize(("declaration", "one", "other", "least"), TYPES)
async def test_look_ups_use_the_index(
    live: Live, mongo_url: str, declaration: str, one: Any, other: Any, least: Any
) -> None:
    await push(schema(f"a {declaration} @unique"), mongo_url)
    live["User"].insert_many([{"a": one}, {"a": other}])

    for condition in ({"a": one}, {"a": {"$eq": other}}, {"a": {"$in": [one]}}, {"a": least}):
        assert index_used(live, condition) == "User_a_key"
    if type(one) is type(other):  # a Json's `in` may mix types, which the planner does not follow
        assert index_used(live, {"a": {"$in": [one, other]}}) == "User_a_key"
    assert index_used(live, {"a": None}) is None


async def test_a_compound_unique_holds_where_every_member_is_present(
    live: Live, mongo_url: str
) -> None:
    await push(schema("a Int", "b Int?", "@@unique([a, b])"), mongo_url)
    users = live["User"]

    users.insert_many([{"a": 1}, {"a": 1}, {"a": 1, "b": None}, {"a": 1, "b": None}])
    users.insert_one({"a": 1, "b": 1})
    with pytest.raises(DuplicateKeyError):
        users.insert_one({"a": 1, "b": 1})

    assert index_used(live, {"a": 1, "b": 1}) == "User_a_b_key"


async def test_a_required_unique_takes_one_document_without_a_value(
    live: Live, mongo_url: str
) -> None:
    await push(schema("a Int @unique"), mongo_url)
    live["User"].insert_one({})

    with pytest.raises(DuplicateKeyError):
        live["User"].insert_one({"a": None})


async def test_a_plain_index_beside_it_serves_order_and_nulls(live: Live, mongo_url: str) -> None:
    await push(schema("a String? @unique", "@@index([a(sort: Desc)])"), mongo_url)
    live["User"].insert_many([{"a": "x"}, {}])

    assert index_used(live, {"a": "x"}) in {"User_a_key", "User_a_idx"}
    assert index_used(live, {"a": None}) == "User_a_idx"
    assert index_used(live, {}, sort={"a": 1}) == "User_a_idx"


@pytest.mark.parametrize(
    "where",
    [
        {"email": "ada@example.org"},
        {"email": {"in": ["ada@example.org", "grace@example.org"]}},
        {"email": {"gte": "ada"}},
        {"email": {"startswith": "ada"}},
    ],
    ids=str,
)
async def test_the_engine_asks_so_that_the_index_is_used(
    live: Live, mongo_url: str, settings: DatabaseSettings, where: Any
) -> None:
    await push(parse(SCHEMA.read_text(encoding="utf-8")), mongo_url)

    async with DatabaseService(settings) as database:
        live.command("profile", 2)
        await database.user.find_many(where=where)
        live.command("profile", 0)

    (query,) = live["system.profile"].find({"ns": f"{live.name}.User"})
    assert query["planSummary"] == "IXSCAN { email: 1 }"


def index_used(live: Live, condition: dict[str, Any], **options: Any) -> str | None:
    """The index of the winning plan; None where the collection is scanned."""
    command = {"find": "User", "filter": condition, **options}
    explained = live.command("explain", command, verbosity="queryPlanner")
    stage = explained["queryPlanner"]["winningPlan"]
    stage = stage.get("queryPlan", stage)
    while "inputStage" in stage:
        stage = stage["inputStage"]
    if "inputStages" in stage:
        return index_of(stage["inputStages"][0])
    return index_of(stage)


def index_of(stage: dict[str, Any]) -> str | None:
    name = stage.get("indexName")
    return None if name is None else str(name)
