"""Composite types in updates: set, update, upsert and unset of one, at any depth."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

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


def update(data: str, number: int = 1, selection: str = "id") -> str:
    return f"mutation {{ updateOneRobot(where: {{id: {number}}}, data: {data}) {{ {selection} }} }}"


class TestSet:
    @pytest.mark.parametrize("data", ['{head: {colour: "x"}}', '{head: {set: {colour: "x"}}}'])
    async def test_the_whole_is_replaced(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        answer = await ask(engine, update(data, selection="head { eyes colour hat { size } }"))
        assert answer == {"head": {"eyes": 2, "colour": "x", "hat": None}}
        assert stored("Robot")[0] == {**ROBOT, "head": {"c": "x", "eyes": 2}}

    @pytest.mark.parametrize("data", ["{arm: null}", "{arm: {set: null}}"])
    async def test_null(self, engine: MongoEngine, stored: Stored, data: str) -> None:
        assert await ask(engine, update(data, selection="arm { length }")) == {"arm": None}
        assert stored("Robot")[0] == {**ROBOT, "limb": None}

    async def test_unset(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, update("{arm: {unset: false}}"))
        assert stored("Robot")[0] == ROBOT
        await ask(engine, update("{arm: {unset: true}}"))
        assert "limb" not in stored("Robot")[0]


class TestUpdate:
    @pytest.mark.parametrize(
        ("data", "head"),
        [
            ("{eyes: 9}", {"eyes": 9}),
            ("{eyes: {increment: 1}}", {"eyes": 3}),
            ('{colour: {set: "$c"}}', {"c": "$c"}),
            ("{hat: {unset: true}}", {"hat": None}),
            ("{hat: null}", {"hat": "null"}),
            ("{hat: {set: {size: 1}}}", {"hat": {"size": 1}}),
            ("{hat: {size: 1}}", {"hat": {"size": 1}}),
            (
                "{hat: {upsert: {set: {size: 1}, update: {size: {multiply: 2}}}}}",
                {"hat": {"size": 10, "label": "L"}},
            ),
            (
                "{hat: {upsert: {set: {size: 1}, update: {label: {unset: true}}}}}",
                {"hat": {"size": 5}},
            ),
            (
                "{hat: {upsert: {set: {size: 1}, update: {band: {set: {width: 3}}}}}}",
                {"hat": {"size": 5, "label": "L", "band": {"width": 3, "text": ""}}},
            ),
        ],
    )
    async def test_what_is_named_changes_and_the_rest_stays(
        self, engine: MongoEngine, stored: Stored, data: str, head: dict[str, Any]
    ) -> None:
        await ask(engine, update(f"{{head: {{update: {data}}}}}"))
        expected: dict[str, Any] = {**ROBOT["head"], **head}  # type: ignore[dict-item]
        if head.get("hat", "") is None:
            del expected["hat"]
        if head.get("hat") == "null":
            expected["hat"] = None
        assert stored("Robot")[0] == {**ROBOT, "head": expected}

    async def test_beside_other_fields(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, update('{name: "z", head: {update: {eyes: 0}}, arm: {length: 2}}'))
        assert stored("Robot")[0] == {
            "_id": 1,
            "name": "z",
            "head": {**ROBOT["head"], "eyes": 0},  # type: ignore[dict-item]
            "limb": {"length": 2.0},
        }

    async def test_of_many(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            """mutation { updateManyRobot(data: {
              head: {update: {eyes: {decrement: 1}}}
            }) { count } }""",
        )
        assert answer == {"count": 2}
        assert [robot["head"]["eyes"] for robot in stored("Robot")] == [1, 0]


class TestUpsert:
    ARM = "{arm: {upsert: {set: {length: 9}, update: {length: {increment: 1}, marks: {push: 2}}}}}"

    @pytest.mark.parametrize(
        ("number", "limb"), [(1, {"length": 2.5, "marks": [1, 2]}), (2, {"length": 9.0})]
    )
    async def test_there_or_not(
        self, engine: MongoEngine, stored: Stored, number: int, limb: dict[str, Any]
    ) -> None:
        answer = await ask(engine, update(self.ARM, number, "arm { length }"))
        assert answer == {"arm": {"length": limb["length"]}}
        assert stored("Robot")[number - 1]["limb"] == limb

    async def test_null_is_not_there(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, update("{arm: null}"))
        await ask(engine, update(self.ARM))
        assert stored("Robot")[0]["limb"] == {"length": 9.0}

    async def test_one_inside_another(self, engine: MongoEngine, stored: Stored) -> None:
        """Prisma: the inner one follows the outer in any case, also where that has just set."""
        data = """{head: {update: {hat: {upsert: {
          set: {size: 1},
          update: {
            size: 7,
            band: {upsert: {set: {width: 1}, update: {width: {increment: 5}}}}
          }
        }}}}}"""
        await ask(engine, update(data, 2))
        assert stored("Robot")[1]["head"]["hat"]["size"] == 1
        await ask(engine, update(data, 2))
        hat = stored("Robot")[1]["head"]["hat"]
        assert (hat["size"], hat["band"]["text"]) == (7, "")

    async def test_sums_of_what_is_not_there(self, engine: MongoEngine, stored: Stored) -> None:
        data = "{arm: {upsert: {set: {}, update: {reach: {increment: 1}}}}}"
        await ask(engine, update(data))
        assert stored("Robot")[0]["limb"].get("reach") is None


class TestRefused:
    @pytest.mark.parametrize(
        "data",
        [
            "{head: null}",
            "{head: {unset: true}}",
            "{head: {update: {}}}",
            "{head: {update: {wings: 1}}}",
            "{head: {update: {colour: null}}}",
            "{head: {update: {colour: {unset: true}}}}",
            "{head: {upsert: {set: {}, update: {}}}}",
            "{head: {eyes: 1}}",
            "{arm: {update: {length: 1}}}",
            "{arm: {upsert: {set: {length: 1}}}}",
            "{arm: {upsert: {update: {length: 1}}}}",
            "{arm: {set: {wings: 1}}}",
            "{arm: {set: {}, unset: true}}",
            "{arm: {marks: null}}",
        ],
    )
    async def test_and_nothing_changes(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        before = stored("Robot")
        error = await refused(engine, update(data))
        assert error.code == "P2009"
        assert stored("Robot") == before
