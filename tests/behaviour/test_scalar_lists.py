"""`add` and `remove` on lists of scalars and enums: of records, of composites, of their lists."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId
from prisma.fields import Base64, Json

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.engines import EngineFor, Stored

SCHEMA = """
model Page {
  id     Int        @id @map("_id")
  tags   String[]   @map("t")
  marks  Mark[]
  ids    String[]   @db.ObjectId
  counts Int[]
  large  BigInt[]
  rates  Float[]
  prices Decimal[]
  flags  Boolean[]
  times  DateTime[]
  blobs  Bytes[]
  notes  Json[]
  seen   DateTime?  @updatedAt
  place  Place?
  pins   Reaction[] @map("reactions")
  views  Int        @default(0)
}

enum Mark {
  RED
  BLUE @map("b")
}

type Place {
  names String[]
  inner Inner?
}

type Inner {
  marks Mark[]
}

type Reaction {
  emoji   String
  userIds String[] @db.ObjectId
  places  Place[]
}
"""

ADA, BOB = "65a0000000000000000000aa", "65a0000000000000000000bb"
MOMENT = datetime(2024, 1, 2, tzinfo=UTC)


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Any) -> MongoEngine:
    raw["Page"].insert_one({"_id": 1})
    return await engine_for(SCHEMA)


@pytest.fixture
def page(raw: Any, stored: Stored) -> Any:
    """Puts values into the page, and gives what it holds."""

    def now(**values: Any) -> dict[str, Any]:
        if values:
            raw["Page"].delete_many({})
            raw["Page"].insert_one({"_id": 1, **values})
        (found,) = stored("Page")
        return {name: value for name, value in found.items() if name not in ("_id", "seen")}

    return now


async def change(engine: MongoEngine, **data: Any) -> None:
    await ask(engine, "updateOne", "Page", where={"id": 1}, data=data)


@pytest.mark.parametrize(
    ("held", "added", "expected"),
    [
        (["a", "b"], "c", ["a", "b", "c"]),
        (["a", "b"], "a", ["a", "b"]),
        (["a", "b"], ["c", "b", "d"], ["a", "b", "c", "d"]),
        ([], ["b", "a", "b", "a"], ["b", "a"]),
        (["a", "a"], ["a", "b"], ["a", "a", "b"]),
        (["a"], [], ["a"]),
        (["a"], "$t", ["a", "$t"]),
        (None, "a", ["a"]),
        (None, [], []),
        ("a", "b", ["b"]),
    ],
)
async def test_add(
    engine: MongoEngine, page: Any, held: object, added: object, expected: list[str]
) -> None:
    """In the order of the first addition, and nothing twice; what was there twice stays."""
    page(t=held)
    await change(engine, tags={"add": added})
    assert page() == {"t": expected}


@pytest.mark.parametrize(
    ("held", "removed", "expected"),
    [
        (["a", "b", "a"], "a", ["b"]),
        (["a", "b", "c", "b"], ["b", "c", "x"], ["a"]),
        (["a"], "x", ["a"]),
        (["a"], [], ["a"]),
        (["$t", "a"], "$t", ["a"]),
        ([], "a", []),
        (None, "a", None),
        ("a", "a", "a"),
    ],
)
async def test_remove(
    engine: MongoEngine, page: Any, held: object, removed: object, expected: object
) -> None:
    page(t=held)
    await change(engine, tags={"remove": removed})
    assert page() == {"t": expected}


async def test_a_list_that_is_not_there(engine: MongoEngine, page: Any) -> None:
    await change(engine, tags={"remove": "a"})
    assert page() == {}
    await change(engine, tags={"add": "a"})
    assert page() == {"t": ["a"]}


@pytest.mark.parametrize(
    ("field", "held", "value", "new", "kept"),
    [
        ("marks", ["RED"], "RED", "BLUE", "b"),
        ("ids", [ObjectId(ADA)], ADA, BOB, ObjectId(BOB)),
        ("counts", [1], 1, 2, Int64(2)),
        ("counts", [1.0], 1, -1, Int64(-1)),
        ("large", [Int64(1)], 1, 2**40, Int64(2**40)),
        ("rates", [0.5], 0.5, -0.5, -0.5),
        ("rates", [1], 1.0, 0, 0.0),
        ("prices", [Decimal128("1.50")], Decimal("1.5"), Decimal("2"), Decimal128("2")),
        ("flags", [True], True, False, False),
        ("times", [MOMENT], MOMENT, datetime(2025, 1, 1, tzinfo=UTC), None),
        ("blobs", [b"a"], Base64.encode(b"a"), Base64.encode(b"b"), b"b"),
        ("notes", [{"a": 1}], Json({"a": 1}), Json({"a": 2}), {"a": 2}),
        ("notes", [[1, 2]], Json([1, 2]), Json([2, 1]), [2, 1]),
        ("notes", [None], Json(None), Json(0), 0),
        ("notes", [{"a": 1, "b": 2}], Json({"a": 1, "b": 2}), Json({"b": 2, "a": 1}), None),
        ("notes", [True], Json(True), Json(1), 1),
    ],
)
async def test_values_of_every_type(
    engine: MongoEngine,
    page: Any,
    field: str,
    held: list[Any],
    value: Any,
    new: Any,
    kept: object,
) -> None:
    """They are equal where MongoDB finds them equal: 1 and 1.0 are, true and 1 are not."""
    before = page(**{field: held})[field]
    await change(engine, **{field: {"add": value}})
    assert page() == {field: before}
    await change(engine, **{field: {"add": [new, value, new]}})
    found = page()[field]
    assert found[:-1] == before
    if kept is not None:
        assert (found[-1], type(found[-1])) == (kept, type(kept))
    await change(engine, **{field: {"remove": value}})
    assert page() == {field: found[1:]}
    await change(engine, **{field: {"remove": [new]}})
    assert page() == {field: []}


async def test_inside_a_composite(engine: MongoEngine, page: Any) -> None:
    page(place={"names": ["a"], "inner": {"marks": []}}, views=3)
    new: dict[str, list[str]] = {"names": []}

    async def update(**data: Any) -> Any:
        await change(engine, place={"upsert": {"set": new, "update": data}}, views={"increment": 1})
        return page()["place"]

    assert (await update(names={"add": ["b", "a"]}))["names"] == ["a", "b"]
    assert (await update(names={"remove": "a"}))["names"] == ["b"]
    deeper = {"upsert": {"set": {}, "update": {"marks": {"add": "BLUE"}}}}
    assert (await update(inner=deeper))["inner"] == {"marks": ["b"]}
    assert page()["views"] == 6


async def test_inside_a_composite_list(engine: MongoEngine, page: Any) -> None:
    ada, bob = ObjectId(ADA), ObjectId(BOB)
    page(reactions=[{"emoji": "+1", "userIds": [ada]}, {"emoji": "-1"}])

    async def update(emoji: str, **data: Any) -> list[Any]:
        many = {"where": {"emoji": emoji}, "data": data}
        await change(engine, pins={"updateMany": many})
        return [each.get("userIds", "missing") for each in page()["reactions"]]

    assert await update("+1", userIds={"add": [BOB, ADA]}) == [[ada, bob], "missing"]
    assert await update("-1", userIds={"remove": ADA}) == [[ada, bob], "missing"]
    assert await update("-1", userIds={"add": ADA}) == [[ada, bob], [ada]]
    assert await update("+1", userIds={"remove": ADA}) == [[bob], [ada]]


async def test_inside_a_composite_list_of_a_composite_list(engine: MongoEngine, page: Any) -> None:
    page(reactions=[{"emoji": "+1", "places": [{"names": ["a"]}, {"names": ["b"]}]}])
    inner = {"where": {"names": {"has": "a"}}, "data": {"names": {"add": ["$t", "a"]}}}
    outer = {"where": {}, "data": {"places": {"updateMany": inner}}}
    await change(engine, pins={"update_many": outer})
    (reaction,) = page()["reactions"]
    assert reaction["places"] == [{"names": ["a", "$t"]}, {"names": ["b"]}]


async def test_of_many_records(engine: MongoEngine, raw: Any, stored: Stored) -> None:
    raw["Page"].insert_many([{"_id": 2, "t": ["a"]}, {"_id": 3, "t": ["b"]}])
    answer = await ask(engine, "updateMany", "Page", data={"tags": {"add": "a"}})
    assert answer == {"count": 3}
    assert [each["t"] for each in stored("Page")] == [["a"], ["a"], ["b", "a"]]
    assert all("seen" in each for each in stored("Page"))


async def test_additions_at_once_lose_nothing(engine: MongoEngine, page: Any) -> None:
    await asyncio.gather(
        *(change(engine, tags={"add": [str(number % 5), "x"]}) for number in range(20))
    )
    assert sorted(page()["t"]) == ["0", "1", "2", "3", "4", "x"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"tags": {"add": "a", "push": "b"}}, "exactly one field to be present, got 2"),
        ({"tags": {"add": "a", "set": []}}, "exactly one field to be present, got 2"),
        ({"tags": {"add": "a", "remove": "b"}}, "exactly one field to be present, got 2"),
        ({"tags": {"add": None}}, r"required value at `data\.tags\.add`"),
        ({"tags": {"add": ["a", None]}}, r"required value at `data\.tags\.add\.1`"),
        ({"tags": {"remove": 1}}, r"`data\.tags\.remove`: expected String, got Int"),
        ({"tags": {"add": {"$each": ["a"]}}}, r"`data\.tags\.add`: expected String, got an object"),
        ({"marks": {"add": "GREEN"}}, r"`data\.marks\.add`"),
        ({"ids": {"add": "x"}}, r"data\.ids\.add"),
        ({"views": {"add": 1}}, r"Unknown argument `add` at `data\.views\.add`"),
        ({"pins": {"add": {"emoji": "x"}}}, r"Unknown argument `add` at `data\.pins.*add`"),
    ],
)
async def test_what_is_refused(engine: MongoEngine, page: Any, data: Any, message: str) -> None:
    page(t=["a"])
    with pytest.raises(Exception, match=message) as caught:
        await change(engine, **data)
    assert getattr(caught.value, "code", None) in ("P2009", "P2023")
    assert page() == {"t": ["a"]}


async def test_a_new_record_takes_values_alone(engine: MongoEngine) -> None:
    asked = ask(engine, "createOne", "Page", data={"id": 2, "tags": {"add": "a"}})
    assert (await refused(asked)).code == "P2009"
