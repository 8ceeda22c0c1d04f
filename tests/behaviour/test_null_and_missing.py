"""Null is stored, missing is not: what writes leave, what finds it, what reads make of it."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

SCHEMA = """
model Card {
  id     Int      @id @map("_id")
  name   String   @default("")
  phone  String?  @unique
  nr     Int?     @unique
  born   DateTime?
  tags   String[]
  box    Box?
  boxes  Box[]
  deckId Int?
  deck   Deck?    @relation(fields: [deckId], references: [id])
}

model Deck {
  id    Int    @id @map("_id")
  title String
  cards Card[]
}

type Box {
  size  Int?
  label String?
  lids  Int[]
}
"""

FIELDS = "phone nr tags box { size label lids } boxes { size } deckId deck { id }"
EMPTY: dict[str, Any] = {
    "phone": None,
    "nr": None,
    "tags": [],
    "box": None,
    "boxes": [],
    "deckId": None,
    "deck": None,
}


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    return await pushed_for(SCHEMA)


class TestReading:
    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"phone": None, "nr": None, "box": None, "deckId": None},
            {"tags": None, "boxes": None},
            {"tags": [], "boxes": []},
            {"deckId": 77},
        ],
    )
    async def test_both_read_as_none(
        self, engine: MongoEngine, raw: Any, document: dict[str, Any]
    ) -> None:
        raw["Card"].insert_one({"_id": 1, "name": "x", **document})
        answer = await ask(engine, f"{{ findUniqueCard(where: {{id: 1}}) {{ {FIELDS} }} }}")
        assert answer == {**EMPTY, "deckId": document.get("deckId")}

    async def test_inside_a_composite(self, engine: MongoEngine, raw: Any) -> None:
        raw["Card"].insert_one({"_id": 1, "name": "x", "box": {"label": None}, "boxes": [{}]})
        answer = await ask(engine, f"{{ findUniqueCard(where: {{id: 1}}) {{ {FIELDS} }} }}")
        assert answer == {
            **EMPTY,
            "box": {"size": None, "label": None, "lids": []},
            "boxes": [{"size": None}],
        }

    @pytest.mark.parametrize("document", [{}, {"title": None}])
    async def test_of_a_required_field_without_default_is_an_error(
        self, engine: MongoEngine, raw: Any, document: dict[str, Any]
    ) -> None:
        raw["Deck"].insert_one({"_id": 1, **document})
        error = await refused(engine, "{ findManyDeck { id title } }")
        assert error.code == "P2032"
        assert await ask(engine, "{ findManyDeck { id } }") == [{"id": 1}]


class TestFinding:
    @pytest.fixture
    async def cards(self, engine: MongoEngine) -> None:
        await ask(
            engine,
            """mutation { createManyCard(data: [
              {id: 1}, {id: 2, phone: null, deckId: null}, {id: 3, phone: "1", nr: 0}
            ]) { count } }""",
        )

    @pytest.mark.usefixtures("cards")
    @pytest.mark.parametrize(
        ("where", "ids"),
        [
            ("{phone: null}", [2]),
            ("{phone: {equals: null}}", [2]),
            ("{phone: {isSet: false}}", [1]),
            ("{phone: {isSet: true}}", [2, 3]),
            ("{OR: [{phone: null}, {phone: {isSet: false}}]}", [1, 2]),
            ("{phone: {not: null}}", [3]),
            ('{phone: {not: "1"}}', [2]),
            ('{phone: {in: ["1", "2"]}}', [3]),
            ("{nr: {lt: 5}}", [3]),
            ("{nr: {gte: 0}}", [3]),
            ("{deck: null}", [1, 2, 3]),
        ],
    )
    async def test_the_trap(self, engine: MongoEngine, where: str, ids: list[int]) -> None:
        """`None` finds what was stored as null, and not what was never given."""
        answer = await ask(engine, f"{{ findManyCard(where: {where}) {{ id }} }}")
        assert [card["id"] for card in answer] == ids


class TestOptionalUnique:
    @pytest.mark.parametrize("data", ["", ", phone: null, nr: null"])
    async def test_many_may_lack_it(self, engine: MongoEngine, stored: Stored, data: str) -> None:
        for number in (1, 2, 3):
            await ask(
                engine, f"mutation {{ createOneCard(data: {{id: {number}{data}}}) {{ id }} }}"
            )
        assert len(stored("Card")) == 3

    @pytest.mark.parametrize(("data", "field"), [('phone: "1"', "phone"), ("nr: 0", "nr")])
    async def test_a_value_is_held_once(
        self, engine: MongoEngine, stored: Stored, data: str, field: str
    ) -> None:
        await ask(engine, f"mutation {{ createOneCard(data: {{id: 1, {data}}}) {{ id }} }}")
        await ask(engine, "mutation { createOneCard(data: {id: 2}) { id } }")
        for query in (
            f"mutation {{ createOneCard(data: {{id: 3, {data}}}) {{ id }} }}",
            f"mutation {{ updateOneCard(where: {{id: 2}}, data: {{{data}}}) {{ id }} }}",
        ):
            error = await refused(engine, query)
            assert (error.code, error.meta["target"]) == ("P2002", [field])
        await ask(
            engine,
            f"mutation {{ updateOneCard(where: {{id: 1}}, data: {{{field}: null}}) {{ id }} }}",
        )
        await ask(
            engine, f"mutation {{ updateOneCard(where: {{id: 2}}, data: {{{data}}}) {{ id }} }}"
        )
        assert [field in card and card[field] is not None for card in stored("Card")] == [
            False,
            True,
        ]

    @pytest.mark.parametrize("where", ["{phone: null}", "{}", "{id: null}"])
    async def test_null_identifies_nobody(self, engine: MongoEngine, where: str) -> None:
        error = await refused(engine, f"{{ findUniqueCard(where: {where}) {{ id }} }}")
        assert error.code in ("P2009", "P2012")


class TestWriting:
    async def test_a_disconnected_key_is_null_and_an_unset_one_is_gone(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(
            engine,
            """mutation { createOneDeck(data: {id: 1, title: "t", cards: {create: [
              {id: 1}, {id: 2}
            ]}}) { id } }""",
        )
        await ask(
            engine,
            "mutation { updateOneCard(where: {id: 1}, data: {deck: {disconnect: true}}) { id } }",
        )
        await ask(
            engine,
            "mutation { updateOneCard(where: {id: 2}, data: {deckId: {unset: true}}) { id } }",
        )
        assert stored("Card") == [{"_id": 1, "name": "", "deckId": None}, {"_id": 2, "name": ""}]

    @pytest.mark.parametrize(
        "data", ["{name: null}", "{name: {set: null}}", "{name: {unset: true}}"]
    )
    async def test_a_required_value_stays(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        await ask(engine, 'mutation { createOneCard(data: {id: 1, name: "n"}) { id } }')
        error = await refused(
            engine, f"mutation {{ updateOneCard(where: {{id: 1}}, data: {data}) {{ id }} }}"
        )
        assert error.code == "P2009"
        assert stored("Card") == [{"_id": 1, "name": "n"}]
