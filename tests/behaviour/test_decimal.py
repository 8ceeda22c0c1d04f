"""Decimal, which Prisma has not on MongoDB: 34 digits, digit by digit, the same on both stores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import pytest
from bson import Decimal128, Int64
from prisma.errors import DataError, MissingRequiredValueError, UniqueViolationError

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action, FieldReference, Request, Selection
from tests.engines import Document, EngineFor, Stored

SCHEMA: Final = """
type Cost {
  net   Decimal
  tax   Decimal @default(0.19)
  steps Decimal[]
}

model Item {
  id     Int       @id @map("_id")
  price  Decimal   @default("1.50")
  cap    Decimal?  @map("limit")
  code   Decimal?  @unique
  marks  Decimal[]
  pieces Int       @default(0)
  cost   Cost?
  costs  Cost[]
  shopId Int?
  shop   Shop?     @relation(fields: [shopId], references: [id])

  @@index([price])
}

model Shop {
  id    Int     @id @map("_id")
  key   Decimal @unique
  items Item[]
}
"""
LARGEST: Final = "9.999999999999999999999999999999999E+6144"


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    return await pushed_for(SCHEMA)


async def ask(engine: MongoEngine, action: Action, *names: str, **arguments: Any) -> Any:
    selections = tuple(map(Selection, names or ("id",)))
    return await engine.execute(Request(action, "Item", arguments, selections), tx_id=None)


async def ask_in_text(engine: MongoEngine, query: str) -> Any:
    """What the one root of a GraphQL document answers."""
    answer = await engine.query(json.dumps({"query": query, "variables": {}}), tx_id=None)
    (found,) = answer["data"].values()
    return found


async def add(engine: MongoEngine, *prices: Any, field: str = "price") -> None:
    """Items 1, 2, … with these prices."""
    for number, price in enumerate(prices, 1):
        await ask(engine, "createOne", data={"id": number, field: price})


async def found(engine: MongoEngine, **where: Any) -> list[int]:
    rows = await ask(engine, "findMany", where=where, orderBy=[{"id": "asc"}])
    return [row["id"] for row in rows]


async def refused(engine: MongoEngine, action: Action, **arguments: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        await ask(engine, action, **arguments)
    return caught.value


def prices(documents: Sequence[Document], name: str = "price") -> list[str]:
    """The stored numbers, digit by digit."""
    return [str(document[name]) for document in documents]


# --- create ---


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (Decimal("1.50"), "1.50"),
        ("12345678901234567890.1234567890123", "12345678901234567890.1234567890123"),
        (7, "7"),
        (0.1, "0.1"),
        (Decimal("-0.00"), "-0.00"),
        (LARGEST, LARGEST),
        (Decimal("1E+3"), "1E+3"),
    ],
    ids=str,
)
async def test_it_is_stored_and_read_digit_by_digit(
    engine: MongoEngine, stored: Stored, written: object, text: str
) -> None:
    answer = await ask(engine, "createOne", "price", data={"id": 1, "price": written})
    assert answer == {"price": text}
    assert type(stored("Item")[0]["price"]) is Decimal128
    assert prices(stored("Item")) == [text]


@pytest.mark.parametrize(
    "value",
    ["x", "NaN", Decimal("NaN"), Decimal("-Infinity"), float("inf"), "1." + "3" * 34, True, b"1"],
    ids=repr,
)
async def test_what_is_no_decimal_is_refused(
    engine: MongoEngine, stored: Stored, value: object
) -> None:
    error = await refused(engine, "createOne", data={"id": 1, "price": value})
    assert error.code == "P2009"
    assert error.meta["argumentPath"] == ["data", "price"]
    assert stored("Item") == []
    operators = ("set", "increment", "decrement", "multiply", "divide")
    for operator in operators:
        data = {"price": {operator: value}}
        assert (await refused(engine, "updateOne", where={"id": 1}, data=data)).code == "P2009"
    for operator in ("equals", "not", "lt", "gte"):
        error = await refused(engine, "findMany", where={"price": {operator: value}})
        assert error.code == "P2009"


async def test_defaults_nulls_and_lists(engine: MongoEngine, stored: Stored) -> None:
    data = {"id": 1, "cap": None, "marks": [1, "2.0", Decimal("3.00")]}
    answer = await ask(engine, "createOne", "price", "cap", "marks", data=data)
    assert answer == {"price": "1.50", "cap": None, "marks": ["1", "2.0", "3.00"]}
    assert prices(stored("Item")) == ["1.50"]
    with pytest.raises(MissingRequiredValueError):
        await ask(engine, "createOne", data={"id": 2, "price": None})


async def test_the_text_door_takes_numbers_and_texts(engine: MongoEngine, stored: Stored) -> None:
    made = "mutation { createOneItem(data: {id: 1, price: %s}) { price } }"
    assert await ask_in_text(engine, made % '"1.50"') == {"price": "1.50"}
    await ask(engine, "deleteMany", "count")
    assert await ask_in_text(engine, made % "0.1") == {"price": "0.1"}
    found = await ask_in_text(engine, '{ findManyItem(where: {price: {lt: "0.2"}}) { id } }')
    assert found == [{"id": 1}]


# --- filters ---


async def test_every_filter(engine: MongoEngine) -> None:
    await add(engine, "-1", "0.1", "0.10", Decimal("2"), "1E+3")
    assert await found(engine, price="0.100") == [2, 3]
    assert await found(engine, price=2) == [4]
    assert await found(engine, price={"equals": 0.1}) == [2, 3]
    assert await found(engine, price={"in": [Decimal("0.1"), 1000]}) == [2, 3, 5]
    assert await found(engine, price={"notIn": ["0.1", 1000]}) == [1, 4]
    assert await found(engine, price={"not": "0.1"}) == [1, 4, 5]
    assert await found(engine, price={"not": {"gt": "0.1"}}) == [1, 2, 3]
    assert await found(engine, price={"lt": "0.1"}) == [1]
    assert await found(engine, price={"lte": "0.1"}) == [1, 2, 3]
    assert await found(engine, price={"gt": "0.1", "lt": 1000}) == [4]
    assert await found(engine, price={"gte": Decimal("2.000")}) == [4, 5]
    assert await found(engine, NOT={"price": {"gte": 2}}) == [1, 2, 3]
    error = await refused(engine, "findMany", where={"price": {"contains": "1"}})
    assert error.code == "P2009"


async def test_null_and_missing(engine: MongoEngine) -> None:
    await ask(engine, "createOne", data={"id": 1, "cap": 5})
    await ask(engine, "createOne", data={"id": 2, "cap": None})
    await ask(engine, "createOne", data={"id": 3})
    assert await found(engine, cap=None) == [2]
    assert await found(engine, cap={"isSet": False}) == [3]
    assert await found(engine, cap={"lt": 9}) == [1]
    assert await found(engine, cap={"not": 4}) == [1, 2]
    assert await found(engine, cap={"in": [None, "5.0"]}) == [1, 2]


async def test_lists(engine: MongoEngine, stored: Stored) -> None:
    await add(engine, ["1", "2.0"], ["2", "3"], [], field="marks")
    assert await found(engine, marks={"has": "2.00"}) == [1, 2]
    assert await found(engine, marks={"hasEvery": [2, 1]}) == [1]
    assert await found(engine, marks={"hasSome": [3, 1]}) == [1, 2]
    assert await found(engine, marks={"isEmpty": True}) == [3]
    assert await found(engine, marks={"equals": ["1.0", 2]}) == [1]
    data: Document = {"marks": {"push": "4.0"}}
    assert (await ask(engine, "updateOne", "marks", where={"id": 1}, data=data)) == {
        "marks": ["1", "2.0", "4.0"]
    }
    data = {"marks": {"set": [Decimal("1.00")]}}
    await ask(engine, "updateOne", where={"id": 1}, data=data)
    assert [str(each) for each in stored("Item")[0]["marks"]] == ["1.00"]


async def test_fields_are_compared(engine: MongoEngine) -> None:
    await ask(engine, "createOne", data={"id": 1, "price": "1.0", "cap": "1.00", "marks": [1]})
    await ask(engine, "createOne", data={"id": 2, "price": "1.1", "cap": 1, "marks": [2]})
    assert await found(engine, price={"equals": FieldReference("cap")}) == [1]
    assert await found(engine, price={"gt": FieldReference("cap")}) == [2]
    assert await found(engine, price={"in": FieldReference("marks")}) == [1]
    assert await found(engine, marks={"has": FieldReference("price")}) == [1]
    error = await refused(engine, "findMany", where={"price": {"gt": FieldReference("pieces")}})
    assert error.code == "P2019"


async def test_numbers_of_other_types_compare_by_value(engine: MongoEngine, raw: Any) -> None:
    values: list[Any] = [Int64(2), 2.0, 2, Decimal128("2.00"), 0.1, 0.5, Decimal128("NaN"), "2"]
    raw["Item"].insert_many([{"_id": n, "price": v} for n, v in enumerate(values, 1)])
    assert await found(engine, price=2) == [1, 2, 3, 4]
    assert await found(engine, price="0.1") == []  # the double is a bit more
    assert await found(engine, price={"gt": "0.1", "lt": 1}) == [5, 6]
    assert await found(engine, price="0.5") == [6]
    assert await found(engine, price={"lt": 0}) == []


# --- arithmetic ---

ARITHMETIC: Final[list[tuple[str, Any, Any, str]]] = [
    ("increment", "1.50", "0.25", "1.75"),
    ("increment", "0.1", 0.2, "0.3"),
    ("increment", "1.50", 0, "1.50"),
    ("increment", "1.50", "0.000", "1.50"),
    ("increment", "-0", "0", "-0"),
    ("increment", LARGEST, LARGEST, "Infinity"),
    ("increment", "1", "1E-33", "1.000000000000000000000000000000001"),
    ("increment", "1", "5E-34", "1"),
    ("increment", "1.000000000000000000000000000000001", "5E-34",
     "1.000000000000000000000000000000002"),
    ("decrement", "1.50", Decimal("2"), "-0.50"),
    ("decrement", "1.50", "1.50", "0.00"),
    ("multiply", "1.50", "1.50", "2.2500"),
    ("multiply", "1.50", 1, "1.50"),
    ("multiply", "-1", 0, "-0"),
    ("multiply", "1E-6176", "0.5", "0E-6176"),
    ("divide", "1", 3, "0.3333333333333333333333333333333333"),
    ("divide", "7.50", "2.5", "3.0"),
    ("divide", "0", "2.50", "0E+2"),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "before", "operand", "after"), ARITHMETIC)
@pytest.mark.parametrize("field", ["price", "cap"])
async def test_arithmetic(
    engine: MongoEngine, stored: Stored, field: str, operator: str, before: str, operand: Any,
    after: str,
) -> None:  # fmt: skip
    await ask(engine, "createOne", data={"id": 1, field: before})
    data = {field: {operator: operand}}
    answer = await ask(engine, "updateOne", field, where={"id": 1}, data=data)
    name = {"cap": "limit"}.get(field, field)
    if field == "price":  # an update operator, which leaves what stays equal
        assert prices(stored("Item")) == [after]
    assert answer == {field: str(stored("Item")[0][name])}
    assert Decimal(answer[field]) == Decimal(after)


PIPELINE: Final[list[tuple[str, Any, Any, str]]] = [
    ("increment", Decimal128("1E+3"), "7E+2", "1700"),
    ("increment", Decimal128("-0"), "-0", "0"),
    ("increment", 0.1, "0.1", "0.2000000000000000055511151231257827"),
    ("increment", 1 / 3, "0", "0.3333333333333333148296162562473910"),
    ("increment", Int64(7), "0.10", "7.10"),
    ("decrement", 0.1, "0.1", "0E-15"),
    ("decrement", Decimal128("1E+3"), "7E+2", "3E+2"),
    ("multiply", 0.5, "0.1", "0.0500000000000000"),
    ("divide", Int64(7), "7E+2", "0.01"),
    ("divide", Decimal128("1"), "1E-6176", "Infinity"),
    ("multiply", Decimal128("NaN"), "2", "NaN"),
]
OPERATORS: Final[list[tuple[str, Any, Any, str]]] = [
    ("increment", Decimal128("1E+3"), "7E+2", "1.7E+3"),
    ("increment", 0.1, "0.1", "0.200000000000000"),
    ("increment", -0.0, "0.1", "0.1"),
    ("decrement", 5, "0.10", "4.90"),
    ("multiply", 123456789.12345679, "0.1", "12345678.9123457"),
    ("multiply", Decimal128("0"), "2.50", "0"),
    ("multiply", 0, "2.50", "0.00"),
]


@pytest.mark.parametrize(
    ("field", "operator", "before", "operand", "after"),
    [("limit", *row) for row in PIPELINE] + [("price", *row) for row in OPERATORS],
)
async def test_arithmetic_on_what_others_have_stored(
    engine: MongoEngine, raw: Any, field: str, operator: str, before: Any, operand: Any, after: str
) -> None:
    raw["Item"].insert_one({"_id": 1, "price": Decimal128("1"), field: before})
    name = {"limit": "cap"}.get(field, field)
    data = {name: {operator: operand}}
    answer = await ask(engine, "updateOne", name, where={"id": 1}, data=data)
    assert answer == {name: after}


async def test_arithmetic_on_nothing(engine: MongoEngine, raw: Any, stored: Stored) -> None:
    raw["Item"].insert_many([{"_id": 1}, {"_id": 2, "limit": None, "price": Decimal128("1")}])
    for operator in ("increment", "multiply", "divide", "decrement"):
        await ask(engine, "updateMany", "count", data={"cap": {operator: "2.50"}})
    assert [row.get("limit") for row in stored("Item")] == [None, None]
    for operator, after in (("decrement", "-2.50"), ("increment", "2.50"), ("multiply", "0.00")):
        raw["Item"].delete_many({})
        raw["Item"].insert_one({"_id": 1})
        data = {"price": {operator: "2.50"}}
        assert await ask(engine, "updateOne", "price", where={"id": 1}, data=data) == {
            "price": after
        }


@pytest.mark.parametrize("zero", [0, "0.00", Decimal("-0"), 0.0], ids=repr)
async def test_nothing_is_divided_by_zero(engine: MongoEngine, zero: object) -> None:
    await add(engine, "1.50")
    data = {"price": {"divide": zero}}
    error = await refused(engine, "updateOne", where={"id": 1}, data=data)
    assert error.code == "P2009"
    assert "division by zero" in str(error)


async def test_an_int_beside_a_stored_decimal(
    engine: MongoEngine, raw: Any, stored: Stored
) -> None:
    raw["Item"].insert_one({"_id": 1, "price": Decimal128("1"), "pieces": Decimal128("7.9")})
    await ask(engine, "updateOne", where={"id": 1}, data={"pieces": {"divide": 2}})
    assert stored("Item")[0]["pieces"] == 3
    assert type(stored("Item")[0]["pieces"]) is Int64


async def test_a_record_that_others_refer_to(engine: MongoEngine, stored: Stored) -> None:
    shop = Request("createOne", "Shop", {"data": {"id": 1, "key": "1.50"}}, (Selection("id"),))
    await engine.execute(shop, tx_id=None)
    data: Document = {"key": {"decrement": "0.5"}, "items": {"create": [{"id": 1}]}}
    update = Request(
        "updateOne", "Shop", {"where": {"key": "1.500"}, "data": data}, (Selection("key"),)
    )
    assert await engine.execute(update, tx_id=None) == {"key": "1.00"}
    connect = {"shop": {"connect": {"key": 1}}}
    await ask(engine, "updateOne", where={"id": 1}, data=connect)
    many: Document = {"items": {"connect": [{"code": "2.0"}, {"id": 1}]}}
    await ask(engine, "createOne", data={"id": 2, "code": "2.00"})
    update = Request("updateOne", "Shop", {"where": {"id": 1}, "data": many}, (Selection("id"),))
    assert await engine.execute(update, tx_id=None) == {"id": 1}
    assert [row["shopId"] for row in stored("Item")] == [1, 1]


# --- aggregates ---


def calculated(*names: str) -> tuple[Selection, ...]:
    kinds = ("_count", "_sum", "_avg", "_min", "_max")
    return tuple(Selection(kind, {}, tuple(map(Selection, names))) for kind in kinds)


SUMS: Final[list[tuple[list[Any], tuple[Any, ...]]]] = [
    (["0.1", "0.20"], (2, "0.30", "0.15", "0.1", "0.20")),
    (["1", "0", "0"], (3, "1", "0.3333333333333333333333333333333333", "0", "1")),
    (["1E+40", "1", "-1E+40"], (3, "0", "0", "-1E+40", "1E+40")),
    (["-0", "-0"], (2, "0", "0", "-0", "-0")),
    ([LARGEST, LARGEST], (2, "Infinity", "Infinity", LARGEST, LARGEST)),
    ([None, None], (0, "0", None, None, None)),
]


@pytest.mark.parametrize(("values", "expected"), SUMS)
async def test_aggregates(
    engine: MongoEngine, values: list[Any], expected: tuple[Any, ...]
) -> None:
    await add(engine, *values, field="cap")
    request = Request("aggregate", "Item", {}, calculated("cap"))
    answer = await engine.execute(request, tx_id=None)
    assert tuple(answer[item.name]["cap"] for item in request.selections) == expected


STRANGE: Final[list[tuple[list[Any], tuple[Any, ...]]]] = [
    (
        [0.1, 0.2, Decimal128("1")],
        ("1.300000000000000016653345369377348", "0.433333333333333338884448456459116", "0.1", "1"),
    ),
    (
        [Int64(2**62), Int64(2**62), Decimal128("0.5")],
        ("9223372036854775808.5", "3074457345618258602.833333333333333", "0.5", str(2**62)),
    ),
    ([float("inf"), Decimal128("1")], ("Infinity", "Infinity", "1", "inf")),
    ([float("nan"), Decimal128("1")], ("NaN", "NaN", "nan", "1")),
    ([float("inf"), Decimal128("-Infinity")], ("NaN", "NaN", "-Infinity", "inf")),
    ([2, 3.5], ("5.5", "2.75", "2", "3.5")),
    ([1, Decimal128("1.0"), Decimal128("1.00")], ("3.00", "1.00", "1", "1")),
]


@pytest.mark.parametrize(("values", "expected"), STRANGE)
async def test_aggregates_of_what_others_have_stored(
    engine: MongoEngine, raw: Any, values: list[Any], expected: tuple[Any, ...]
) -> None:
    raw["Item"].insert_many([{"_id": n, "limit": v} for n, v in enumerate(values)])
    request = Request("aggregate", "Item", {}, calculated("cap")[1:])
    answer = await engine.execute(request, tx_id=None)
    got = tuple(answer[item.name]["cap"].lower() for item in request.selections)
    assert got[:2] == tuple(each.lower() for each in expected[:2])
    assert [
        Decimal(each).compare(Decimal(other))
        for each, other in zip(got[2:], expected[2:], strict=True)
    ]


async def test_groups(engine: MongoEngine) -> None:
    await add(engine, "1.0", "1.00", "2", "-0", "0", "2.5")
    sums = {"by": ["price"], "orderBy": [{"price": "desc"}]}
    selections = (Selection("price"), Selection("_count", {}, (Selection("_all"),)))
    request = Request("groupBy", "Item", sums, selections)
    answer = await engine.execute(request, tx_id=None)
    assert [(row["price"], row["_count"]["_all"]) for row in answer] == [
        ("2.5", 1), ("2", 1), ("1.0", 2), ("-0", 2),
    ]  # fmt: skip


HAVINGS: Final[list[tuple[Document, list[int]]]] = [
    ({"price": {"_sum": {"gt": "2.0"}}}, [2, 3]),
    ({"price": {"_sum": "2.00"}}, [1]),
    ({"price": {"_avg": {"lte": Decimal("1")}}}, [1]),
    ({"price": {"_avg": {"equals": "1.25"}}}, [2]),
    ({"price": {"_min": 1, "_max": {"lt": "1.25"}}}, [1]),
    ({"price": {"_count": {"gt": 1}}}, [1, 2]),
    ({"NOT": {"price": {"_sum": {"in": ["2", 9]}}}}, [2]),
]


@pytest.mark.parametrize(("having", "counts"), HAVINGS)
async def test_having(engine: MongoEngine, having: Document, counts: list[int]) -> None:
    for number, (count, price) in enumerate([(1, 1), (1, "1.0"), (2, 1), (2, 1.5), (3, 9)]):
        await ask(engine, "createOne", data={"id": number, "pieces": count, "price": price})
    arguments = {"by": ["pieces"], "having": having, "orderBy": [{"pieces": "asc"}]}
    request = Request("groupBy", "Item", arguments, (Selection("pieces"),))
    assert [row["pieces"] for row in await engine.execute(request, tx_id=None)] == counts


# --- order, pages, uniques ---


async def test_order_and_pages(engine: MongoEngine) -> None:
    await add(engine, "2", "10", "1.0", "1.00", "-1E+2", "1", "0.5")
    ascending = [5, 7, 3, 4, 6, 1, 2]

    async def page(direction: str, **arguments: Any) -> list[int]:
        rows = await ask(engine, "findMany", orderBy=[{"price": direction}], **arguments)
        return [row["id"] for row in rows]

    assert await page("asc") == ascending
    assert await page("desc", take=9) == [2, 1, *[3, 4, 6], 7, 5]
    for start in range(7):
        cursor = {"id": ascending[start]}
        for take in (1, 2, 3, 4):
            expected = ascending[start : start + take]
            assert await page("asc", cursor=cursor, take=take) == expected
            assert (
                await page("asc", cursor=cursor, take=take, skip=1)
                == (ascending[start + 1 : start + 1 + take])
            )
            assert (
                await page("asc", cursor=cursor, take=-take)
                == (ascending[max(0, start + 1 - take) : start + 1])
            )
    for take in range(1, 8):
        assert await page("asc", take=take) == ascending[:take]
    assert await page("asc", distinct=["price"]) == [5, 7, 3, 1, 2]


async def test_an_optional_unique(engine: MongoEngine) -> None:
    await ask(engine, "createOne", data={"id": 1})
    await ask(engine, "createOne", data={"id": 2})
    await ask(engine, "createOne", data={"id": 3, "code": None})
    await ask(engine, "createOne", data={"id": 4, "code": "-1E+9"})
    await ask(engine, "createOne", data={"id": 5, "code": "1.50"})
    with pytest.raises(UniqueViolationError):
        await ask(engine, "createOne", data={"id": 6, "code": "1.5"})
    with pytest.raises(UniqueViolationError):
        await ask(engine, "createOne", data={"id": 6, "code": Decimal("-1000000000")})
    assert await ask(engine, "findUnique", where={"code": 1.5}) == {"id": 5}
    data: Document = {"create": {"id": 7, "code": 7}, "update": {"price": "7.0"}}
    for price in ("1.50", "7.0"):
        where = {"code": "7.00"}
        answer = await ask(engine, "upsertOne", "price", where=where, **data)
        assert answer == {"price": price}


@pytest.mark.mongo_only("asks which index the server takes")
async def test_the_partial_index_serves(engine: MongoEngine, raw: Any) -> None:
    plan = raw["Item"].find({"code": Decimal128("1.5")}).explain()["queryPlanner"]["winningPlan"]
    assert plan["inputStage"]["stage"] == "IXSCAN"
    assert plan["inputStage"]["indexName"] == "Item_code_key"


# --- composites ---


async def test_composites(engine: MongoEngine, stored: Stored) -> None:
    costs = [{"net": 1}, {"net": "2.0", "tax": "0.10", "steps": [1, "2.5"]}]
    await ask(engine, "createOne", data={"id": 1, "cost": {"net": "10.00"}, "costs": costs})
    cost = stored("Item")[0]["cost"]
    assert {name: str(value) for name, value in cost.items()} == {"net": "10.00", "tax": "0.19"}

    assert await found(engine, cost={"is": {"net": {"gt": 9}}}) == [1]
    assert await found(engine, costs={"some": {"net": {"equals": 2}, "tax": "0.1"}}) == [1]
    assert await found(engine, costs={"some": {"steps": {"has": "2.50"}}}) == [1]
    assert await found(engine, costs={"every": {"net": {"lt": FieldReference("tax")}}}) == []

    for operator, after in (
        ("increment", "10.25"), ("decrement", "10.00"), ("multiply", "2.5000"), ("divide", "10.00"),
    ):  # fmt: skip
        data = {"cost": {"upsert": {"set": {"net": 1}, "update": {"net": {operator: "0.25"}}}}}
        await ask(engine, "updateOne", where={"id": 1}, data=data)
        assert str(stored("Item")[0]["cost"]["net"]) == after
    change = {"where": {"net": {"lt": 2}}, "data": {"tax": {"increment": "0.01"}}}
    await ask(engine, "updateOne", where={"id": 1}, data={"costs": {"updateMany": change}})
    assert [str(each["tax"]) for each in stored("Item")[0]["costs"]] == ["0.20", "0.10"]
    selection = Selection("costs", {}, (Selection("net"), Selection("steps")))
    request = Request("findMany", "Item", {}, (selection,))
    assert await engine.execute(request, tx_id=None) == [
        {"costs": [{"net": "1", "steps": []}, {"net": "2.0", "steps": ["1", "2.5"]}]}
    ]


async def test_a_stored_value_of_another_type_is_named(engine: MongoEngine, raw: Any) -> None:
    raw["Item"].insert_one({"_id": 1, "price": "1.50"})
    with pytest.raises(DataError) as caught:
        await ask(engine, "findMany", "price")
    assert caught.value.code == "P2023"
    assert caught.value.meta["stored_type"] == "string"
    raw["Item"].update_one({"_id": 1}, {"$set": {"price": Decimal128("NaN")}})
    assert await ask(engine, "findMany", "price") == [{"price": "NaN"}]
