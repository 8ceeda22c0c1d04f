"""A generated client of Decimals: alone, in lists, in composite values; and of views."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from prisma.errors import DataError

from prismongo.service import Service
from prismongo.testing import fake
from tests.generator.clients import generated

SCHEMA: Final = """
type Cost {
  net   Decimal
  tax   Decimal   @default(0.19)
  steps Decimal[]
}

model Item {
  id    Int       @id @map("_id")
  shelf String    @default("a")
  price Decimal   @default("1.50")
  cap   Decimal?
  code  Decimal?  @unique
  marks Decimal[]
  cost  Cost?
  costs Cost[]
}

view Sale {
  item  Int
  total Decimal
}
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    yield from generated(tmp_path_factory.mktemp("decimals"), "client_of_decimals", SCHEMA)


@pytest.fixture
def database(client: Any) -> Any:
    return fake(type("Database", (Service, client.Prisma), {}))


async def test_records_hold_decimals(client: Any, database: Any) -> None:
    data = {
        "id": 1,
        "price": Decimal("2.50"),
        "marks": [Decimal("1.0"), Decimal("2")],
        "cost": {"net": Decimal("0.10"), "steps": [Decimal("0.1")]},
        "costs": [{"net": Decimal("3"), "tax": Decimal("0.07")}],
    }
    made = await database.item.create(data)
    cost = client.models.Cost(net="0.10", tax="0.19", steps=["0.1"])
    costs = [client.models.Cost(net="3", tax="0.07", steps=[])]
    assert made == client.models.Item(**{**data, "shelf": "a", "cost": cost, "costs": costs})
    held = [made.price, *made.marks, made.cost.net, made.cost.tax, made.costs[0].net]
    assert list(map(repr, held)) == [
        f"Decimal('{text}')" for text in ("2.50", "1.0", "2", "0.10", "0.19", "3")
    ]
    assert made.cap is None


async def test_filters(database: Any) -> None:
    prices = ["-1", "0.1", "0.10", "2"]
    await database.item.create_many(
        [
            {"id": number, "price": Decimal(price), "marks": [Decimal(price)]}
            for number, price in enumerate(prices, 1)
        ]
    )
    await database.item.update(
        where={"id": 4}, data={"cost": {"net": Decimal("0.5")}, "code": Decimal("7.0")}
    )

    async def found(**where: Any) -> list[int]:
        return [item.id for item in await database.item.find_many(where=where)]

    assert await found(price=Decimal("0.100")) == [2, 3]
    assert await found(price={"in": [Decimal("0.1"), Decimal(2)]}) == [2, 3, 4]
    assert await found(price={"not_in": [Decimal("0.1"), Decimal(2)]}) == [1]
    assert await found(price={"lt": Decimal("0.1")}) == [1]
    assert await found(price={"gte": Decimal("0.1"), "not": Decimal(2)}) == [2, 3]
    assert await found(cap={"is_set": False}) == [1, 2, 3, 4]
    assert await found(marks={"has": Decimal("2.0")}) == [4]
    assert await found(marks={"has_some": [Decimal("-1.0"), Decimal(2)]}) == [1, 4]
    assert await found(cost={"is": {"net": {"gt": Decimal("0.49")}}}) == [4]
    by_code = await database.item.find_unique(where={"code": Decimal(7)})
    assert by_code.id == 4
    with pytest.raises(DataError):
        await found(price={"contains": "1"})


async def test_updates(database: Any) -> None:
    await database.item.create({"id": 1})
    after = []
    for operator, operand in (
        ("increment", "0.25"),
        ("decrement", "1"),
        ("multiply", "2.0"),
        ("divide", "4"),
        ("set", "9.90"),
    ):
        data = {"price": {operator: Decimal(operand)}}
        after.append((await database.item.update(where={"id": 1}, data=data)).price)
    assert list(map(str, after)) == ["1.75", "0.75", "1.500", "0.375", "9.90"]
    pushed = {"marks": {"push": Decimal("1.0")}, "costs": {"push": [{"net": Decimal("1")}]}}
    made = await database.item.update(where={"id": 1}, data=pushed)
    assert (made.marks, made.costs[0].tax) == ([Decimal("1.0")], Decimal("0.19"))
    many = {"where": {"net": {"gt": Decimal(0)}}, "data": {"tax": {"increment": Decimal("0.01")}}}
    made = await database.item.update(where={"id": 1}, data={"costs": {"update_many": many}})
    assert made.costs[0].tax == Decimal("0.20")
    gone = {"delete_many": {"where": {"tax": Decimal("0.2")}}}
    assert (await database.item.update(where={"id": 1}, data={"costs": gone})).costs == []


async def test_what_is_calculated_are_decimals(database: Any) -> None:
    rows = [("a", "0.1"), ("a", "0.20"), ("b", "5")]
    for number, (shelf, text) in enumerate(rows, 1):
        await database.item.create({"id": number, "shelf": shelf, "price": Decimal(text)})
    price = {"price": True}
    kinds = dict.fromkeys(("sum", "avg", "min", "max", "count"), price)
    assert await database.item.aggregate(**kinds) == {
        "_sum": {"price": Decimal("5.30")},
        "_avg": {"price": Decimal("1.766666666666666666666666666666667")},
        "_min": {"price": Decimal("0.1")},
        "_max": {"price": Decimal("5")},
        "_count": {"price": 3},
    }
    groups = await database.item.group_by(
        ["shelf"],
        sum=price,
        avg=price,
        having={"price": {"_sum": {"lt": Decimal("0.31")}}},
        order={"shelf": "asc"},
    )
    assert groups == [
        {"shelf": "a", "_sum": {"price": Decimal("0.30")}, "_avg": {"price": Decimal("0.15")}}
    ]
    groups = await database.item.group_by(["price"], count=True, order={"_sum": {"price": "desc"}})
    assert [str(group["price"]) for group in groups] == ["5", "0.20", "0.1"]


def test_types_say_so(client: Any) -> None:
    inputs = Path(client.__file__).with_name("_inputs.py").read_text(encoding="utf-8")
    shared = dict(re.findall(r"^(_\w+) = (.*)$", inputs, re.MULTILINE))

    def items(name: str) -> dict[str, str]:
        body = inputs.partition(f"class {name}(")[2].partition("\n\n")[0].splitlines()[1:]
        said = dict(line.strip().split(": ", 1) for line in body if ": " in line)
        return {key: shared.get(kind, kind) for key, kind in said.items()}

    def decimals(name: str) -> dict[str, str]:
        fields = ("price", "cap", "marks")
        return {key: kind for key, kind in items(name).items() if key in fields}

    number = "_Optional[_Decimal]"
    assert decimals("ItemOptionalCreateWithoutRelationsInput") == {
        "price": "_Decimal",
        "cap": number,
        "marks": "_List[_Decimal]",
    }
    assert decimals("_ItemWhere") == {
        "price": "_Union[_Decimal, _FieldReference[_Decimal], DecimalFilter]",
        "cap": "_Union[None, _Decimal, _FieldReference[_Decimal], DecimalNullableFilter]",
        "marks": "_Union[_List[_Decimal], _FieldReference[_List[_Decimal]], DecimalListFilter]",
    }
    assert decimals("ItemUpdateManyMutationInput") == {
        "price": "_Union[_Decimal, AtomicDecimalInput]",
        "cap": "_Union[None, _Decimal, AtomicDecimalInput, _Unset]",
        "marks": "DecimalListUpdate",
    }
    assert decimals("ItemNumberAggregateInput") == {"price": "_bool", "cap": "_bool"}
    assert decimals("ItemMaxAggregateInput") == {"price": "_bool", "cap": "_bool"}
    assert decimals("ItemAvgAggregateOutput") == {"price": "_Decimal", "cap": number}
    assert decimals("ItemSumAggregateOutput") == {"price": "_Decimal", "cap": number}
    assert decimals("_ItemTotals") == {"price": number, "cap": number}
    assert decimals("ItemScalarAggregateOutput") == {
        "price": "_Decimal",
        "cap": number,
        "marks": "_List[_Decimal]",
    }


async def test_a_view_without_a_unique_is_read(client: Any, database: Any) -> None:
    assert client.types.SaleWhereUniqueInput is not None
    assert await database.sale.find_many(where={"total": {"gt": Decimal(1)}}) == []
