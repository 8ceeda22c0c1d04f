"""Deleting related records through the one they belong to, one to many."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Hive {
  id    Int    @id @map("_id")
  place String @default("")
  bees  Bee[]
  honey Honey?
}

model Bee {
  id     Int    @id @map("_id")
  name   String @unique
  age    Int    @default(0)
  hiveId Int?
  hive   Hive?  @relation(fields: [hiveId], references: [id])
  wings  Wing[]
}

model Wing {
  id    Int  @id @map("_id")
  beeId Int
  bee   Bee  @relation(fields: [beeId], references: [id], onDelete: Cascade)
}

model Honey {
  id     Int  @id @map("_id")
  hiveId Int  @unique
  hive   Hive @relation(fields: [hiveId], references: [id])
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    engine = await engine_for(SCHEMA)
    bees = [
        {"id": 1, "name": "ada", "age": 3, "wings": {"create": [{"id": 1}, {"id": 2}]}},
        {"id": 2, "name": "bea", "age": 5},
    ]
    await ask(engine, "createOne", "Hive", data={"id": 1, "bees": {"create": bees}})
    await ask(engine, "createOne", "Hive", data={"id": 2})
    data = {"id": 3, "name": "cat", "age": 5, "wings": {"create": {"id": 3}}}
    await ask(engine, "createOne", "Bee", data=data)
    return engine


async def hive(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    bees, data = selected("bees"), {"bees": data}
    return await ask(engine, "updateOne", "Hive", bees, where={"id": number}, data=data)


async def bee(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    where = {"id": number}
    return await ask(engine, "updateOne", "Bee", selected("hive"), where=where, data={"hive": data})


def ids(stored: Stored, collection: str = "Bee") -> list[int]:
    return [document["_id"] for document in stored(collection)]


class TestDelete:
    @pytest.mark.parametrize(
        ("data", "left"),
        [
            ({"delete": {"id": 1}}, [2, 3]),
            ({"delete": {"name": "bea"}}, [1, 3]),
            ({"delete": [{"id": 1}, {"name": "bea"}]}, [3]),
            ({"delete": {"id": 1, "name": "ada"}}, [2, 3]),
            ({"delete": []}, [1, 2, 3]),
        ],
    )
    async def test_in_a_list(
        self, engine: MongoEngine, stored: Stored, data: Any, left: list[int]
    ) -> None:
        answer = await hive(engine, data)
        assert ids(stored) == left
        assert [bee["id"] for bee in answer["bees"]] == [number for number in left if number < 3]
        assert ids(stored, "Wing") == ([1, 2, 3] if 1 in left else [3])

    @pytest.mark.parametrize(
        "data", [{"id": 3}, {"id": 9}, [{"id": 1}, {"id": 9}], {"id": 1, "name": "bea"}]
    )
    async def test_only_what_belongs_to_it(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        before = stored("Bee")
        error = await refused(hive(engine, {"delete": data}))
        assert error.code == "P2025"
        assert stored("Bee") == before
        assert ids(stored, "Wing") == [1, 2, 3]

    @pytest.mark.parametrize(
        ("data", "gone"),
        [
            ({"delete": True}, True),
            ({"delete": False}, False),
            ({"delete": {"place": ""}}, True),
        ],
    )
    async def test_from_the_side_of_the_key(
        self, engine: MongoEngine, stored: Stored, data: Any, gone: bool
    ) -> None:
        answer = await bee(engine, data)
        assert answer == {"hive": None if gone else {"id": 1}}
        assert ids(stored, "Hive") == ([2] if gone else [1, 2])
        assert [bee.get("hiveId") for bee in stored("Bee")] == (
            [None, None, None] if gone else [1, 1, None]
        )

    @pytest.mark.parametrize(
        ("data", "number"), [({"delete": True}, 3), ({"delete": {"place": "x"}}, 1)]
    )
    async def test_there_is_none(
        self, engine: MongoEngine, stored: Stored, data: Any, number: int
    ) -> None:
        error = await refused(bee(engine, data, number))
        assert error.code == "P2025"
        assert ids(stored, "Hive") == [1, 2]

    async def test_what_others_need_stays(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, "createOne", "Honey", data={"id": 1, "hiveId": 1})
        error = await refused(bee(engine, {"delete": True}))
        assert error.code == "P2014"
        assert ids(stored, "Hive") == [1, 2]
        assert stored("Bee")[0]["hiveId"] == 1

    @pytest.mark.parametrize("data", [{"delete": {}}, {"delete": True}, {"delete": {"age": 3}}])
    async def test_what_cannot_be_said(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        error = await refused(hive(engine, data))
        assert error.code == "P2009"
        assert ids(stored) == [1, 2, 3]


class TestDeleteMany:
    @pytest.mark.parametrize(
        ("data", "left"),
        [
            ({"deleteMany": {}}, [3]),
            ({"deleteMany": {"age": 5}}, [1, 3]),
            ({"deleteMany": [{"age": {"lt": 4}}, {"id": 3}]}, [2, 3]),
            ({"deleteMany": {"wings": {"some": {"id": {"gt": 0}}}}}, [2, 3]),
            ({"deleteMany": {"id": 9}}, [1, 2, 3]),
            ({"deleteMany": []}, [1, 2, 3]),
        ],
    )
    async def test_those_that_belong_and_fit(
        self, engine: MongoEngine, stored: Stored, data: Any, left: list[int]
    ) -> None:
        await hive(engine, data)
        assert ids(stored) == left
        assert ids(stored, "Wing") == ([1, 2, 3] if 1 in left else [3])

    async def test_of_a_record_without_any(self, engine: MongoEngine, stored: Stored) -> None:
        await hive(engine, {"deleteMany": {}}, 2)
        assert ids(stored) == [1, 2, 3]


async def test_deeper(engine: MongoEngine, stored: Stored) -> None:
    await hive(engine, {"update": {"where": {"id": 1}, "data": {"wings": {"delete": {"id": 2}}}}})
    assert ids(stored, "Wing") == [1, 3]
    await hive(engine, {"update": {"where": {"id": 1}, "data": {"wings": {"deleteMany": {}}}}})
    assert ids(stored, "Wing") == [3]
    assert ids(stored) == [1, 2, 3]
