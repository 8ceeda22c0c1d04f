"""One-to-one relations, from either side: a partner that is taken changes hands."""

from __future__ import annotations

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

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
        await ask(
            engine,
            f"mutation {{ createOneHand(data: {{id: {number}, "
            f"glove: {{create: {{id: {number}}}}}}}) {{ id }} }}",
        )
    await ask(engine, "mutation { createOneHand(data: {id: 3}) { id } }")
    return engine


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    """Either side may be alone; glove 3 is."""
    engine = await filled(await pushed_for(MAYBE))
    await ask(engine, "mutation { createOneGlove(data: {id: 3}) { id } }")
    return engine


@pytest.fixture
async def strict(pushed_for: EngineFor) -> MongoEngine:
    """A glove has a hand."""
    return await filled(await pushed_for(MUST))


def hand(data: str, number: int = 1) -> str:
    return (
        f"mutation {{ updateOneHand(where: {{id: {number}}}, data: {{glove: {data}}}) "
        "{ glove { id } } }"
    )


def glove(data: str, number: int = 1) -> str:
    return (
        f"mutation {{ updateOneGlove(where: {{id: {number}}}, data: {{hand: {data}}}) "
        "{ hand { id } } }"
    )


def keys(stored: Stored) -> dict[int, int | None]:
    return {glove["_id"]: glove.get("handId") for glove in stored("Glove")}


START = {1: 1, 2: 2, 3: None}


class TestFromTheSideWithoutTheKey:
    @pytest.mark.parametrize(
        ("data", "partner", "then"),
        [
            ("{connect: {id: 3}}", 3, {1: None, 2: 2, 3: 1}),
            ("{connect: {id: 2}}", 2, {1: None, 2: 1, 3: None}),
            ("{connect: {id: 1}}", 1, START),
            ("{create: {id: 4}}", 4, {1: None, 2: 2, 3: None, 4: 1}),
            ("{connectOrCreate: {where: {id: 3}, create: {id: 3}}}", 3, {1: None, 2: 2, 3: 1}),
            (
                "{connectOrCreate: {where: {id: 4}, create: {id: 4}}}",
                4,
                {1: None, 2: 2, 3: None, 4: 1},
            ),
            ("{disconnect: true}", None, {1: None, 2: 2, 3: None}),
            ("{disconnect: {wool: 2}}", 1, START),
            ("{delete: true}", None, {2: 2, 3: None}),
            ("{upsert: {create: {id: 4}, update: {wool: 5}}}", 1, START),
            ("{update: {wool: 5}}", 1, START),
        ],
    )
    async def test_in_an_update(
        self,
        engine: MongoEngine,
        stored: Stored,
        data: str,
        partner: int | None,
        then: dict[int, int | None],
    ) -> None:
        answer = await ask(engine, hand(data))
        assert answer == {"glove": None if partner is None else {"id": partner}}
        assert keys(stored) == then

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ("{delete: true}", "P2025"),
            ("{update: {wool: 5}}", "P2025"),
            ("{connect: {id: 9}}", "P2025"),
        ],
    )
    async def test_there_is_none(
        self, engine: MongoEngine, stored: Stored, data: str, code: str
    ) -> None:
        error = await refused(engine, hand(data, 3))
        assert error.code == code
        assert keys(stored) == START

    async def test_in_a_create_the_partner_of_another_is_taken(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(
            engine, "mutation { createOneHand(data: {id: 4, glove: {connect: {id: 1}}}) { id } }"
        )
        assert keys(stored) == {1: 4, 2: 2, 3: None}

    @pytest.mark.parametrize(
        "data", ["{update: {wool: 5}}", "{upsert: {create: {}, update: {wool: 5}}}"]
    )
    async def test_the_partner_is_changed(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        await ask(engine, hand(data.replace("{}", "{id: 4}")))
        assert [glove["wool"] for glove in stored("Glove")] == [5, 1, 1]

    async def test_upsert_makes_one(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, hand("{upsert: {create: {id: 4}, update: {wool: 5}}}", 3))
        assert keys(stored) == {**START, 4: 3}


class TestFromTheSideOfTheKey:
    @pytest.mark.parametrize(
        ("data", "number", "then"),
        [
            ("{connect: {id: 3}}", 1, {1: 3, 2: 2, 3: None}),
            ("{connect: {id: 2}}", 1, {1: 2, 2: None, 3: None}),
            ("{connect: {id: 1}}", 1, START),
            ("{connect: {id: 1}}", 3, {1: None, 2: 2, 3: 1}),
            ("{create: {id: 4}}", 1, {1: 4, 2: 2, 3: None}),
            ("{disconnect: true}", 1, {1: None, 2: 2, 3: None}),
            ("{delete: true}", 1, {1: None, 2: 2, 3: None}),
            ("{upsert: {create: {id: 4}, update: {size: 9}}}", 3, {1: 1, 2: 2, 3: 4}),
            ("{upsert: {create: {id: 4}, update: {size: 9}}}", 1, START),
        ],
    )
    async def test_in_an_update(
        self,
        engine: MongoEngine,
        stored: Stored,
        data: str,
        number: int,
        then: dict[int, int | None],
    ) -> None:
        answer = await ask(engine, glove(data, number))
        assert answer == {"hand": None if then[number] is None else {"id": then[number]}}
        assert keys(stored) == then

    async def test_in_a_create_the_partner_of_another_is_taken(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(
            engine, "mutation { createOneGlove(data: {id: 4, hand: {connect: {id: 1}}}) { id } }"
        )
        assert keys(stored) == {1: None, 2: 2, 3: None, 4: 1}

    async def test_the_key_itself_is_unique(self, engine: MongoEngine, stored: Stored) -> None:
        error = await refused(
            engine, "mutation { updateOneGlove(where: {id: 1}, data: {handId: 2}) { id } }"
        )
        assert error.code == "P2002"
        assert keys(stored) == START


class TestWhereTheKeyIsRequired:
    @pytest.mark.parametrize(
        "data",
        [
            "{connect: {id: 2}}",
            "{create: {id: 4}}",
            "{connectOrCreate: {where: {id: 2}, create: {id: 2}}}",
            "{disconnect: true}",
        ],
    )
    async def test_its_glove_cannot_lose_its_hand(
        self, strict: MongoEngine, stored: Stored, data: str
    ) -> None:
        error = await refused(strict, hand(data))
        assert error.code == "P2014"
        assert keys(stored) == {1: 1, 2: 2}

    @pytest.mark.parametrize("data", ["{connect: {id: 2}}", "{disconnect: true}"])
    async def test_nor_can_one_glove_push_off_another(
        self, strict: MongoEngine, stored: Stored, data: str
    ) -> None:
        error = await refused(strict, glove(data))
        assert error.code in ("P2014", "P2009")
        assert keys(stored) == {1: 1, 2: 2}

    @pytest.mark.parametrize(
        ("data", "number", "then"),
        [
            ("{connect: {id: 1}}", 1, {1: 1, 2: 2}),
            ("{connect: {id: 1}}", 3, {1: 3, 2: 2}),
            ("{create: {id: 4}}", 3, {1: 1, 2: 2, 4: 3}),
            ("{delete: true}", 1, {2: 2}),
        ],
    )
    async def test_what_leaves_no_glove_alone(
        self,
        strict: MongoEngine,
        stored: Stored,
        data: str,
        number: int,
        then: dict[int, int],
    ) -> None:
        await ask(strict, hand(data, number))
        assert keys(stored) == then

    async def test_another_hand_for_a_glove(self, strict: MongoEngine, stored: Stored) -> None:
        await ask(strict, glove("{connect: {id: 3}}"))
        assert keys(stored) == {1: 3, 2: 2}
