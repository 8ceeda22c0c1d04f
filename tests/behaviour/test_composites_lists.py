"""Lists of composites in updates: set, push, updateMany and deleteMany, also inside elements."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import FieldReference
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Train {
  id    Int   @id @map("_id")
  cars  Car[] @map("waggons")
}

type Car {
  nr    Int
  kind  String? @map("k")
  seats Int     @default(60)
  doors Door[]
  notes String[]
}

type Door {
  side String
  wide Boolean @default(false)
}
"""

CARS: list[dict[str, Any]] = [
    {"nr": 1, "k": "steam", "seats": 0},
    {"nr": 2, "seats": 40, "doors": [{"side": "L", "wide": True}, {"side": "R", "wide": False}]},
    {"nr": 3, "k": None, "seats": 80, "notes": ["a"]},
]


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Any) -> MongoEngine:
    raw["Train"].insert_many([{"_id": 1, "waggons": CARS}, {"_id": 2}])
    return await engine_for(SCHEMA)


async def update(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    where = {"id": number}
    return await ask(
        engine, "updateOne", "Train", selected("cars", "nr seats"), where=where, data={"cars": data}
    )


def cars(stored: Stored, number: int = 1) -> list[dict[str, Any]]:
    found = stored("Train")[number - 1].get("waggons", "missing")
    assert isinstance(found, list)
    return found


class TestSetAndPush:
    @pytest.mark.parametrize(
        ("data", "numbers"),
        [
            ([{"nr": 7}, {"nr": 8}], [7, 8]),
            ({"nr": 7}, [7]),
            ([], []),
            ({"set": [{"nr": 7}]}, [7]),
            ({"set": {"nr": 7}}, [7]),
            ({"push": {"nr": 7}}, [1, 2, 3, 7]),
            ({"push": [{"nr": 7}, {"nr": 8}]}, [1, 2, 3, 7, 8]),
            ({"push": []}, [1, 2, 3]),
        ],
    )
    async def test_elements(
        self, engine: MongoEngine, stored: Stored, data: Any, numbers: list[int]
    ) -> None:
        answer = await update(engine, data)
        assert [car["nr"] for car in answer["cars"]] == numbers
        assert [car["nr"] for car in cars(stored)] == numbers
        for car in cars(stored):
            assert car["nr"] < 7 or car == {"nr": car["nr"], "seats": 60}

    async def test_push_to_a_list_that_is_not_there(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await update(engine, {"push": {"nr": 9, "kind": "$nr"}}, 2)
        assert cars(stored, 2) == [{"nr": 9, "k": "$nr", "seats": 60}]


class TestUpdateMany:
    @pytest.mark.parametrize(
        ("where", "seats"),
        [
            ({}, [1, 41, 81]),
            ({"nr": 2}, [0, 41, 80]),
            ({"seats": {"gte": 40}}, [0, 41, 81]),
            ({"kind": "steam"}, [1, 40, 80]),
            ({"kind": None}, [0, 40, 81]),
            ({"kind": {"isSet": False}}, [0, 41, 80]),
            ({"OR": [{"nr": 1}, {"NOT": {"nr": {"lt": 3}}}]}, [1, 40, 81]),
            ({"doors": {"some": {"side": "R"}}}, [0, 41, 80]),
            ({"notes": {"has": "a"}}, [0, 40, 81]),
            ({"nr": 9}, [0, 40, 80]),
        ],
    )
    async def test_the_elements_that_fit(
        self, engine: MongoEngine, stored: Stored, where: Any, seats: list[int]
    ) -> None:
        await update(engine, {"updateMany": {"where": where, "data": {"seats": {"increment": 1}}}})
        assert [car["seats"] for car in cars(stored)] == seats

    @pytest.mark.parametrize(
        ("data", "car"),
        [
            ({"seats": 5}, {"nr": 2, "seats": 5, "doors": CARS[1]["doors"]}),
            ({"kind": "$nr"}, {**CARS[1], "k": "$nr"}),
            ({"kind": {"unset": True}, "seats": {"divide": 3}}, {**CARS[1], "seats": 13}),
            ({"notes": {"push": "n"}}, {**CARS[1], "notes": ["n"]}),
            ({"doors": []}, {**CARS[1], "doors": []}),
            (
                {"doors": {"push": {"side": "T"}}},
                {**CARS[1], "doors": [*CARS[1]["doors"], {"side": "T", "wide": False}]},
            ),
            (
                {"doors": {"updateMany": {"where": {"wide": False}, "data": {"side": "X"}}}},
                {**CARS[1], "doors": [CARS[1]["doors"][0], {"side": "X", "wide": False}]},
            ),
            (
                {"doors": {"deleteMany": {"where": {"side": "L"}}}},
                {**CARS[1], "doors": [{"side": "R", "wide": False}]},
            ),
        ],
    )
    async def test_what_it_does_to_an_element(
        self, engine: MongoEngine, stored: Stored, data: Any, car: dict[str, Any]
    ) -> None:
        await update(engine, {"updateMany": {"where": {"nr": 2}, "data": data}})
        assert cars(stored) == [CARS[0], car, CARS[2]]

    async def test_of_a_list_that_is_not_there(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await update(engine, {"updateMany": {"where": {}, "data": {"seats": 1}}}, 2)
        assert answer == {"cars": []}
        assert stored("Train")[1].get("waggons", []) in ([], None)


class TestDeleteMany:
    @pytest.mark.parametrize(
        ("where", "left"),
        [
            ({}, []),
            ({"nr": {"in": [1, 3]}}, [2]),
            ({"doors": {"some": {"wide": True}}}, [1, 3]),
            ({"NOT": {"kind": "steam"}}, [1, 2]),
            ({"nr": 9}, [1, 2, 3]),
        ],
    )
    async def test_the_elements_that_fit(
        self, engine: MongoEngine, stored: Stored, where: Any, left: list[int]
    ) -> None:
        answer = await update(engine, {"deleteMany": {"where": where}})
        numbers = [car["nr"] for car in cars(stored)]
        assert [car["nr"] for car in answer["cars"]] == numbers
        assert numbers == left

    async def test_where_fields_of_an_element_compare(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        where: Any = {"seats": {"gt": FieldReference("nr", "Car")}}
        await update(engine, {"deleteMany": {"where": where}})
        assert cars(stored) == CARS[:1]

    async def test_of_a_list_that_is_not_there(self, engine: MongoEngine, stored: Stored) -> None:
        assert await update(engine, {"deleteMany": {"where": {}}}, 2) == {"cars": []}
        assert stored("Train")[1].get("waggons", []) in ([], None)


class TestRefused:
    @pytest.mark.parametrize(
        "data",
        [
            None,
            {},
            {"set": None},
            {"push": None},
            {"push": {}},
            {"push": {"nr": 1, "wings": 2}},
            {"unset": True},
            {"update": {"nr": 1}},
            {"updateMany": {"where": {}}},
            {"updateMany": {"data": {"nr": 1}}},
            {"updateMany": {"where": {"wings": 1}, "data": {"nr": 1}}},
            {"updateMany": {"where": {}, "data": {"nr": None}}},
            {"deleteMany": {}},
            {"deleteMany": {"nr": 1}},
            {"set": [], "push": []},
        ],
    )
    async def test_and_nothing_changes(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        before = stored("Train")
        error = await refused(update(engine, data))
        assert error.code == "P2009"
        assert stored("Train") == before


class TestElementsThatAreNone:
    """Others have stored what is no composite."""

    @pytest.mark.parametrize("odd", [1.5, "x", [{"nr": 9}]], ids=str)
    async def test_they_are_not_updated(
        self, engine: MongoEngine, stored: Stored, raw: Any, odd: object
    ) -> None:
        before = {"_id": 3, "waggons": [{"nr": 1}, odd]}
        raw["Train"].insert_one(before)
        data = {"cars": {"updateMany": {"where": {}, "data": {"seats": 7}}}}
        error = await refused(ask(engine, "updateOne", "Train", where={"id": 3}, data=data))
        assert (error.code, error.meta) == ("P2035", {"database_error": "Location4161105"})
        assert stored("Train")[2] == before

    @pytest.mark.parametrize("odd", [1.5, "x", [{"nr": 9}], None], ids=str)
    async def test_what_is_not_meant_is_not_looked_at(
        self, engine: MongoEngine, stored: Stored, raw: Any, odd: object
    ) -> None:
        raw["Train"].insert_one({"_id": 3, "waggons": [{"nr": 1}, odd]})
        meant = {"where": {"nr": 1}, "data": {"seats": 7}}
        data: dict[str, Any] = {"cars": {"updateMany": meant}}
        await ask(engine, "updateOne", "Train", where={"id": 3}, data=data)
        assert stored("Train")[2]["waggons"] == [{"nr": 1, "seats": 7}, odd]
        data = {"cars": {"deleteMany": {"where": {"nr": 1}}}}
        await ask(engine, "updateOne", "Train", where={"id": 3}, data=data)
        assert stored("Train")[2]["waggons"] == [odd]

    async def test_null_stays(self, engine: MongoEngine, stored: Stored, raw: Any) -> None:
        raw["Train"].insert_one({"_id": 3, "waggons": [{"nr": 1}, None]})
        data = {"cars": {"updateMany": {"where": {}, "data": {"seats": 7}}}}
        await ask(engine, "updateOne", "Train", where={"id": 3}, data=data)
        assert stored("Train")[2]["waggons"] == [{"nr": 1, "seats": 7}, None]

    @pytest.mark.parametrize("odd", [1.5, "x", None], ids=str)
    async def test_quantifiers_leave_them_out(
        self, engine: MongoEngine, raw: Any, odd: object
    ) -> None:
        raw["Train"].insert_one({"_id": 3, "waggons": [{"nr": 1}, odd]})
        found = {
            quantifier: await ask(
                engine, "findMany", "Train", where={"id": 3, "cars": {quantifier: {"nr": 1}}}
            )
            for quantifier in ("every", "some", "none")
        }
        assert found == {"every": [{"id": 3}], "some": [{"id": 3}], "none": []}
