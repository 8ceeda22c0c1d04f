"""Views: models that Prisma takes without an id; they are read, by any collection of that name."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, selected
from tests.engines import EngineFor

SCHEMA = """
generator client {
  provider        = "prismongo"
  previewFeatures = ["views"]
}

model Person {
  id    String @id @map("_id")
  name  String
  ages  Age[]
}

view Age {
  owner  String  @unique
  years  Int
  person Person? @relation(fields: [owner], references: [id])
}
"""


class TestViews:
    @pytest.fixture
    async def engine(self, engine_for: EngineFor, raw: Any) -> MongoEngine:
        engine = await engine_for(SCHEMA)
        raw["Person"].insert_many([{"_id": "a", "name": "ann"}, {"_id": "b", "name": "bob"}])
        raw["Age"].insert_many(
            [{"_id": 1, "owner": "a", "years": 30}, {"_id": 2, "owner": "b", "years": 20}]
        )
        return engine

    async def test_rows(self, engine: MongoEngine) -> None:
        rows = await ask(engine, "findMany", "Age", "owner years", orderBy={"years": "asc"})
        assert rows == [{"owner": "b", "years": 20}, {"owner": "a", "years": 30}]

    async def test_pages(self, engine: MongoEngine) -> None:
        order: Any = {"orderBy": {"years": "asc"}}
        rows = await ask(engine, "findMany", "Age", "owner", take=1, skip=1, **order)
        assert rows == [{"owner": "a"}]
        rows = await ask(engine, "findMany", "Age", "owner", take=1, cursor={"owner": "b"})
        assert rows == [{"owner": "b"}]

    async def test_count(self, engine: MongoEngine) -> None:
        counted = selected("_count", "_all")
        answer = await ask(engine, "aggregate", "Age", counted, where={"years": {"gt": 25}})
        assert answer == {"_count": {"_all": 1}}

    async def test_one_by_its_unique(self, engine: MongoEngine) -> None:
        answer = await ask(engine, "findUnique", "Age", "years", where={"owner": "a"})
        assert answer == {"years": 30}

    async def test_relations_both_ways(self, engine: MongoEngine) -> None:
        person = selected("person", "name")
        where: Any = {"person": {"is": {"name": "ann"}}}
        rows = await ask(engine, "findMany", "Age", "years", person, where=where)
        assert rows == [{"years": 30, "person": {"name": "ann"}}]
        ages = selected("ages", "years")
        where = {"ages": {"some": {"years": 20}}}
        rows = await ask(engine, "findMany", "Person", "name", ages, where=where)
        assert rows == [{"name": "bob", "ages": [{"years": 20}]}]
