"""One-to-one relations, from either side: a partner that is taken changes hands."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

MAYBE = """
model Hand {
  id    Int    @id @map("_id")
  size  Int    @default(8)
  glove Glove?
}

model Glove {
  id     Int   @id @map("_id")
  wool   Int   @default(1)
  handId Int?  @unique
  hand   Hand? @relation(fields: [handId], references: [id])
}
"""

MUST = MAYBE.replace("handId Int? ", "handId Int ").replace("hand   Hand? ", "hand   Hand ")


async def filled(engine: MongoEngine) -> MongoEngine:
    """Hands 1 and 2 with gloves 1 and 2, and hand 3 without."""
    for number in (1, 2):
        data = {"id": number, "glove": {"create": {"id": number}}}
        await ask(engine, "createOne", "Hand", data=data)
    await ask(engine, "createOne", "Hand", data={"id": 3})
    return engine


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    """Either side may be alone; glove 3 is."""
    engine = await filled(await pushed_for(MAYBE))
    await ask(engine, "createOne", "Glove", data={"id": 3})
    return engine


@pytest.fixture
async def strict(pushed_for: EngineFor) -> MongoEngine:
    """A glove has a hand."""
    return await filled(await pushed_for(MUST))


async def hand(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    glove, data = selected("glove"), {"glove": data}
    return await ask(engine, "updateOne", "Hand", glove, where={"id": number}, data=data)


async def glove(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    hand, data = selected("hand"), {"hand": data}
    return await ask(engine, "updateOne", "Glove", hand, where={"id": number}, data=data)


def keys(stored: Stored) -> dict[int, int | None]:
    return {glove["_id"]: glove.get("handId") for glove in stored("Glove")}


START = {1: 1, 2: 2, 3: None}


class TestFromTheSideWithoutTheKey:
    @pytest.mark.parametrize(
        ("data", "partner", "then"),
        [
            ({"connect": {"id": 3}}, 3, {1: None, 2: 2, 3: 1}),
            ({"connect": {"id": 2}}, 2, {1: None, 2: 1, 3: None}),
            ({"connect": {"id": 1}}, 1, START),
            ({"create": {"id": 4}}, 4, {1: None, 2: 2, 3: None, 4: 1}),
            (
                {"connectOrCreate": {"where": {"id": 3}, "create": {"id": 3}}},
                3,
                {1: None, 2: 2, 3: 1},
            ),
            (
                {"connectOrCreate": {"where": {"id": 4}, "create": {"id": 4}}},
                4,
                {1: None, 2: 2, 3: None, 4: 1},
            ),
            ({"disconnect": True}, None, {1: None, 2: 2, 3: None}),
            ({"disconnect": {"wool": 2}}, 1, START),
            ({"delete": True}, None, {2: 2, 3: None}),
            ({"upsert": {"create": {"id": 4}, "update": {"wool": 5}}}, 1, START),
            ({"update": {"wool": 5}}, 1, START),
        ],
    )
    async def test_in_an_update(
        self,
        engine: MongoEngine,
        stored: Stored,
        data: Any,
        partner: int | None,
        then: dict[int, int | None],
    ) -> None:
        answer = await hand(engine, data)
        assert answer == {"glove": None if partner is None else {"id": partner}}
        assert keys(stored) == then

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ({"delete": True}, "P2025"),
            ({"update": {"wool": 5}}, "P2025"),
            ({"connect": {"id": 9}}, "P2025"),
        ],
    )
    async def test_there_is_none(
        self, engine: MongoEngine, stored: Stored, data: Any, code: str
    ) -> None:
        error = await refused(hand(engine, data, 3))
        assert error.code == code
        assert keys(stored) == START

    async def test_in_a_create_the_partner_of_another_is_taken(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, "createOne", "Hand", data={"id": 4, "glove": {"connect": {"id": 1}}})
        assert keys(stored) == {1: 4, 2: 2, 3: None}

    @pytest.mark.parametrize(
        "data", [{"update": {"wool": 5}}, {"upsert": {"create": {"id": 4}, "update": {"wool": 5}}}]
    )
    async def test_the_partner_is_changed(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        await hand(engine, data)
        assert [glove["wool"] for glove in stored("Glove")] == [5, 1, 1]

    async def test_upsert_makes_one(self, engine: MongoEngine, stored: Stored) -> None:
        await hand(engine, {"upsert": {"create": {"id": 4}, "update": {"wool": 5}}}, 3)
        assert keys(stored) == {**START, 4: 3}


class TestFromTheSideOfTheKey:
    @pytest.mark.parametrize(
        ("data", "number", "then"),
        [
            ({"connect": {"id": 3}}, 1, {1: 3, 2: 2, 3: None}),
            ({"connect": {"id": 2}}, 1, {1: 2, 2: None, 3: None}),
            ({"connect": {"id": 1}}, 1, START),
            ({"connect": {"id": 1}}, 3, {1: None, 2: 2, 3: 1}),
            ({"create": {"id": 4}}, 1, {1: 4, 2: 2, 3: None}),
            ({"disconnect": True}, 1, {1: None, 2: 2, 3: None}),
            ({"delete": True}, 1, {1: None, 2: 2, 3: None}),
            ({"upsert": {"create": {"id": 4}, "update": {"size": 9}}}, 3, {1: 1, 2: 2, 3: 4}),
            ({"upsert": {"create": {"id": 4}, "update": {"size": 9}}}, 1, START),
        ],
    )
    async def test_in_an_update(
        self,
        engine: MongoEngine,
        stored: Stored,
        data: Any,
        number: int,
        then: dict[int, int | None],
    ) -> None:
        answer = await glove(engine, data, number)
        assert answer == {"hand": None if then[number] is None else {"id": then[number]}}
        assert keys(stored) == then

    async def test_in_a_create_the_partner_of_another_is_taken(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, "createOne", "Glove", data={"id": 4, "hand": {"connect": {"id": 1}}})
        assert keys(stored) == {1: None, 2: 2, 3: None, 4: 1}

    async def test_the_key_itself_is_unique(self, engine: MongoEngine, stored: Stored) -> None:
        error = await refused(
            ask(engine, "updateOne", "Glove", where={"id": 1}, data={"handId": 2})
        )
        assert error.code == "P2002"
        assert keys(stored) == START


class TestWhereTheKeyIsRequired:
    @pytest.mark.parametrize(
        "data",
        [
            {"connect": {"id": 2}},
            {"create": {"id": 4}},
            {"connectOrCreate": {"where": {"id": 2}, "create": {"id": 2}}},
            {"disconnect": True},
        ],
    )
    async def test_its_glove_cannot_lose_its_hand(
        self, strict: MongoEngine, stored: Stored, data: Any
    ) -> None:
        error = await refused(hand(strict, data))
        assert error.code == "P2014"
        assert keys(stored) == {1: 1, 2: 2}

    @pytest.mark.parametrize("data", [{"connect": {"id": 2}}, {"disconnect": True}])
    async def test_nor_can_one_glove_push_off_another(
        self, strict: MongoEngine, stored: Stored, data: Any
    ) -> None:
        error = await refused(glove(strict, data))
        assert error.code in ("P2014", "P2009")
        assert keys(stored) == {1: 1, 2: 2}

    @pytest.mark.parametrize(
        ("data", "number", "then"),
        [
            ({"connect": {"id": 1}}, 1, {1: 1, 2: 2}),
            ({"connect": {"id": 1}}, 3, {1: 3, 2: 2}),
            ({"create": {"id": 4}}, 3, {1: 1, 2: 2, 4: 3}),
            ({"delete": True}, 1, {2: 2}),
        ],
    )
    async def test_what_leaves_no_glove_alone(
        self,
        strict: MongoEngine,
        stored: Stored,
        data: Any,
        number: int,
        then: dict[int, int],
    ) -> None:
        await hand(strict, data, number)
        assert keys(stored) == then

    async def test_another_hand_for_a_glove(self, strict: MongoEngine, stored: Stored) -> None:
        await glove(strict, {"connect": {"id": 3}})
        assert keys(stored) == {1: 3, 2: 2}
