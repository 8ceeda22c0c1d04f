"""What Decimals come to: updates, aggregates and groups, digit by digit as the server has them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest
from bson import Decimal128, Int64

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action, Request, Selection
from tests.behaviour.test_decimal import LARGEST, SCHEMA, add, ask, prices, refused
from tests.engines import Document, EngineFor, Stored


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    return await pushed_for(SCHEMA)


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


@pytest.mark.parametrize("before", ["x", ["1"], {"a": 1}], ids=repr)
@pytest.mark.parametrize("operator", ["increment", "decrement", "multiply", "divide"])
@pytest.mark.parametrize("name", ["price", "cap", "pieces", "stock"])
async def test_what_is_no_number_is_not_calculated_with(
    engine: MongoEngine, raw: Any, name: str, operator: str, before: object
) -> None:
    names = ("price", "limit", "pieces", "stock")
    raw["Item"].insert_one({"_id": 1, **dict.fromkeys(names, before)})
    error = await refused(engine, "updateOne", where={"id": 1}, data={name: {operator: 2}})
    if name == "stock" or (name, operator) == ("pieces", "divide"):
        assert error.code == "P2020"
    else:
        code = 16554 if (name, operator) == ("cap", "increment") else 14
        assert f"on the database: {code} " in str(error)


async def test_a_boolean_is_a_number_to_whole_ones_alone(engine: MongoEngine, raw: Any) -> None:
    raw["Item"].insert_one({"_id": 1, "price": Decimal128("1"), "stock": True, "limit": True})
    data: Document = {"stock": {"increment": 2}}
    assert await ask(engine, "updateOne", "stock", where={"id": 1}, data=data) == {"stock": 3}
    error = await refused(engine, "updateOne", where={"id": 1}, data={"cap": {"increment": 2}})
    assert error.code == "P2035"


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


async def shops(engine: MongoEngine, action: Action, *names: str, **arguments: Any) -> Any:
    selections = tuple(map(Selection, names or ("id",)))
    return await engine.execute(Request(action, "Shop", arguments, selections), tx_id=None)


async def test_a_record_is_found_by_a_unique_decimal(engine: MongoEngine, stored: Stored) -> None:
    await shops(engine, "createOne", data={"id": 1, "key": "1.50"})
    data: Document = {"key": {"decrement": "0.5"}, "items": {"create": [{"id": 1}]}}
    answer = await shops(engine, "updateOne", "key", where={"key": "1.500"}, data=data)
    assert answer == {"key": "1.00"}
    await ask(engine, "createOne", data={"id": 2, "code": "2.00"})
    data = {"items": {"connect": [{"code": "2.0"}, {"id": 1}]}}
    await shops(engine, "updateOne", where={"id": 1}, data=data)
    assert [row["shopId"] for row in stored("Item")] == [1, 1]


async def test_a_key_changes_beside_a_decimal(engine: MongoEngine, stored: Stored) -> None:
    await shops(engine, "createOne", data={"id": 1, "key": "1.50", "name": "a"})
    await ask(engine, "createOne", data={"id": 1, "label": "a"})
    for operator in ("increment", "decrement", "multiply", "divide"):
        data: Document = {"name": operator, "key": {operator: "2"}}
        await shops(engine, "updateOne", where={"id": 1}, data=data)
        assert stored("Item")[0]["label"] == operator
    assert prices(stored("Shop"), "key") == ["1.50"]


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
    ([float("inf"), Decimal128("1")], ("Infinity", "Infinity", "1", "Infinity")),
    ([float("nan"), Decimal128("1")], ("NaN", "NaN", "NaN", "1")),
    ([float("inf"), Decimal128("-Infinity")], ("NaN", "NaN", "-Infinity", "Infinity")),
    ([2, 3.5], ("5.5", "2.75", "2", "3.5")),
    ([1, Decimal128("1.0"), Decimal128("1.00")], ("3.00", "1.00", "1.00", "1.00")),
]


@pytest.mark.parametrize(("values", "expected"), STRANGE)
async def test_aggregates_of_what_others_have_stored(
    engine: MongoEngine, raw: Any, values: list[Any], expected: tuple[Any, ...]
) -> None:
    raw["Item"].insert_many([{"_id": n, "limit": v} for n, v in enumerate(values)])
    request = Request("aggregate", "Item", {}, calculated("cap")[1:])
    answer = await engine.execute(request, tx_id=None)
    got = [answer[item.name]["cap"] for item in request.selections]
    assert tuple(got) == expected


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
