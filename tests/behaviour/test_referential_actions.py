"""What deleting a record, or changing what others refer to, does to them: at any depth."""

from __future__ import annotations

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

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

DELETIONS = [
    "mutation { deleteOneParent(where: {id: 1}) { id } }",
    "mutation { deleteManyParent(where: {id: 1}) { count } }",
]


def pair(*, delete: str = "", update: str = "", maybe: bool, to: str = "id") -> str:
    actions = f", onDelete: {delete}" * bool(delete) + f", onUpdate: {update}" * bool(update)
    return PAIR.format(maybe="?" if maybe else "", to=to, actions=actions)


async def family(engine: MongoEngine) -> None:
    """Parent 1 (code 10) with kids 1 and 2 and the one 1; parent 2 (code 20) with kid 3."""
    for data in (
        "{id: 1, code: 10, kids: {create: [{id: 1}, {id: 2}]}, one: {create: {id: 1}}}",
        "{id: 2, code: 20, kids: {create: {id: 3}}}",
    ):
        await ask(engine, f"mutation {{ createOneParent(data: {data}) {{ id }} }}")


def kids(stored: Stored) -> dict[int, object]:
    return {kid["_id"]: kid.get("pid", "missing") for kid in stored("Kid")}


def ids(stored: Stored, collection: str) -> list[int]:
    return [document["_id"] for document in stored(collection)]


class TestDelete:
    @pytest.mark.parametrize("query", DELETIONS)
    @pytest.mark.parametrize("maybe", [True, False])
    async def test_cascade(
        self, engine_for: EngineFor, stored: Stored, maybe: bool, query: str
    ) -> None:
        engine = await engine_for(pair(delete="Cascade", maybe=maybe))
        await family(engine)
        await ask(engine, query)
        assert (ids(stored, "Parent"), kids(stored), ids(stored, "One")) == ([2], {3: 2}, [])

    @pytest.mark.parametrize("query", DELETIONS)
    @pytest.mark.parametrize("delete", ["SetNull", ""])
    async def test_set_null_which_an_optional_relation_has_unsaid(
        self, engine_for: EngineFor, stored: Stored, delete: str, query: str
    ) -> None:
        engine = await engine_for(pair(delete=delete, maybe=True))
        await family(engine)
        await ask(engine, query)
        assert ids(stored, "Parent") == [2]
        assert kids(stored) == {1: None, 2: None, 3: 2}
        assert stored("One") == [{"_id": 1, "parentId": None}]

    @pytest.mark.parametrize("query", DELETIONS)
    @pytest.mark.parametrize(
        ("delete", "maybe"), [("Restrict", True), ("Restrict", False), ("", False)]
    )
    async def test_restrict_which_a_required_relation_has_unsaid(
        self, engine_for: EngineFor, stored: Stored, delete: str, maybe: bool, query: str
    ) -> None:
        engine = await engine_for(pair(delete=delete, maybe=maybe))
        await family(engine)
        error = await refused(engine, query)
        assert error.code == "P2014"
        assert ids(stored, "Parent") == [1, 2]
        assert kids(stored) == {1: 1, 2: 1, 3: 2}
        await ask(engine, "mutation { deleteManyKid(where: {parentId: 1}) { count } }")
        await ask(engine, "mutation { deleteManyOne { count } }")
        await ask(engine, query)
        assert ids(stored, "Parent") == [2]

    @pytest.mark.parametrize("query", DELETIONS)
    @pytest.mark.parametrize("maybe", [True, False])
    async def test_no_action(
        self, engine_for: EngineFor, stored: Stored, maybe: bool, query: str
    ) -> None:
        engine = await engine_for(pair(delete="NoAction", maybe=maybe))
        await family(engine)
        await ask(engine, query)
        assert ids(stored, "Parent") == [2]
        assert kids(stored) == {1: 1, 2: 1, 3: 2}

    async def test_of_many(self, engine_for: EngineFor, stored: Stored) -> None:
        engine = await engine_for(pair(delete="Cascade", maybe=True))
        await family(engine)
        await ask(engine, "mutation { createOneKid(data: {id: 4}) { id } }")
        answer = await ask(engine, "mutation { deleteManyParent { count } }")
        assert answer == {"count": 2}
        assert kids(stored) == {4: "missing"}

    async def test_a_key_that_points_nowhere_is_nobodys_concern(
        self, engine_for: EngineFor, stored: Stored
    ) -> None:
        engine = await engine_for(pair(delete="Restrict", maybe=True, to="code"))
        for number in (1, 2):
            await ask(engine, f"mutation {{ createOneParent(data: {{id: {number}}}) {{ id }} }}")
        await ask(engine, "mutation { createManyKid(data: [{id: 1}, {id: 2}]) { count } }")
        await ask(engine, DELETIONS[0])  # no code, and kids without a key: they do not belong
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
        await ask(
            engine,
            """mutation { createOneRoot(data: {id: 1, limbs: {create: [
              {id: 1, leaves: {create: [{id: 1, bugs: {create: {id: 1}}}, {id: 2}]}},
              {id: 2, leaves: {create: {id: 3, bugs: {create: [{id: 2}, {id: 3}]}}}}
            ]}}) { id } }""",
        )
        return engine

    async def test_all_the_way_down(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, "mutation { deleteOneRoot(where: {id: 1}) { id } }")
        assert stored("Root") == stored("Limb") == stored("Leaf") == []
        assert [bug["leafId"] for bug in stored("Bug")] == [None, None, None]

    @pytest.mark.parametrize(
        "query",
        [
            "deleteOneRoot(where: {id: 1}) { id }",
            "deleteManyRoot { count }",
            "updateOneRoot(where: {id: 1}, data: {limbs: {deleteMany: {}}}) { id }",
        ],
    )
    async def test_a_restriction_far_down_keeps_everything(
        self, engine: MongoEngine, stored: Stored, query: str
    ) -> None:
        await ask(engine, "mutation { createOneBird(data: {id: 1, limbId: 2}) { id } }")
        error = await refused(engine, f"mutation {{ {query} }}")
        assert error.code == "P2014"
        assert (ids(stored, "Limb"), ids(stored, "Leaf")) == ([1, 2], [1, 2, 3])
        assert [bug["leafId"] for bug in stored("Bug")] == [1, 3, 3]

    async def test_through_a_nested_delete(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine,
            "mutation { updateOneRoot(where: {id: 1}, data: {limbs: {delete: {id: 1}}}) { id } }",
        )
        assert (ids(stored, "Limb"), ids(stored, "Leaf")) == ([2], [3])
        assert [bug["leafId"] for bug in stored("Bug")] == [None, 3, 3]


UPDATES = [
    "mutation { updateOneParent(where: {id: 1}, data: {code: 11}) { id } }",
    "mutation { updateManyParent(where: {id: 1}, data: {code: {increment: 1}}) { count } }",
    """mutation { upsertOneParent(
      where: {id: 1}, create: {id: 9}, update: {code: {set: 11}}
    ) { id } }""",
]


class TestUpdate:
    @pytest.mark.parametrize("query", UPDATES)
    @pytest.mark.parametrize("update", ["Cascade", ""])
    @pytest.mark.parametrize("maybe", [True, False])
    async def test_cascade_which_every_relation_has_unsaid(
        self, engine_for: EngineFor, stored: Stored, maybe: bool, update: str, query: str
    ) -> None:
        engine = await engine_for(pair(update=update, maybe=maybe, to="code"))
        await family(engine)
        await ask(engine, query)
        assert [parent["code"] for parent in stored("Parent")] == [11, 20]
        assert kids(stored) == {1: 11, 2: 11, 3: 20}
        assert stored("One") == [{"_id": 1, "parentId": 11}]

    @pytest.mark.parametrize("query", UPDATES)
    async def test_set_null(self, engine_for: EngineFor, stored: Stored, query: str) -> None:
        engine = await engine_for(pair(update="SetNull", maybe=True, to="code"))
        await family(engine)
        await ask(engine, query)
        assert kids(stored) == {1: None, 2: None, 3: 20}

    @pytest.mark.parametrize("query", UPDATES)
    async def test_restrict(self, engine_for: EngineFor, stored: Stored, query: str) -> None:
        engine = await engine_for(pair(update="Restrict", maybe=True, to="code"))
        await family(engine)
        error = await refused(engine, query)
        assert error.code == "P2014"
        assert [parent["code"] for parent in stored("Parent")] == [10, 20]
        assert kids(stored) == {1: 10, 2: 10, 3: 20}

    @pytest.mark.parametrize("query", UPDATES)
    async def test_no_action(self, engine_for: EngineFor, stored: Stored, query: str) -> None:
        engine = await engine_for(pair(update="NoAction", maybe=True, to="code"))
        await family(engine)
        await ask(engine, query)
        assert [parent["code"] for parent in stored("Parent")] == [11, 20]
        assert kids(stored) == {1: 10, 2: 10, 3: 20}

    @pytest.mark.parametrize("update", ["Restrict", "SetNull", "Cascade"])
    @pytest.mark.parametrize("data", ["{code: 10}", '{name: "n"}', "{code: {multiply: 1}}"])
    async def test_a_key_that_stays_the_same_moves_nobody(
        self, engine_for: EngineFor, stored: Stored, data: str, update: str
    ) -> None:
        engine = await engine_for(pair(update=update, maybe=True, to="code"))
        await family(engine)
        await ask(
            engine, f"mutation {{ updateOneParent(where: {{id: 1}}, data: {data}) {{ id }} }}"
        )
        assert kids(stored) == {1: 10, 2: 10, 3: 20}

    async def test_of_several_parents_each_with_its_own(
        self, engine_for: EngineFor, stored: Stored
    ) -> None:
        engine = await engine_for(pair(maybe=False, to="code"))
        await family(engine)
        await ask(engine, "mutation { updateManyParent(data: {code: {multiply: 3}}) { count } }")
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
        await ask(engine, "mutation { updateOneA(where: {id: 1}, data: {code: 2}) { id } }")
        assert stored("B") == [{"_id": 1, "aCode": 2}]
        assert stored("C") == [{"_id": 1, "bCode": then}]

    async def test_a_restriction_far_down_keeps_everything(
        self, engine_for: EngineFor, stored: Stored
    ) -> None:
        engine = await engine_for(CHAIN.replace("ACTION", "Restrict"))
        await self.chain(engine)
        error = await refused(
            engine, "mutation { updateOneA(where: {id: 1}, data: {code: 2}) { id } }"
        )
        assert error.code == "P2014"
        assert stored("A") == [{"_id": 1, "code": 1}]
        assert stored("B") == [{"_id": 1, "aCode": 1}]

    @staticmethod
    async def chain(engine: MongoEngine) -> None:
        await ask(
            engine,
            """mutation { createOneA(data: {
              id: 1, code: 1, bs: {create: {id: 1, cs: {create: {id: 1}}}}
            }) { id } }""",
        )


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
    await ask(
        engine,
        """mutation { createOneSeat(data: {
          id: 1, row: "A", nr: 7, held: {create: {id: 1}}
        }) { id } }""",
    )
    await ask(
        engine, 'mutation { createManyTicket(data: [{id: 2, row: "A"}, {id: 3, nr: 7}]) { count } }'
    )
    await ask(engine, "mutation { updateOneSeat(where: {id: 1}, data: {nr: 8}) { id } }")
    others = [{"_id": 2, "row": "A"}, {"_id": 3, "nr": 7}]
    assert stored("Ticket") == [{"_id": 1, "row": "A", "nr": 8}, *others]
    await ask(engine, "mutation { deleteOneSeat(where: {id: 1}) { id } }")
    assert stored("Ticket") == [{"_id": 1, "row": None, "nr": None}, *others]
