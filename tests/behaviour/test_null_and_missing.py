"""Null is stored, missing is not: what writes leave, what finds it, what reads make of it."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.fields import Json
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

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

model Note {
  id    Int    @id @map("_id")
  data  Json
  other Json   @default("{}")
  any   Json?
  many  Json[]
  page  Page?
}

type Page {
  text Json
}

type Box {
  size  Int?
  label String?
  lids  Int[]
}
"""

FIELDS = (
    "phone nr tags deckId",
    selected("box", "size label lids"),
    selected("boxes", "size"),
    selected("deck"),
)
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
        answer = await ask(engine, "findUnique", "Card", *FIELDS, where={"id": 1})
        assert answer == {**EMPTY, "deckId": document.get("deckId")}

    async def test_inside_a_composite(self, engine: MongoEngine, raw: Any) -> None:
        raw["Card"].insert_one({"_id": 1, "name": "x", "box": {"label": None}, "boxes": [{}]})
        answer = await ask(engine, "findUnique", "Card", *FIELDS, where={"id": 1})
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
        error = await refused(ask(engine, "findMany", "Deck", "id title"))
        assert error.code == "P2032"
        assert await ask(engine, "findMany", "Deck") == [{"id": 1}]


class TestJson:
    """Null is a value of JSON, but a required field that holds it could not be read."""

    @pytest.mark.parametrize("null", [Json(None), "null"])
    @pytest.mark.parametrize(
        ("path", "data"),
        [
            ("data", lambda null: {"data": null}),
            ("other", lambda null: {"data": Json(1), "other": null}),
            ("page.text", lambda null: {"data": Json(1), "page": {"text": null}}),
        ],
    )
    async def test_a_required_one_is_not_written_as_null(
        self, engine: MongoEngine, data: Any, path: str, null: Any
    ) -> None:
        given, note = data(null), {"id": 1, "data": Json(1)}
        errors = [
            await refused(ask(engine, "createOne", "Note", data={"id": 1, **given})),
            await refused(ask(engine, "createMany", "Note", data=[{"id": 1, **given}])),
        ]
        await ask(engine, "createOne", "Note", data=note)
        errors += [
            await refused(ask(engine, "updateOne", "Note", where={"id": 1}, data=given)),
            await refused(ask(engine, "updateMany", "Note", data=given)),
        ]
        for error in errors:
            assert error.code == "P2009"
            assert f"{path}`: null is no value of a required Json" in str(error)
        assert await ask(engine, "findMany", "Note", "id") == [{"id": 1}]

    async def test_an_optional_one_and_a_list_hold_it(self, engine: MongoEngine) -> None:
        data = {"id": 1, "data": Json([None]), "any": Json(None), "many": [Json(None)]}
        found = await ask(engine, "createOne", "Note", "data any many", data=data)
        assert found == {"data": "[null]", "any": None, "many": ["null"]}


class TestFinding:
    @pytest.fixture
    async def cards(self, engine: MongoEngine) -> None:
        null, given = {"phone": None, "deckId": None}, {"phone": "1", "nr": 0}
        cards = [{"id": 1}, {"id": 2, **null}, {"id": 3, **given}]
        await ask(engine, "createMany", "Card", data=cards)

    @pytest.mark.usefixtures("cards")
    @pytest.mark.parametrize(
        ("where", "ids"),
        [
            ({"phone": None}, [2]),
            ({"phone": {"equals": None}}, [2]),
            ({"phone": {"isSet": False}}, [1]),
            ({"phone": {"isSet": True}}, [2, 3]),
            ({"OR": [{"phone": None}, {"phone": {"isSet": False}}]}, [1, 2]),
            ({"phone": {"not": None}}, [3]),
            ({"phone": {"not": "1"}}, [2]),
            ({"phone": {"in": ["1", "2"]}}, [3]),
            ({"nr": {"lt": 5}}, [3]),
            ({"nr": {"gte": 0}}, [3]),
            ({"deck": None}, [1, 2, 3]),
        ],
    )
    async def test_the_trap(self, engine: MongoEngine, where: Any, ids: list[int]) -> None:
        """`None` finds what was stored as null, and not what was never given."""
        answer = await ask(engine, "findMany", "Card", where=where)
        assert [card["id"] for card in answer] == ids


class TestOptionalUnique:
    @pytest.mark.parametrize("data", [{}, {"phone": None, "nr": None}])
    async def test_many_may_lack_it(self, engine: MongoEngine, stored: Stored, data: Any) -> None:
        for number in (1, 2, 3):
            await ask(engine, "createOne", "Card", data={"id": number, **data})
        assert len(stored("Card")) == 3

    @pytest.mark.parametrize(("data", "field"), [({"phone": "1"}, "phone"), ({"nr": 0}, "nr")])
    async def test_a_value_is_held_once(
        self, engine: MongoEngine, stored: Stored, data: Any, field: str
    ) -> None:
        await ask(engine, "createOne", "Card", data={"id": 1, **data})
        await ask(engine, "createOne", "Card", data={"id": 2})
        for asked in (
            ask(engine, "createOne", "Card", data={"id": 3, **data}),
            ask(engine, "updateOne", "Card", where={"id": 2}, data=data),
        ):
            error = await refused(asked)
            assert (error.code, error.meta["target"]) == ("P2002", [field])
        await ask(engine, "updateOne", "Card", where={"id": 1}, data={field: None})
        await ask(engine, "updateOne", "Card", where={"id": 2}, data=data)
        assert [field in card and card[field] is not None for card in stored("Card")] == [
            False,
            True,
        ]

    @pytest.mark.parametrize("where", [{"phone": None}, {}, {"id": None}])
    async def test_null_identifies_nobody(self, engine: MongoEngine, where: Any) -> None:
        error = await refused(ask(engine, "findUnique", "Card", where=where))
        assert error.code in ("P2009", "P2012")


class TestWriting:
    async def test_a_disconnected_key_is_null_and_an_unset_one_is_gone(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        data = {"id": 1, "title": "t", "cards": {"create": [{"id": 1}, {"id": 2}]}}
        await ask(engine, "createOne", "Deck", data=data)
        await ask(engine, "updateOne", "Card", where={"id": 1}, data={"deck": {"disconnect": True}})
        await ask(engine, "updateOne", "Card", where={"id": 2}, data={"deckId": {"unset": True}})
        assert stored("Card") == [{"_id": 1, "name": "", "deckId": None}, {"_id": 2, "name": ""}]

    @pytest.mark.parametrize(
        "data", [{"name": None}, {"name": {"set": None}}, {"name": {"unset": True}}]
    )
    async def test_a_required_value_stays(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        await ask(engine, "createOne", "Card", data={"id": 1, "name": "n"})
        error = await refused(ask(engine, "updateOne", "Card", where={"id": 1}, data=data))
        assert error.code == "P2009"
        assert stored("Card") == [{"_id": 1, "name": "n"}]
