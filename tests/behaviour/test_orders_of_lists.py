"""Orders by one list of a record; by two MongoDB does not sort, and the fake refuses it too."""

from __future__ import annotations

from typing import Any, Final

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.engines import EngineFor

SCHEMA: Final = """
model Page {
  id    Int      @id @map("_id")
  tags  String[]
  views Int[]
  note  Json?
  size  Int?
}
"""
TWO: Final[list[dict[str, str]]] = [{"tags": "asc"}, {"views": "desc"}]


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    engine = await engine_for(SCHEMA)
    for number, (tags, views) in enumerate([(["x", "z"], [3, 1]), (["y"], [2]), ([], [5])]):
        await ask(engine, "createOne", "Page", data={"id": number, "tags": tags, "views": views})
    return engine


async def test_by_one_list(engine: MongoEngine) -> None:
    order = [{"tags": "desc"}, {"size": "asc"}]
    assert await ask(engine, "findMany", "Page", orderBy=order) == [{"id": 0}, {"id": 1}, {"id": 2}]
    groups = await ask(engine, "groupBy", "Page", "tags size", by=["tags", "size"], orderBy=order)
    assert [group["tags"] for group in groups] == [["x", "z"], ["y"], []]


@pytest.mark.parametrize("page", [{}, {"take": 2}, {"take": -2}, {"distinct": ["tags"]}], ids=str)
async def test_by_two_lists(engine: MongoEngine, page: dict[str, Any]) -> None:
    error = await refused(ask(engine, "findMany", "Page", orderBy=TWO, **page))
    assert (error.code, error.meta) == ("P2026", {"feature": "order by two lists"})


async def test_groups_by_two_lists(engine: MongoEngine) -> None:
    asked = ask(engine, "groupBy", "Page", "tags views", by=["tags", "views"], orderBy=TWO)
    error = await refused(asked)
    assert (error.code, error.meta) == ("P2026", {"feature": "order by two lists"})


async def test_of_records_that_hold_one_list_each(engine: MongoEngine, raw: Any) -> None:
    raw["Page"].delete_many({})
    raw["Page"].insert_many([{"_id": 1, "tags": ["b"]}, {"_id": 2, "views": [1, 2]}])
    assert await ask(engine, "findMany", "Page", orderBy=TWO) == [{"id": 2}, {"id": 1}]
