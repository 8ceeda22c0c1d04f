"""Decimal in models, which is ours beyond Prisma: values, filters, order, uniques, composites."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

import pytest
from bson import Decimal128, Int64
from prisma.errors import DataError, MissingRequiredValueError, UniqueViolationError
from pydantic import BaseModel

from prismongo.changes.decode import ChangeDecoder
from prismongo.engine import MongoEngine
from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.shapes import ModelForm, Shape
from prismongo.query.nodes.requests import Action, FieldReference, Request, Selection
from prismongo.query.nodes.selections import ScalarOutput, Selected
from prismongo.query.validate.changes import validate_changes
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from tests.behaviour.both import shape_request
from tests.engines import HEADER, Document, EngineFor, Stored

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
  stock  Int?
  cost   Cost?
  costs  Cost[]
  shopId Int?
  shop   Shop?     @relation("sold", fields: [shopId], references: [id])
  label  String?
  maker  Shop?     @relation("made", fields: [label], references: [name], onUpdate: Cascade)

  @@index([price])
}

model Shop {
  id    Int     @id @map("_id")
  key   Decimal @unique
  name  String? @unique
  items Item[]  @relation("sold")
  made  Item[]  @relation("made")
}
"""
LARGEST: Final = "9.999999999999999999999999999999999E+6144"
DATAMODEL: Final = parse(HEADER + SCHEMA)


class Item(BaseModel):
    """As a generated class declares it."""

    __prisma_model__: ClassVar = "Item"

    id: int
    price: Decimal
    cap: Decimal | None = None


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


# --- order, pages, uniques ---


async def test_order_and_pages(engine: MongoEngine) -> None:
    await add(engine, "2", "10", "1.0", "1.00", "-1E+2", "1", "0.5")
    ascending = [5, 7, 3, 4, 6, 1, 2]

    async def page(direction: str, **arguments: Any) -> list[int]:
        rows = await ask(engine, "findMany", orderBy=[{"price": direction}], **arguments)
        return [row["id"] for row in rows]

    assert await page("asc") == ascending
    assert await page("desc", take=9) == ascending[::-1]  # ties, too
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


# --- models, and their changes ---


def test_a_model_holds_pythons_decimals() -> None:
    model = DATAMODEL.model["Item"]
    outputs = tuple(ScalarOutput(model.by_name[name]) for name in Item.model_fields)
    read = Decoder(DATAMODEL).records(Selected(model, outputs), ModelForm(Shape(Item)))
    rows: list[Document] = [
        {"_id": 1, "price": Decimal128("1.50")},
        {"_id": 2, "price": 0.1, "limit": 3},
    ]
    assert [read(row).model_dump() for row in rows] == [
        {"id": 1, "price": Decimal("1.50"), "cap": None},
        {"id": 2, "price": Decimal("0.1"), "cap": Decimal(3)},
    ]
    assert type(read(rows[0]).price) is Decimal


async def test_changes_are_watched_by_decimals(engine: MongoEngine) -> None:
    where = {"price": {"gt": "1.50"}}
    asked = validate_changes(Validator(DATAMODEL), [shape_request(Item)], where, ["insert"])
    cursor = await engine.store.changes.open(asked, None)
    await add(engine, "1.5", "1.500", "2.50")
    while (event := await cursor.next()) is None:
        pass
    await cursor.close()
    change = ChangeDecoder(DATAMODEL, asked, [Shape(Item)]).change(event)
    assert change.after == Item(id=3, price=Decimal("2.50"))
