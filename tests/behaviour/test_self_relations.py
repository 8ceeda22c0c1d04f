"""Relations of a model with itself: one to one, one to many, and through lists of ids."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Person {
  id        Int      @id @map("_id")
  name      String   @default("")
  spouseId  Int?     @unique
  spouse    Person?  @relation("couple", fields: [spouseId], references: [id], STAY)
  spouseOf  Person?  @relation("couple")
  bossId    Int?     @map("boss")
  boss      Person?  @relation("work", fields: [bossId], references: [id], STAY)
  staff     Person[] @relation("work")
  knowsIds  Int[]
  knows     Person[] @relation("knows", fields: [knowsIds], references: [id])
  knownIds  Int[]
  knownBy   Person[] @relation("knows", fields: [knownIds], references: [id])
}
""".replace("STAY", "onDelete: NoAction, onUpdate: NoAction")


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    engine = await pushed_for(SCHEMA)
    await ask(engine, "createMany", "Person", data=[{"id": 1}, {"id": 2}, {"id": 3}])
    return engine


async def person(engine: MongoEngine, number: int, data: Any, *select: str | Selection) -> Any:
    return await ask(engine, "updateOne", "Person", *select, where={"id": number}, data=data)


def column(stored: Stored, name: str) -> list[object]:
    return [person.get(name) for person in stored("Person")]


class TestOneToOne:
    async def test_from_the_side_of_the_key(self, engine: MongoEngine, stored: Stored) -> None:
        both = selected("spouse", "id", selected("spouseOf")), selected("spouseOf")
        answer = await person(engine, 1, {"spouse": {"connect": {"id": 2}}}, *both)
        assert answer == {"spouse": {"id": 2, "spouseOf": {"id": 1}}, "spouseOf": None}
        assert column(stored, "spouseId") == [2, None, None]

    async def test_from_the_other_side(self, engine: MongoEngine, stored: Stored) -> None:
        await person(engine, 1, {"spouseOf": {"connect": {"id": 2}}})
        assert column(stored, "spouseId") == [None, 1, None]
        await person(engine, 1, {"spouseOf": {"create": {"id": 4}}})
        assert column(stored, "spouseId") == [None, None, None, 1]

    async def test_one_may_be_its_own(self, engine: MongoEngine, stored: Stored) -> None:
        both = selected("spouse"), selected("spouseOf")
        answer = await person(engine, 1, {"spouse": {"connect": {"id": 1}}}, *both)
        assert answer == {"spouse": {"id": 1}, "spouseOf": {"id": 1}}
        assert column(stored, "spouseId") == [1, None, None]

    async def test_connecting_one_with_the_partner_of_another(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await person(engine, 1, {"spouse": {"connect": {"id": 2}}})
        await person(engine, 3, {"spouse": {"connect": {"id": 2}}})
        assert column(stored, "spouseId") == [None, None, 2]


class TestOneToMany:
    async def test_up_and_down(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await person(
            engine,
            2,
            {"boss": {"connect": {"id": 1}}, "staff": {"connect": {"id": 3}, "create": {"id": 4}}},
            selected("boss", "id", selected("staff")),
            selected("staff", "id", selected("boss", selected("boss"))),
        )
        above = {"boss": {"boss": {"id": 1}}}
        assert answer == {
            "boss": {"id": 1, "staff": [{"id": 2}]},
            "staff": [{"id": 3, **above}, {"id": 4, **above}],
        }
        assert column(stored, "boss") == [None, 1, 2, 2]

    async def test_creating_a_tree(self, engine: MongoEngine, stored: Stored) -> None:
        staff = {"create": [{"id": 11, "staff": {"create": {"id": 12}}}, {"id": 13}]}
        await ask(engine, "createOne", "Person", data={"id": 10, "staff": staff})
        assert column(stored, "boss")[3:] == [None, 10, 11, 10]

    async def test_only_its_own_staff(self, engine: MongoEngine, stored: Stored) -> None:
        await person(engine, 1, {"staff": {"connect": {"id": 2}}})
        await person(engine, 1, {"staff": {"updateMany": {"where": {}, "data": {"name": "x"}}}})
        assert column(stored, "name") == ["", "x", ""]
        error = await refused(person(engine, 1, {"staff": {"delete": {"id": 3}}}))
        assert error.code == "P2025"
        await person(engine, 1, {"staff": {"deleteMany": {}}})
        assert column(stored, "_id") == [1, 3]

    async def test_filters(self, engine: MongoEngine) -> None:
        await person(engine, 1, {"staff": {"connect": [{"id": 2}, {"id": 3}]}})
        for where, found in [
            ({"boss": {"is": {"id": 1}}}, [2, 3]),
            ({"boss": None}, [1]),
            ({"staff": {"some": {"id": 3}}}, [1]),
            ({"staff": {"none": {}}}, [2, 3]),
            ({"boss": {"staff": {"some": {"id": 2}}}}, [2, 3]),
        ]:
            answer = await ask(engine, "findMany", "Person", where=where)
            assert [person["id"] for person in answer] == found


class TestManyToMany:
    async def test_each_side_has_its_own_list(self, engine: MongoEngine, stored: Stored) -> None:
        await person(engine, 1, {"knows": {"connect": [{"id": 2}, {"id": 3}]}})
        await person(engine, 3, {"knows": {"connect": {"id": 1}}})
        assert column(stored, "knowsIds") == [[2, 3], None, [1]]
        assert column(stored, "knownIds") == [[3], [1], [1]]
        answer = await ask(
            engine, "findUnique", "Person", selected("knows"), selected("knownBy"), where={"id": 1}
        )
        assert answer == {"knows": [{"id": 2}, {"id": 3}], "knownBy": [{"id": 3}]}

    async def test_disconnecting(self, engine: MongoEngine, stored: Stored) -> None:
        await person(engine, 1, {"knows": {"connect": [{"id": 2}, {"id": 3}]}})
        await person(engine, 3, {"knownBy": {"disconnect": {"id": 1}}})
        assert column(stored, "knowsIds") == [[2], None, None]
        assert column(stored, "knownIds") == [None, [1], []]

    async def test_oneself(self, engine: MongoEngine, stored: Stored) -> None:
        await person(engine, 1, {"knows": {"connect": {"id": 1}}})
        assert (column(stored, "knowsIds")[0], column(stored, "knownIds")[0]) == ([1], [1])
