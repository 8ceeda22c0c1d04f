"""What deleting a record, or changing what others refer to, does to them: at any depth."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action
from tests.behaviour.asking import ask, refused
from tests.engines import EngineFor, Stored

PAIR = """
model Parent {{
  id    Int     @id @map("_id")
  code  Int?    @unique
  name  String? @unique
  kids  Kid[]
  one   One?
}}

model Kid {{
  id       Int     @id @map("_id")
  age      Int     @default(0)
  parentId Int{maybe}    @map("pid")
  parent   Parent{maybe} @relation(fields: [parentId], references: [{to}]{actions})
}}

model One {{
  id       Int     @id @map("_id")
  parentId Int{maybe}    @unique
  parent   Parent{maybe} @relation(fields: [parentId], references: [{to}]{actions})
}}
"""

one_or_many = pytest.mark.parametrize("action", ["deleteOne", "deleteMany"])


def pair(*, delete: str = "", update: str = "", maybe: bool, to: str = "id") -> str:
    actions = f", onDelete: {delete}" * bool(delete) + f", onUpdate: {update}" * bool(update)
    return PAIR.format(maybe="?" if maybe else "", to=to, actions=actions)


async def family(engine_for: EngineFor, **schema: Any) -> MongoEngine:
    """Parent 1 (code 10) with kids 1 and 2 and the one 1; parent 2 (code 20) with kid 3."""
    engine = await engine_for(pair(**schema))
    first, second = {"create": [{"id": 1}, {"id": 2}]}, {"create": {"id": 3}}
    for data in (
        {"id": 1, "code": 10, "kids": first, "one": {"create": {"id": 1}}},
        {"id": 2, "code": 20, "kids": second},
    ):
        await ask(engine, "createOne", "Parent", data=data)
    return engine


def kids(stored: Stored) -> dict[int, object]:
    return {kid["_id"]: kid.get("pid", "missing") for kid in stored("Kid")}


def ids(stored: Stored, collection: str) -> list[int]:
    return [document["_id"] for document in stored(collection)]


class TestDelete:
    @one_or_many
    @pytest.mark.parametrize("maybe", [True, False])
    async def test_cascade(
        self, engine_for: EngineFor, stored: Stored, maybe: bool, action: Action
    ) -> None:
        engine = await family(engine_for, delete="Cascade", maybe=maybe)
        await ask(engine, action, "Parent", where={"id": 1})
        assert (ids(stored, "Parent"), kids(stored), ids(stored, "One")) == ([2], {3: 2}, [])

    @one_or_many
    @pytest.mark.parametrize("delete", ["SetNull", ""])
    async def test_set_null_which_an_optional_relation_has_unsaid(
        self, engine_for: EngineFor, stored: Stored, delete: str, action: Action
    ) -> None:
        engine = await family(engine_for, delete=delete, maybe=True)
        await ask(engine, action, "Parent", where={"id": 1})
        assert ids(stored, "Parent") == [2]
        assert kids(stored) == {1: None, 2: None, 3: 2}
        assert stored("One") == [{"_id": 1, "parentId": None}]

    @one_or_many
    @pytest.mark.parametrize(
        ("delete", "maybe"), [("Restrict", True), ("Restrict", False), ("", False)]
    )
    async def test_restrict_which_a_required_relation_has_unsaid(
        self, engine_for: EngineFor, stored: Stored, delete: str, maybe: bool, action: Action
    ) -> None:
        engine = await family(engine_for, delete=delete, maybe=maybe)
        error = await refused(ask(engine, action, "Parent", where={"id": 1}))
        assert error.code == "P2014"
        assert ids(stored, "Parent") == [1, 2]
        assert kids(stored) == {1: 1, 2: 1, 3: 2}
        await ask(engine, "deleteMany", "Kid", where={"parentId": 1})
        await ask(engine, "deleteMany", "One")
        await ask(engine, action, "Parent", where={"id": 1})
        assert ids(stored, "Parent") == [2]

    @one_or_many
    @pytest.mark.parametrize("maybe", [True, False])
    async def test_no_action(
        self, engine_for: EngineFor, stored: Stored, maybe: bool, action: Action
    ) -> None:
        engine = await family(engine_for, delete="NoAction", maybe=maybe)
        await ask(engine, action, "Parent", where={"id": 1})
        assert ids(stored, "Parent") == [2]
        assert kids(stored) == {1: 1, 2: 1, 3: 2}

    async def test_of_many(self, engine_for: EngineFor, stored: Stored) -> None:
        engine = await family(engine_for, delete="Cascade", maybe=True)
        await ask(engine, "createOne", "Kid", data={"id": 4})
        answer = await ask(engine, "deleteMany", "Parent")
        assert answer == {"count": 2}
        assert kids(stored) == {4: "missing"}

    async def test_a_key_that_points_nowhere_is_nobodys_concern(
        self, engine_for: EngineFor, stored: Stored
    ) -> None:
        engine = await engine_for(pair(delete="Restrict", maybe=True, to="code"))
        for number in (1, 2):
            await ask(engine, "createOne", "Parent", data={"id": number})
        await ask(engine, "createMany", "Kid", data=[{"id": 1}, {"id": 2}])
        await ask(
            engine, "deleteOne", "Parent", where={"id": 1}
        )  # no code, and kids without a key: they do not belong
        assert ids(stored, "Parent") == [2]


TREE = """
model Root {
  id    Int    @id @map("_id")
  limbs Limb[]
}

model Limb {
  id     Int    @id @map("_id")
  rootId Int
  root   Root   @relation(fields: [rootId], references: [id], onDelete: Cascade)
  leaves Leaf[]
  birds  Bird[]
}

model Leaf {
  id     Int   @id @map("_id")
  limbId Int
  limb   Limb  @relation(fields: [limbId], references: [id], onDelete: Cascade)
  bugs   Bug[]
}

model Bug {
  id     Int   @id @map("_id")
  leafId Int?
  leaf   Leaf? @relation(fields: [leafId], references: [id], onDelete: SetNull)
}

model Bird {
  id     Int  @id @map("_id")
  limbId Int
  limb   Limb @relation(fields: [limbId], references: [id], onDelete: Restrict)
}
"""


class TestDeleteToAnyDepth:
    @pytest.fixture
    async def engine(self, engine_for: EngineFor) -> MongoEngine:
        engine = await engine_for(TREE)
        leaves = {"create": [{"id": 1, "bugs": {"create": {"id": 1}}}, {"id": 2}]}
        create = {"id": 3, "bugs": {"create": [{"id": 2}, {"id": 3}]}}
        limbs = {"create": [{"id": 1, "leaves": leaves}, {"id": 2, "leaves": {"create": create}}]}
        await ask(engine, "createOne", "Root", data={"id": 1, "limbs": limbs})
        return engine

    async def test_all_the_way_down(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, "deleteOne", "Root", where={"id": 1})
        assert stored("Root") == stored("Limb") == stored("Leaf") == []
        assert [bug["leafId"] for bug in stored("Bug")] == [None, None, None]

    @pytest.mark.parametrize(
        ("action", "arguments"),
        [
            ("deleteOne", {"where": {"id": 1}}),
            ("deleteMany", {}),
            ("updateOne", {"where": {"id": 1}, "data": {"limbs": {"deleteMany": {}}}}),
        ],
    )
    async def test_a_restriction_far_down_keeps_everything(
        self, engine: MongoEngine, stored: Stored, action: Action, arguments: Any
    ) -> None:
        await ask(engine, "createOne", "Bird", data={"id": 1, "limbId": 2})
        error = await refused(ask(engine, action, "Root", **arguments))
        assert error.code == "P2014"
        assert (ids(stored, "Limb"), ids(stored, "Leaf")) == ([1, 2], [1, 2, 3])
        assert [bug["leafId"] for bug in stored("Bug")] == [1, 3, 3]

    async def test_through_a_nested_delete(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"limbs": {"delete": {"id": 1}}}
        await ask(engine, "updateOne", "Root", where={"id": 1}, data=data)
        assert (ids(stored, "Limb"), ids(stored, "Leaf")) == ([2], [3])
        assert [bug["leafId"] for bug in stored("Bug")] == [None, 3, 3]


each_update = pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("updateOne", {"data": {"code": 11}}),
        ("updateMany", {"data": {"code": {"increment": 1}}}),
        ("upsertOne", {"create": {"id": 9}, "update": {"code": {"set": 11}}}),
    ],
)


class TestUpdate:
    @each_update
    @pytest.mark.parametrize("update", ["Cascade", ""])
    @pytest.mark.parametrize("maybe", [True, False])
    async def test_cascade_which_every_relation_has_unsaid(
        self,
        engine_for: EngineFor,
        stored: Stored,
        maybe: bool,
        update: str,
        action: Action,
        arguments: Any,
    ) -> None:
        engine = await family(engine_for, update=update, maybe=maybe, to="code")
        await ask(engine, action, "Parent", where={"id": 1}, **arguments)
        assert [parent["code"] for parent in stored("Parent")] == [11, 20]
        assert kids(stored) == {1: 11, 2: 11, 3: 20}
        assert stored("One") == [{"_id": 1, "parentId": 11}]

    @each_update
    async def test_set_null(
        self, engine_for: EngineFor, stored: Stored, action: Action, arguments: Any
    ) -> None:
        engine = await family(engine_for, update="SetNull", maybe=True, to="code")
        await ask(engine, action, "Parent", where={"id": 1}, **arguments)
        assert kids(stored) == {1: None, 2: None, 3: 20}

    @each_update
    async def test_restrict(
        self, engine_for: EngineFor, stored: Stored, action: Action, arguments: Any
    ) -> None:
        engine = await family(engine_for, update="Restrict", maybe=True, to="code")
        error = await refused(ask(engine, action, "Parent", where={"id": 1}, **arguments))
        assert error.code == "P2014"
        assert [parent["code"] for parent in stored("Parent")] == [10, 20]
        assert kids(stored) == {1: 10, 2: 10, 3: 20}

    @each_update
    async def test_no_action(
        self, engine_for: EngineFor, stored: Stored, action: Action, arguments: Any
    ) -> None:
        engine = await family(engine_for, update="NoAction", maybe=True, to="code")
        await ask(engine, action, "Parent", where={"id": 1}, **arguments)
        assert [parent["code"] for parent in stored("Parent")] == [11, 20]
        assert kids(stored) == {1: 10, 2: 10, 3: 20}

    @pytest.mark.parametrize("update", ["Restrict", "SetNull", "Cascade"])
    @pytest.mark.parametrize("data", [{"code": 10}, {"name": "n"}, {"code": {"multiply": 1}}])
    async def test_a_key_that_stays_the_same_moves_nobody(
        self, engine_for: EngineFor, stored: Stored, data: Any, update: str
    ) -> None:
        engine = await family(engine_for, update=update, maybe=True, to="code")
        await ask(engine, "updateOne", "Parent", where={"id": 1}, data=data)
        assert kids(stored) == {1: 10, 2: 10, 3: 20}

    async def test_of_several_parents_each_with_its_own(
        self, engine_for: EngineFor, stored: Stored
    ) -> None:
        engine = await family(engine_for, maybe=False, to="code")
        await ask(engine, "updateMany", "Parent", data={"code": {"multiply": 3}})
        assert kids(stored) == {1: 30, 2: 30, 3: 60}


CHAIN = """
model A {
  id   Int @id @map("_id")
  code Int @unique
  bs   B[]
}

model B {
  id    Int @id @map("_id")
  aCode Int @unique
  a     A   @relation(fields: [aCode], references: [code], onUpdate: Cascade)
  cs    C[]
}

model C {
  id    Int  @id @map("_id")
  bCode Int?
  b     B?   @relation(fields: [bCode], references: [aCode], onUpdate: ACTION)
}
"""


class TestUpdateToAnyDepth:
    @pytest.mark.parametrize(("action", "then"), [("Cascade", 2), ("SetNull", None)])
    async def test_a_key_that_is_the_key_of_others(
        self, engine_for: EngineFor, stored: Stored, action: str, then: int | None
    ) -> None:
        engine = await engine_for(CHAIN.replace("ACTION", action))
        await self.chain(engine)
        await ask(engine, "updateOne", "A", where={"id": 1}, data={"code": 2})
        assert stored("B") == [{"_id": 1, "aCode": 2}]
        assert stored("C") == [{"_id": 1, "bCode": then}]

    async def test_a_restriction_far_down_keeps_everything(
        self, engine_for: EngineFor, stored: Stored
    ) -> None:
        engine = await engine_for(CHAIN.replace("ACTION", "Restrict"))
        await self.chain(engine)
        error = await refused(ask(engine, "updateOne", "A", where={"id": 1}, data={"code": 2}))
        assert error.code == "P2014"
        assert stored("A") == [{"_id": 1, "code": 1}]
        assert stored("B") == [{"_id": 1, "aCode": 1}]

    @staticmethod
    async def chain(engine: MongoEngine) -> None:
        data = {"id": 1, "code": 1, "bs": {"create": {"id": 1, "cs": {"create": {"id": 1}}}}}
        await ask(engine, "createOne", "A", data=data)


async def test_a_key_of_two_fields(engine_for: EngineFor, stored: Stored) -> None:
    engine = await engine_for(
        """
        model Seat {
          id   Int      @id @map("_id")
          row  String
          nr   Int
          held Ticket[]

          @@unique([row, nr])
        }

        model Ticket {
          id   Int     @id @map("_id")
          row  String?
          nr   Int?
          seat Seat?   @relation(fields: [row, nr], references: [row, nr])
        }
        """
    )
    data = {"id": 1, "row": "A", "nr": 7, "held": {"create": {"id": 1}}}
    await ask(engine, "createOne", "Seat", data=data)
    await ask(engine, "createMany", "Ticket", data=[{"id": 2, "row": "A"}, {"id": 3, "nr": 7}])
    await ask(engine, "updateOne", "Seat", where={"id": 1}, data={"nr": 8})
    others = [{"_id": 2, "row": "A"}, {"_id": 3, "nr": 7}]
    assert stored("Ticket") == [{"_id": 1, "row": "A", "nr": 8}, *others]
    await ask(engine, "deleteOne", "Seat", where={"id": 1})
    assert stored("Ticket") == [{"_id": 1, "row": None, "nr": None}, *others]
