"""Updating records: one, many, by sums and lists; what is refused changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Int64
from prisma.errors import FieldNotFoundError, RecordNotFoundError, UniqueViolationError
from prisma.fields import Json

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, refused
from tests.engines import EngineFor, Stored

SCHEMA = """
model Sack {
  id      Int       @id @map("_id")
  label   String    @unique
  grain   String?   @map("g")
  kilos   Int       @default(10)
  price   Float?
  grains  BigInt?
  sealed  Boolean?
  tags    String[]
  holes   Int[]
  notes   Json[]
  milled  DateTime?
  touched DateTime? @updatedAt
  shedId  Int?
  shed    Shed?     @relation(fields: [shedId], references: [id])
}

model Shed {
  id    Int    @id @map("_id")
  sacks Sack[]
}
"""


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    engine = await pushed_for(SCHEMA)
    sack = {"id": 1, "label": "a", "grain": "rye", "price": 2.5, "tags": ["x"]}
    await ask(engine, "createMany", "Sack", data=[sack, {"id": 2, "label": "b"}])
    return engine


async def update(
    engine: MongoEngine, data: Any, *select: str | Selection, where: Any = None
) -> Any:
    return await ask(engine, "updateOne", "Sack", *select, where=where or {"id": 1}, data=data)


class TestOne:
    async def test_values_and_sets(self, engine: MongoEngine, stored: Stored) -> None:
        before = stored("Sack")
        data = {"label": "c", "kilos": 5, "price": None}
        sets = {"grain": {"set": "oat"}, "sealed": {"set": True}}
        answer = await update(engine, {**data, **sets}, *data, *sets)
        assert answer == {**data, "grain": "oat", "sealed": True}
        sack, other = stored("Sack")
        assert isinstance(sack.pop("touched"), datetime)
        assert sack == {
            "_id": 1,
            "label": "c",
            "g": "oat",
            "kilos": 5,
            "sealed": True,
            "price": None,
            "tags": ["x"],
        }
        assert other == before[1]

    async def test_nothing(self, engine: MongoEngine, stored: Stored) -> None:
        before = stored("Sack")
        assert await update(engine, {}, "label") == {"label": "a"}
        assert stored("Sack") == before

    @pytest.mark.parametrize(
        "where", [{"label": "a"}, {"id": 1, "grain": "rye"}, {"id": 1, "kilos": 10}]
    )
    async def test_found_by_any_unique(
        self, engine: MongoEngine, stored: Stored, where: Any
    ) -> None:
        await update(engine, {"kilos": 1}, where=where)
        assert [sack["kilos"] for sack in stored("Sack")] == [1, 10]

    @pytest.mark.parametrize("where", [{"id": 9}, {"label": "z"}, {"id": 1, "grain": "oat"}])
    async def test_not_found(self, engine: MongoEngine, stored: Stored, where: Any) -> None:
        before = stored("Sack")
        error = await refused(update(engine, {"kilos": 1}, where=where))
        assert isinstance(error, RecordNotFoundError)
        assert error.code == "P2025"
        assert stored("Sack") == before

    async def test_the_data_are_read_before_the_record_is_looked_for(
        self, engine: MongoEngine
    ) -> None:
        error = await refused(update(engine, {"wings": 1}, where={"id": 9}))
        assert isinstance(error, FieldNotFoundError)

    @pytest.mark.parametrize(
        "data",
        [
            {"id": 5},
            {"label": None},
            {"label": {"set": None}},
            {"label": {"increment": 1}},
            {"label": {"unset": True}},
            {"kilos": {"set": 1, "increment": 1}},
            {"kilos": {}},
            {"kilos": {"power": 2}},
            {"kilos": "5"},
            {"kilos": {"divide": 0}},
            {"tags": None},
            {"tags": {"unset": True}},
            {"tags": {"push": 1}},
            {"tags": {"push": [None]}},
            {"shed": None},
            {"shedId": 1, "shed": {"create": {"id": 1}}},
        ],
    )
    async def test_data_that_cannot_be(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        before = stored("Sack")
        error = await refused(update(engine, data))
        assert error.code == "P2009"
        assert stored("Sack") == before

    async def test_a_taken_unique(self, engine: MongoEngine, stored: Stored) -> None:
        before = stored("Sack")
        error = await refused(update(engine, {"label": "b", "kilos": 1}))
        assert isinstance(error, UniqueViolationError)
        assert error.meta["target"] == ["label"]
        assert stored("Sack") == before

    @pytest.mark.parametrize("text", ["$label", "$$ROOT", "$$REMOVE"])
    async def test_text_stays_text(self, engine: MongoEngine, stored: Stored, text: str) -> None:
        data = {"label": text, "grain": {"set": text}, "tags": {"push": text}}
        answer = await update(engine, data, "label grain tags")
        assert answer == {"label": text, "grain": text, "tags": ["x", text]}
        assert stored("Sack")[0]["label"] == text

    async def test_the_time_of_the_last_change(self, engine: MongoEngine, stored: Stored) -> None:
        await update(engine, {"kilos": 1})
        assert isinstance(stored("Sack")[0]["touched"], datetime)
        await update(engine, {"kilos": 2, "touched": datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)})
        touched = stored("Sack")[0]["touched"]
        assert touched.replace(tzinfo=None) == datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001


class TestNumbers:
    @pytest.mark.parametrize(
        ("change", "kilos"),
        [
            ({"increment": 3}, 13),
            ({"decrement": 3}, 7),
            ({"multiply": -2}, -20),
            ({"divide": 3}, 3),
            ({"divide": -3}, -3),
            ({"set": 0}, 0),
        ],
    )
    async def test_of_an_int(
        self, engine: MongoEngine, stored: Stored, change: Any, kilos: int
    ) -> None:
        answer = await update(engine, {"kilos": change}, "kilos")
        assert answer == {"kilos": kilos}
        assert stored("Sack")[0]["kilos"] == kilos
        assert isinstance(stored("Sack")[0]["kilos"], int)

    @pytest.mark.parametrize(
        ("change", "price"),
        [
            ({"increment": 1.25}, 3.75),
            ({"decrement": 1}, 1.5),
            ({"multiply": 2}, 5.0),
            ({"divide": 2}, 1.25),
        ],
    )
    async def test_of_a_float(
        self, engine: MongoEngine, stored: Stored, change: Any, price: float
    ) -> None:
        answer = await update(engine, {"price": change}, "price")
        assert answer == {"price": price}
        assert stored("Sack")[0]["price"] == price
        assert isinstance(stored("Sack")[0]["price"], float)

    @pytest.mark.parametrize("change", ["increment", "decrement", "multiply", "divide"])
    async def test_of_nothing_is_nothing(
        self, engine: MongoEngine, stored: Stored, change: Any
    ) -> None:
        answer = await update(engine, {"grains": {change: 2}}, "grains")
        assert answer == {"grains": None}
        assert stored("Sack")[0].get("grains") is None

    async def test_of_a_big_int_stays_exact(self, engine: MongoEngine, stored: Stored) -> None:
        await update(engine, {"grains": 9007199254740993})
        await update(engine, {"grains": {"increment": 2}})
        grains = stored("Sack")[0]["grains"]
        assert grains == 9007199254740995
        assert isinstance(grains, Int64)


OBJECT: Any = {"a": 1}


class TestLists:
    @pytest.mark.parametrize(
        ("change", "tags"),
        [
            (["y", "z"], ["y", "z"]),
            ([], []),
            ({"set": ["y"]}, ["y"]),
            ({"push": "y"}, ["x", "y"]),
            ({"push": ["y", "z"]}, ["x", "y", "z"]),
            ({"push": []}, ["x"]),
        ],
    )
    async def test_set_and_push(
        self, engine: MongoEngine, stored: Stored, change: Any, tags: list[str]
    ) -> None:
        answer = await update(engine, {"tags": change}, "tags")
        assert answer == {"tags": tags}
        assert stored("Sack")[0]["tags"] == tags

    async def test_push_to_a_list_that_is_not_there(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        assert "holes" not in stored("Sack")[0]
        await update(engine, {"holes": {"push": 3}})
        assert stored("Sack")[0]["holes"] == [3]

    @pytest.mark.parametrize(
        ("pushed", "notes"),
        [
            (Json(OBJECT), [OBJECT]),
            (Json([1, [2]]), [1, [2]]),
            ([Json([1, [2]]), Json(3)], [[1, [2]], 3]),
        ],
    )
    async def test_push_to_a_list_of_json(
        self, engine: MongoEngine, stored: Stored, pushed: Any, notes: list[object]
    ) -> None:
        """One array pushes its elements, as Prisma has it (prisma/prisma#18019)."""
        await update(engine, {"notes": {"push": pushed}})
        assert stored("Sack")[0]["notes"] == notes


class TestUnset:
    async def test_it_takes_the_field_away(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"grain": {"unset": True}, "price": {"unset": False}}
        answer = await update(engine, data, "grain price")
        assert answer == {"grain": None, "price": 2.5}
        assert "g" not in stored("Sack")[0]

    async def test_what_is_not_there(self, engine: MongoEngine, stored: Stored) -> None:
        await update(engine, {"sealed": {"unset": True}})
        assert "sealed" not in stored("Sack")[0]


class TestMany:
    async def test_those_that_fit(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"kilos": {"increment": 1}, "tags": {"push": "m"}, "shedId": 4}
        answer = await ask(engine, "updateMany", "Sack", where={"grain": "rye"}, data=data)
        assert answer == {"count": 1}
        first, second = stored("Sack")
        assert (first["kilos"], first["tags"], first["shedId"]) == (11, ["x", "m"], 4)
        assert (second["kilos"], second.get("tags"), "shedId" in second) == (10, None, False)

    @pytest.mark.parametrize(
        ("where", "count"), [({}, 2), ({"where": {}}, 2), ({"where": {"id": 9}}, 0)]
    )
    async def test_how_many(self, engine: MongoEngine, where: Any, count: int) -> None:
        for _ in range(2):  # again found, though nothing is new
            answer = await ask(engine, "updateMany", "Sack", data={"sealed": True}, **where)
            assert answer == {"count": count}

    async def test_relations_are_not_for_many(self, engine: MongoEngine) -> None:
        error = await refused(
            ask(engine, "updateMany", "Sack", data={"shed": {"create": {"id": 1}}})
        )
        assert error.code == "P2009"

    async def test_a_taken_unique_leaves_all_as_they_were(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        before = stored("Sack")
        error = await refused(ask(engine, "updateMany", "Sack", data={"label": "q"}))
        assert error.code == "P2002"
        assert stored("Sack") == before
