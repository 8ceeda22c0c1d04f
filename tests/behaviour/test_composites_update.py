"""Composite types in updates: set, update, upsert and unset of one, at any depth."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Robot {
  id    Int     @id @map("_id")
  name  String  @default("")
  head  Head
  arm   Arm?    @map("limb")
}

type Head {
  eyes  Int     @default(2)
  colour String @map("c")
  hat   Hat?
}

type Hat {
  size  Int
  label String?
  band  Band?
}

type Band {
  width Int
  text  String @default("")
}

type Arm {
  length Float?
  marks  Int[]
  reach  BigInt?
}
"""

ROBOT = {
    "_id": 1,
    "name": "r",
    "head": {"c": "red", "eyes": 2, "hat": {"size": 5, "label": "L"}},
    "limb": {"length": 1.5, "marks": [1]},
}


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Any) -> MongoEngine:
    raw["Robot"].insert_many([ROBOT, {"_id": 2, "name": "s", "head": {"c": "blue", "eyes": 1}}])
    return await engine_for(SCHEMA)


async def update(engine: MongoEngine, data: Any, *select: str | Selection, number: int = 1) -> Any:
    return await ask(engine, "updateOne", "Robot", *select, where={"id": number}, data=data)


class TestSet:
    @pytest.mark.parametrize(
        "data", [{"head": {"colour": "x"}}, {"head": {"set": {"colour": "x"}}}]
    )
    async def test_the_whole_is_replaced(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        answer = await update(
            engine, data, selected("head", "eyes colour", selected("hat", "size"))
        )
        assert answer == {"head": {"eyes": 2, "colour": "x", "hat": None}}
        assert stored("Robot")[0] == {**ROBOT, "head": {"c": "x", "eyes": 2}}

    @pytest.mark.parametrize("data", [{"arm": None}, {"arm": {"set": None}}])
    async def test_null(self, engine: MongoEngine, stored: Stored, data: Any) -> None:
        assert await update(engine, data, selected("arm", "length")) == {"arm": None}
        assert stored("Robot")[0] == {**ROBOT, "limb": None}

    async def test_unset(self, engine: MongoEngine, stored: Stored) -> None:
        await update(engine, {"arm": {"unset": False}})
        assert stored("Robot")[0] == ROBOT
        await update(engine, {"arm": {"unset": True}})
        assert "limb" not in stored("Robot")[0]


class TestUpdate:
    @pytest.mark.parametrize(
        ("data", "head"),
        [
            ({"eyes": 9}, {"eyes": 9}),
            ({"eyes": {"increment": 1}}, {"eyes": 3}),
            ({"colour": {"set": "$c"}}, {"c": "$c"}),
            ({"hat": {"unset": True}}, {"hat": None}),
            ({"hat": None}, {"hat": "null"}),
            ({"hat": {"set": {"size": 1}}}, {"hat": {"size": 1}}),
            ({"hat": {"size": 1}}, {"hat": {"size": 1}}),
            (
                {"hat": {"upsert": {"set": {"size": 1}, "update": {"size": {"multiply": 2}}}}},
                {"hat": {"size": 10, "label": "L"}},
            ),
            (
                {"hat": {"upsert": {"set": {"size": 1}, "update": {"label": {"unset": True}}}}},
                {"hat": {"size": 5}},
            ),
            (
                {
                    "hat": {
                        "upsert": {"set": {"size": 1}, "update": {"band": {"set": {"width": 3}}}}
                    }
                },
                {"hat": {"size": 5, "label": "L", "band": {"width": 3, "text": ""}}},
            ),
        ],
    )
    async def test_what_is_named_changes_and_the_rest_stays(
        self, engine: MongoEngine, stored: Stored, data: Any, head: dict[str, Any]
    ) -> None:
        await update(engine, {"head": {"update": data}})
        expected: dict[str, Any] = {**ROBOT["head"], **head}  # type: ignore[dict-item]
        if head.get("hat", "") is None:
            del expected["hat"]
        if head.get("hat") == "null":
            expected["hat"] = None
        assert stored("Robot")[0] == {**ROBOT, "head": expected}

    async def test_beside_other_fields(self, engine: MongoEngine, stored: Stored) -> None:
        await update(engine, {"name": "z", "head": {"update": {"eyes": 0}}, "arm": {"length": 2}})
        assert stored("Robot")[0] == {
            "_id": 1,
            "name": "z",
            "head": {**ROBOT["head"], "eyes": 0},  # type: ignore[dict-item]
            "limb": {"length": 2.0},
        }

    async def test_of_many(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"head": {"update": {"eyes": {"decrement": 1}}}}
        answer = await ask(engine, "updateMany", "Robot", data=data)
        assert answer == {"count": 2}
        assert [robot["head"]["eyes"] for robot in stored("Robot")] == [1, 0]


LONGER = {"length": {"increment": 1}, "marks": {"push": 2}}
ARM = {"arm": {"upsert": {"set": {"length": 9}, "update": LONGER}}}


class TestUpsert:
    @pytest.mark.parametrize(
        ("number", "limb"), [(1, {"length": 2.5, "marks": [1, 2]}), (2, {"length": 9.0})]
    )
    async def test_there_or_not(
        self, engine: MongoEngine, stored: Stored, number: int, limb: dict[str, Any]
    ) -> None:
        answer = await update(engine, ARM, selected("arm", "length"), number=number)
        assert answer == {"arm": {"length": limb["length"]}}
        assert stored("Robot")[number - 1]["limb"] == limb

    async def test_null_is_not_there(self, engine: MongoEngine, stored: Stored) -> None:
        await update(engine, {"arm": None})
        await update(engine, ARM)
        assert stored("Robot")[0]["limb"] == {"length": 9.0}

    async def test_one_inside_another(self, engine: MongoEngine, stored: Stored) -> None:
        """Prisma: the inner one follows the outer in any case, also where that has just set."""
        data = {
            "head": {
                "update": {
                    "hat": {
                        "upsert": {
                            "set": {"size": 1},
                            "update": {
                                "size": 7,
                                "band": {
                                    "upsert": {
                                        "set": {"width": 1},
                                        "update": {"width": {"increment": 5}},
                                    }
                                },
                            },
                        }
                    }
                }
            }
        }
        await update(engine, data, number=2)
        assert stored("Robot")[1]["head"]["hat"]["size"] == 1
        await update(engine, data, number=2)
        hat = stored("Robot")[1]["head"]["hat"]
        assert (hat["size"], hat["band"]["text"]) == (7, "")

    async def test_sums_of_what_is_not_there(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"arm": {"upsert": {"set": {}, "update": {"reach": {"increment": 1}}}}}
        await update(engine, data)
        assert stored("Robot")[0]["limb"].get("reach") is None


class TestRefused:
    @pytest.mark.parametrize(
        "data",
        [
            {"head": None},
            {"head": {"unset": True}},
            {"head": {"update": {}}},
            {"head": {"update": {"wings": 1}}},
            {"head": {"update": {"colour": None}}},
            {"head": {"update": {"colour": {"unset": True}}}},
            {"head": {"upsert": {"set": {}, "update": {}}}},
            {"head": {"eyes": 1}},
            {"arm": {"update": {"length": 1}}},
            {"arm": {"upsert": {"set": {"length": 1}}}},
            {"arm": {"upsert": {"update": {"length": 1}}}},
            {"arm": {"set": {"wings": 1}}},
            {"arm": {"set": {}, "unset": True}},
            {"arm": {"marks": None}},
        ],
    )
    async def test_and_nothing_changes(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        before = stored("Robot")
        error = await refused(update(engine, data))
        assert error.code == "P2009"
        assert stored("Robot") == before
