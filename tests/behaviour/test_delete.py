"""Deleting records: the answer shows what is gone."""

from __future__ import annotations

from typing import Any

import pytest
from prisma.errors import RecordNotFoundError

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Tree {
  id     Int    @id @map("_id")
  kind   String
  plot   String @unique
  height Int?
  nests  Nest[]
}

model Nest {
  id     Int   @id @map("_id")
  treeId Int?
  tree   Tree? @relation(fields: [treeId], references: [id])
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    engine = await engine_for(SCHEMA)
    trees = [
        {"id": 1, "kind": "oak", "plot": "a", "height": 20},
        {"id": 2, "kind": "elm", "plot": "b"},
        {"id": 3, "kind": "oak", "plot": "c", "height": None},
    ]
    await ask(engine, "createMany", "Tree", data=trees)
    await ask(engine, "createMany", "Nest", data=[{"id": 1, "treeId": 1}, {"id": 2}])
    return engine


def ids(documents: list[dict[str, object]]) -> list[object]:
    return [document["_id"] for document in documents]


class TestOne:
    async def test_it_answers_with_what_was_there(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        everything = "kind height", selected("nests")
        answer = await ask(engine, "deleteOne", "Tree", *everything, where={"id": 1})
        assert answer == {"kind": "oak", "height": 20, "nests": [{"id": 1}]}
        assert ids(stored("Tree")) == [2, 3]
        assert stored("Nest") == [{"_id": 1, "treeId": None}, {"_id": 2}]

    @pytest.mark.parametrize("where", [{"plot": "b"}, {"plot": "b", "kind": "elm"}])
    async def test_found_by_any_unique(
        self, engine: MongoEngine, stored: Stored, where: Any
    ) -> None:
        await ask(engine, "deleteOne", "Tree", where=where)
        assert ids(stored("Tree")) == [1, 3]

    @pytest.mark.parametrize("where", [{"id": 9}, {"id": 1, "kind": "elm"}])
    async def test_not_found(self, engine: MongoEngine, stored: Stored, where: Any) -> None:
        error = await refused(ask(engine, "deleteOne", "Tree", where=where))
        assert isinstance(error, RecordNotFoundError)
        assert error.code == "P2025"
        assert ids(stored("Tree")) == [1, 2, 3]

    @pytest.mark.parametrize("where", [{}, {"kind": "oak"}, {"id": None}])
    async def test_one_needs_a_unique(
        self, engine: MongoEngine, stored: Stored, where: Any
    ) -> None:
        error = await refused(ask(engine, "deleteOne", "Tree", where=where))
        assert error.code in ("P2009", "P2012")
        assert ids(stored("Tree")) == [1, 2, 3]


class TestMany:
    @pytest.mark.parametrize(
        ("arguments", "left"),
        [
            ({"where": {"kind": "oak"}}, [2]),
            ({"where": {"height": None}}, [1, 2]),
            ({"where": {"nests": {"some": {"id": 1}}}}, [2, 3]),
            ({"where": {"OR": [{"id": 1}, {"plot": "c"}]}}, [2]),
            ({"where": {"id": 9}}, [1, 2, 3]),
            ({"where": {}}, []),
            ({}, []),
        ],
    )
    async def test_those_that_fit(
        self, engine: MongoEngine, stored: Stored, arguments: Any, left: list[int]
    ) -> None:
        answer = await ask(engine, "deleteMany", "Tree", **arguments)
        assert answer == {"count": 3 - len(left)}
        assert ids(stored("Tree")) == left

    async def test_keys_of_the_deleted_are_set_to_null(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, "deleteMany", "Tree")
        assert stored("Nest") == [{"_id": 1, "treeId": None}, {"_id": 2}]
