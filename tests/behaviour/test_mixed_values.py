"""Values at the edges mean the same on both stores: Json of every type, sums, limits, lists."""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma.fields import Json

from prismongo.engine import MongoEngine
from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.requests import Action
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Row {
  id    Int      @id @map("_id")
  data  Json?
  real  Float?
  text  String?
  tags  String[]
  marks Int[]
}

model Pair {
  id    Int      @id @map("_id")
  tags  String[]
  marks Int[]

  @@index([tags, marks])
}
"""
IN_ORDER: Final[tuple[tuple[Any, ...], ...]] = (
    ({"$minKey": 1},),
    ([],),
    ([None, 9], None),
    ({"$numberDouble": "NaN"}, {"$numberDecimal": "NaN"}),
    (-1,),
    (0, -0.0, {"$numberDecimal": "0"}),
    ({"$numberDecimal": "0.1"},),
    (0.1,),
    (1, 1.0, [1, "z"]),
    (2**53, float(2**53)),
    (2**53 + 1, {"$numberDecimal": "9007199254740993"}),
    ({"$numberDecimal": "1E400"},),
    ({"$numberDouble": "Infinity"},),
    ("",),
    ("A",),
    ("a",),
    ("é",),
    ("\uffff",),
    ("\U0001f600",),
    ({},),
    ({"a": 1}, {"a": 1.0}),
    ({"a": 1, "b": 0},),
    ({"b": 0, "a": 1},),
    ({"$ref": "a", "$id": 1},),
    ({"a": "x"},),
    ([[]],),
    ([[1]],),
    ({"$binary": {"base64": "YWI=", "subType": "00"}},),
    ({"$oid": "0" * 24},),
    (False,),
    (True,),
    ({"$date": "2024-01-01T00:00:00Z"},),
    ({"$timestamp": {"t": 1, "i": 2}},),
    ({"$regularExpression": {"pattern": "a", "options": "i"}},),
    ({"$code": "x"},),
    ({"$code": "a", "$scope": {}},),
    ({"$maxKey": 1},),
)
"""Json values from the least to the greatest; those of one row are in no order."""
VALUES: Final = [value for row in IN_ORDER for value in row]
RANKS: Final = [rank for rank, row in enumerate(IN_ORDER) for _ in row]


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    return await pushed_for(SCHEMA)


async def add(engine: MongoEngine, id: int, **data: Any) -> None:
    await ask(engine, "createOne", "Row", data={"id": id, **data})


@pytest.fixture
async def jsons(engine: MongoEngine) -> MongoEngine:
    """The values, in an order that is not theirs: 7 is prime to their number."""
    assert len(VALUES) % 7
    data = [
        {"id": number * 7 % len(VALUES), "data": Json(VALUES[number * 7 % len(VALUES)])}
        for number in range(len(VALUES))
    ]
    await ask(engine, "createMany", "Row", data=data)
    return engine


# --- Json of every type ---


async def test_the_order_of_values_of_every_type(jsons: MongoEngine) -> None:
    rows = await ask(jsons, "findMany", "Row", orderBy=[{"data": "asc"}])
    assert [RANKS[row["id"]] for row in rows] == RANKS
    rows = await ask(jsons, "findMany", "Row", orderBy=[{"data": "desc"}])
    by_greatest = {VALUES.index([None, 9]), VALUES.index([1, "z"])}  # lists, going down
    found = [RANKS[row["id"]] for row in rows if row["id"] not in by_greatest]
    assert found == sorted(found, reverse=True)
    assert len(found) == len(VALUES) - 2
    place = {row["id"]: number for number, row in enumerate(rows)}
    for above, a_list, below in ((2**53, [None, 9], 1), ("é", [1, "z"], "a")):
        places = [place[VALUES.index(value)] for value in (above, a_list, below)]
        assert places == sorted(places)


async def test_equal_are_those_of_one_place(jsons: MongoEngine) -> None:
    for number, value in enumerate(VALUES):
        same = [
            each
            for each, rank in enumerate(RANKS)
            if rank == RANKS[number] and isinstance(VALUES[each], list) == isinstance(value, list)
        ]
        others = [each for each in range(len(VALUES)) if each not in same]
        for operator, wanted in (("equals", same), ("not", others)):
            where = {"data": {operator: Json(value)}}
            rows = await ask(jsons, "findMany", "Row", where=where, orderBy=[{"id": "asc"}])
            assert [row["id"] for row in rows] == wanted, (operator, value)


async def test_a_cursor_in_an_order_of_several_types_is_refused(jsons: MongoEngine) -> None:
    for name in ("data", "tags"):
        work = ask(jsons, "findMany", "Row", orderBy=[{name: "asc"}], cursor={"id": 1})
        assert isinstance(await refused(work), UnsupportedOperationError)
    rows = await ask(jsons, "findMany", "Row", orderBy=[{"text": "asc"}], cursor={"id": 1}, take=2)
    assert [row["id"] for row in rows] == [1, 2]


# --- numbers ---


@pytest.mark.parametrize(
    ("numbers", "total"),
    [
        ([0.1] * 10, 1.0),
        ([1e16, 1.0, -1e16], 0.0),
        ([1e308, -1e308, 2.0**53], 2.0**53),
        ([2.0**53, 1e308, -1e308], 0.0),
        ([1e308, 1e308, -1e308], float("inf")),
    ],
)
async def test_sums_lose_what_a_server_loses(
    engine: MongoEngine, numbers: list[float], total: float
) -> None:
    for number, value in enumerate(numbers):
        await add(engine, number, real=value)
    sums = selected("_sum", "real"), selected("_avg", "real")
    found = await ask(engine, "aggregate", "Row", *sums)
    assert found == {"_sum": {"real": total}, "_avg": {"real": total / len(numbers)}}


# --- lists ---


async def test_groups_of_lists_come_by_an_element(engine: MongoEngine) -> None:
    for number, tags in enumerate([["b", "y"], ["c", "a"], [], ["d"]]):
        await add(engine, number, tags=tags)
    rows = await ask(engine, "groupBy", "Row", "tags", by=["tags"], orderBy=[{"tags": "asc"}])
    assert [row["tags"] for row in rows] == [[], ["c", "a"], ["b", "y"], ["d"]]
    rows = await ask(engine, "groupBy", "Row", "tags", by=["tags"], orderBy=[{"tags": "desc"}])
    assert [row["tags"] for row in rows] == [["b", "y"], ["d"], ["c", "a"], []]


@pytest.mark.parametrize("order", [{"tags": "asc"}, {"tags": "desc"}, {"_count": {"id": "asc"}}])
async def test_pages_of_groups_of_lists_do_not_overlap(engine: MongoEngine, order: Any) -> None:
    lists: list[list[str]] = [["a"], ["a", "b"], ["a", "c"], ["b", "a"], ["a", "a"], []]
    for number, tags in enumerate(lists):
        await add(engine, number, tags=tags)
    arguments = {"by": ["tags"], "orderBy": [order]}
    whole = await ask(engine, "groupBy", "Row", "tags", **arguments)
    assert sorted(row["tags"] for row in whole) == sorted(lists)
    # From the end, a list that is itself in the order comes by another of its elements.
    for take in (1, 2, 4, *([-1, -2] if "_count" in order else [])):
        pages = [
            await ask(engine, "groupBy", "Row", "tags", **arguments, take=take, skip=skip)
            for skip in range(0, len(lists), abs(take))
        ]
        assert [row for page in pages[:: 1 if take > 0 else -1] for row in page] == whole


async def test_an_index_over_two_lists_refuses_both(engine: MongoEngine, stored: Stored) -> None:
    await ask(engine, "createOne", "Pair", data={"id": 1, "tags": ["a"]})
    await ask(engine, "createOne", "Pair", data={"id": 2, "marks": [1]})
    both = ask(engine, "createOne", "Pair", data={"id": 3, "tags": [], "marks": []})
    error = await refused(both)
    assert (error.code, "171" in str(error)) == ("P2035", True)
    for many in (False, True):
        where = {"id": {"gt": 0}} if many else {"id": 1}
        action: Action = "updateMany" if many else "updateOne"
        data = {"marks": {"set": [2]}}
        assert (await refused(ask(engine, action, "Pair", where=where, data=data))).code == "P2035"
    assert stored("Pair") == [{"_id": 1, "tags": ["a"]}, {"_id": 2, "marks": [1]}]


# --- limits ---


@pytest.mark.parametrize(
    "condition",
    [
        {"contains": "a" * 32_001},
        {"endsWith": "é" * 16_001},
        {"equals": "a" * 32_001, "mode": "insensitive"},
        {"in": ["a", "a" * 32_001], "mode": "insensitive"},
        {"not": "a\0", "mode": "insensitive"},
        {"notIn": ["\0"], "mode": "insensitive"},
    ],
    ids=["contains", "endsWith", "equals", "in", "not NUL", "notIn NUL"],
)
async def test_what_no_pattern_holds_is_refused(engine: MongoEngine, condition: Any) -> None:
    error = await refused(ask(engine, "findMany", "Row", where={"text": condition}))
    assert error.code == "P2009"


@pytest.mark.parametrize("mode", ["default", "insensitive"])
async def test_what_a_pattern_just_holds_is_found(engine: MongoEngine, mode: str) -> None:
    longest = "a." * 16_000
    await add(engine, 1, text=longest + "z")
    await add(engine, 2, text="\0")
    rows = await ask(engine, "findMany", "Row", where={"text": {"contains": longest, "mode": mode}})
    assert [row["id"] for row in rows] == [1]
    rows = await ask(engine, "findMany", "Row", where={"text": {"equals": "\0"}})
    assert [row["id"] for row in rows] == [2]


@pytest.mark.parametrize("inner", [[], {}], ids=["list", "object"])
async def test_what_is_nested_deeper_than_a_server_holds(engine: MongoEngine, inner: Any) -> None:
    def nested(levels: int) -> Json:
        found = inner
        for _ in range(levels - 1):
            found = [found] if isinstance(inner, list) else {"a": found}
        return Json(found)

    await add(engine, 1, data=nested(178))
    await ask(engine, "updateOne", "Row", where={"id": 1}, data={"data": nested(178)})
    for levels in (182, 240):
        error = await refused(add(engine, 2, data=nested(levels)))
        assert (error.code, "180 levels" in str(error)) == ("P2035", True)
        data = {"data": nested(levels)}
        error = await refused(ask(engine, "updateOne", "Row", where={"id": 1}, data=data))
        assert (error.code, "180 levels" in str(error)) == ("P2035", True)
