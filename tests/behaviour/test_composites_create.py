"""Composite types in creates: stored as embedded documents, with defaults of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Order {
  id     Int     @id @map("_id")
  to     Address
  from   Address? @map("sender")
  lines  Line[]  @map("items")
}

type Address {
  street String  @map("s")
  town   String  @default("Delft")
  floor  Int?
  at     Point?
}

type Point {
  x Float @default(0)
  y Float
}

type Line {
  sku   String
  count Int      @default(1)
  made  DateTime @default(now())
  tags  String[]
  parts Part[]
}

type Part {
  name String
  kind Kind @default(IRON)
}

enum Kind {
  IRON @map("fe")
  TIN
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


async def create(engine: MongoEngine, data: Any, *select: str | Selection) -> Any:
    return await ask(engine, "createOne", "Order", *select, data=data)


class TestOne:
    @pytest.mark.parametrize("wrapped", [False, True])
    async def test_with_what_is_in_it(
        self, engine: MongoEngine, stored: Stored, wrapped: bool
    ) -> None:
        address = {"street": "Oude Delft 1", "floor": 2, "at": {"y": 1.5}}
        to = selected("to", "street town floor", selected("at", "x y"))
        data = {"id": 1, "to": {"set": address} if wrapped else address}
        answer = await create(engine, data, to, selected("from", "town"), selected("lines", "sku"))
        made = {"town": "Delft", "floor": 2, "at": {"x": 0.0, "y": 1.5}}
        assert answer == {"to": {"street": "Oude Delft 1", **made}, "from": None, "lines": []}
        assert stored("Order") == [{"_id": 1, "to": {"s": "Oude Delft 1", **made}}]

    async def test_what_is_not_given_is_not_stored_and_null_is(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await create(engine, {"id": 1, "to": {"street": "a", "floor": None}, "from": None})
        assert stored("Order") == [
            {"_id": 1, "to": {"s": "a", "town": "Delft", "floor": None}, "sender": None}
        ]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ({"id": 1}, "P2009"),
            ({"id": 1, "to": None}, "P2009"),
            ({"id": 1, "to": {}}, "P2009"),
            ({"id": 1, "to": {"town": "x"}}, "P2009"),
            ({"id": 1, "to": {"street": None}}, "P2009"),
            ({"id": 1, "to": {"street": "a", "town": None}}, "P2009"),
            ({"id": 1, "to": {"street": "a", "wings": 2}}, "P2009"),
            ({"id": 1, "to": {"street": "a", "at": {"x": 1}}}, "P2009"),
            ({"id": 1, "to": [{"street": "a"}]}, "P2009"),
            ({"id": 1, "to": {"set": {"street": "a"}, "town": "b"}}, "P2009"),
        ],
    )
    async def test_refused(self, engine: MongoEngine, stored: Stored, data: Any, code: str) -> None:
        error = await refused(create(engine, data))
        assert error.code == code
        assert stored("Order") == []

    @pytest.mark.parametrize("text", ["$street", "$$ROOT"])
    async def test_text_stays_text(self, engine: MongoEngine, stored: Stored, text: str) -> None:
        await create(engine, {"id": 1, "to": {"street": text}})
        assert stored("Order")[0]["to"]["s"] == text


class TestList:
    @pytest.mark.parametrize(
        ("given", "skus"),
        [
            ([{"sku": "a"}, {"sku": "b"}], ["a", "b"]),
            ({"set": [{"sku": "a"}]}, ["a"]),
            ({"sku": "a"}, ["a"]),
            ({"set": {"sku": "a"}}, ["a"]),
            ([], []),
        ],
    )
    async def test_its_elements(
        self, engine: MongoEngine, stored: Stored, given: Any, skus: list[str]
    ) -> None:
        data = {"id": 1, "to": {"street": "a"}, "lines": given}
        answer = await create(engine, data, selected("lines", "sku count"))
        assert answer == {"lines": [{"sku": sku, "count": 1} for sku in skus]}
        lines = stored("Order")[0]["items"]
        assert [line["sku"] for line in lines] == skus
        assert all(isinstance(line["made"], datetime) for line in lines)

    async def test_lists_inside_its_elements(self, engine: MongoEngine, stored: Stored) -> None:
        parts = [{"name": "p"}, {"name": "q", "kind": "TIN"}]
        lines = [{"sku": "a", "tags": ["x", "y"], "parts": parts}]
        data = {"id": 1, "to": {"street": "a"}, "lines": lines}
        chosen = selected("lines", "tags", selected("parts", "name kind"))
        answer = await create(engine, data, chosen)
        assert answer == {
            "lines": [
                {
                    "tags": ["x", "y"],
                    "parts": [{"name": "p", "kind": "IRON"}, {"name": "q", "kind": "TIN"}],
                }
            ]
        }
        assert stored("Order")[0]["items"][0]["parts"] == [
            {"name": "p", "kind": "fe"},
            {"name": "q", "kind": "TIN"},
        ]

    @pytest.mark.parametrize(
        "given",
        [None, [None], {"set": None}, [{}], [{"sku": 1}], [{"sku": "a", "parts": [{}]}]],
    )
    async def test_refused(self, engine: MongoEngine, stored: Stored, given: Any) -> None:
        error = await refused(create(engine, {"id": 1, "to": {"street": "a"}, "lines": given}))
        assert error.code == "P2009"
        assert stored("Order") == []


async def test_of_many(engine: MongoEngine, stored: Stored) -> None:
    full = {"id": 2, "to": {"set": {"street": "b"}}, "lines": {"sku": "c"}}
    await ask(engine, "createMany", "Order", data=[{"id": 1, "to": {"street": "a"}}, full])
    first, second = stored("Order")
    assert first == {"_id": 1, "to": {"s": "a", "town": "Delft"}}
    assert second["items"][0]["count"] == 1


UNSUPPORTED = """
model Box {
  id  Int   @id @map("_id")
  lid Lid?
}
type Lid {
  name String
  area Unsupported("polygon")?
}
"""


async def test_a_member_that_is_unsupported_is_not_in_the_client(
    engine_for: EngineFor, raw: Any
) -> None:
    engine = await engine_for(UNSUPPORTED)
    raw["Box"].insert_one({"_id": 1, "lid": {"name": "a", "area": [1]}})
    assert await ask(engine, "findMany", "Box", "lid") == [{"lid": {"name": "a"}}]
    error = await refused(ask(engine, "findMany", "Box", selected("lid", "area")))
    assert error.code == "P2009"
    for lid in (
        {"name": "b", "area": 1},
        {"upsert": {"set": {"name": "b"}, "update": {"area": 1}}},
    ):
        error = await refused(ask(engine, "updateOne", "Box", where={"id": 1}, data={"lid": lid}))
        assert (error.code, "area" in str(error)) == ("P2009", True)
    await ask(
        engine,
        "updateOne",
        "Box",
        where={"id": 1},
        data={"lid": {"upsert": {"set": {"name": "b"}, "update": {"name": "c"}}}},
    )
    assert list(raw["Box"].find()) == [{"_id": 1, "lid": {"name": "c", "area": [1]}}]
