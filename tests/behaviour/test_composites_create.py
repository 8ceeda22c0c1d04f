"""Composite types in creates: stored as embedded documents, with defaults of their own."""

from __future__ import annotations

from datetime import datetime

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

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


def create(data: str, selection: str = "id") -> str:
    return f"mutation {{ createOneOrder(data: {data}) {{ {selection} }} }}"


class TestOne:
    @pytest.mark.parametrize("wrap", ["%s", "{set: %s}"])
    async def test_with_what_is_in_it(self, engine: MongoEngine, stored: Stored, wrap: str) -> None:
        address = '{street: "Oude Delft 1", floor: 2, at: {y: 1.5}}'
        answer = await ask(
            engine,
            create(
                f"{{id: 1, to: {wrap.replace('%s', address)}}}",
                "to { street town floor at { x y } } from { town } lines { sku }",
            ),
        )
        assert answer == {
            "to": {
                "street": "Oude Delft 1",
                "town": "Delft",
                "floor": 2,
                "at": {"x": 0.0, "y": 1.5},
            },
            "from": None,
            "lines": [],
        }
        assert stored("Order") == [
            {
                "_id": 1,
                "to": {
                    "s": "Oude Delft 1",
                    "town": "Delft",
                    "floor": 2,
                    "at": {"x": 0.0, "y": 1.5},
                },
            }
        ]

    async def test_what_is_not_given_is_not_stored_and_null_is(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, create('{id: 1, to: {street: "a", floor: null}, from: null}'))
        assert stored("Order") == [
            {"_id": 1, "to": {"s": "a", "town": "Delft", "floor": None}, "sender": None}
        ]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ("{id: 1}", "P2009"),
            ("{id: 1, to: null}", "P2009"),
            ("{id: 1, to: {}}", "P2009"),
            ('{id: 1, to: {town: "x"}}', "P2009"),
            ("{id: 1, to: {street: null}}", "P2009"),
            ('{id: 1, to: {street: "a", town: null}}', "P2009"),
            ('{id: 1, to: {street: "a", wings: 2}}', "P2009"),
            ('{id: 1, to: {street: "a", at: {x: 1}}}', "P2009"),
            ('{id: 1, to: [{street: "a"}]}', "P2009"),
            ('{id: 1, to: {set: {street: "a"}, town: "b"}}', "P2009"),
        ],
    )
    async def test_refused(self, engine: MongoEngine, stored: Stored, data: str, code: str) -> None:
        error = await refused(engine, create(data))
        assert error.code == code
        assert stored("Order") == []

    @pytest.mark.parametrize("text", ["$street", "$$ROOT"])
    async def test_text_stays_text(self, engine: MongoEngine, stored: Stored, text: str) -> None:
        await ask(engine, create(f'{{id: 1, to: {{street: "{text}"}}}}'))
        assert stored("Order")[0]["to"]["s"] == text


class TestList:
    @pytest.mark.parametrize(
        ("given", "skus"),
        [
            ('[{sku: "a"}, {sku: "b"}]', ["a", "b"]),
            ('{set: [{sku: "a"}]}', ["a"]),
            ('{sku: "a"}', ["a"]),
            ('{set: {sku: "a"}}', ["a"]),
            ("[]", []),
        ],
    )
    async def test_its_elements(
        self, engine: MongoEngine, stored: Stored, given: str, skus: list[str]
    ) -> None:
        answer = await ask(
            engine, create(f'{{id: 1, to: {{street: "a"}}, lines: {given}}}', "lines { sku count }")
        )
        assert answer == {"lines": [{"sku": sku, "count": 1} for sku in skus]}
        lines = stored("Order")[0]["items"]
        assert [line["sku"] for line in lines] == skus
        assert all(isinstance(line["made"], datetime) for line in lines)

    async def test_lists_inside_its_elements(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            create(
                """{id: 1, to: {street: "a"}, lines: [
                  {sku: "a", tags: ["x", "y"], parts: [{name: "p"}, {name: "q", kind: TIN}]}
                ]}""",
                "lines { tags parts { name kind } }",
            ),
        )
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
        ["null", "[null]", "{set: null}", "[{}]", "[{sku: 1}]", '[{sku: "a", parts: [{}]}]'],
    )
    async def test_refused(self, engine: MongoEngine, stored: Stored, given: str) -> None:
        error = await refused(engine, create(f'{{id: 1, to: {{street: "a"}}, lines: {given}}}'))
        assert error.code == "P2009"
        assert stored("Order") == []


async def test_of_many(engine: MongoEngine, stored: Stored) -> None:
    await ask(
        engine,
        """mutation { createManyOrder(data: [
          {id: 1, to: {street: "a"}}, {id: 2, to: {set: {street: "b"}}, lines: {sku: "c"}}
        ]) { count } }""",
    )
    first, second = stored("Order")
    assert first == {"_id": 1, "to": {"s": "a", "town": "Delft"}}
    assert second["items"][0]["count"] == 1
