"""Orders by one list of a record; by two MongoDB does not sort, and the fake refuses it too."""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma import Json

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
  place Place?
}

type Place {
  names String[]
  spots Int[]
}
"""
TWO: Final[list[dict[str, str]]] = [{"tags": "asc"}, {"views": "desc"}]


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    engine = await engine_for(SCHEMA)
    for number, (tags, views) in enumerate([(["x", "z"], [3, 1]), (["y"], [2]), ([], [5])]):
        place = {"names": tags, "spots": views}
        data = {"id": number, "tags": tags, "views": views, "place": place, "note": Json(views)}
        await ask(engine, "createOne", "Page", data=data)
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


@pytest.mark.parametrize(
    "order",
    [
        [{"tags": "asc"}, {"note": "asc"}],
        [{"place": {"names": "asc"}}, {"tags": "desc"}],
        [{"place": {"names": "asc"}}, {"place": {"spots": "desc"}}],
        [{"tags": "asc"}, {"size": "asc"}, {"place": {"spots": "desc"}}],
    ],
    ids=str,
)
async def test_by_lists_in_composites_and_json(engine: MongoEngine, order: object) -> None:
    for more in ({}, {"distinct": ["size"]}):
        error = await refused(ask(engine, "findMany", "Page", orderBy=order, **more))
        assert (error.code, error.meta) == ("P2026", {"feature": "order by two lists"})


async def test_one_record_by_its_id_is_not_sorted(engine: MongoEngine) -> None:
    where = {"id": 0}
    assert await ask(engine, "findMany", "Page", orderBy=TWO, where=where) == [{"id": 0}]
    error = await refused(ask(engine, "findMany", "Page", orderBy=TWO, where=where, skip=1))
    assert error.code == "P2026"


async def test_a_field_decides_once(engine: MongoEngine) -> None:
    both = [{"id": "asc"}, {"id": "desc"}]
    found = await ask(engine, "findMany", "Page", orderBy=both)
    assert [row["id"] for row in found] == [0, 1, 2]
    lists = [{"tags": "desc"}, {"tags": "asc"}, {"views": "desc"}]
    assert (await refused(ask(engine, "findMany", "Page", orderBy=lists))).code == "P2026"
    found = await ask(engine, "findMany", "Page", orderBy=lists[:2])
    assert [row["id"] for row in found] == [0, 1, 2]
    asked = ask(engine, "groupBy", "Page", "id", by=["id"], orderBy=[{"id": "desc"}, {"id": "asc"}])
    assert [row["id"] for row in await asked] == [2, 1, 0]


@pytest.mark.parametrize(
    "more",
    [{"distinct": ["size"]}, {"where": {"id": 0, "size": None}}, {"where": {"id": {"lte": 0}}}],
    ids=str,
)
async def test_one_record_by_more_than_its_id_is_sorted(
    engine: MongoEngine, raw: Any, more: dict[str, Any]
) -> None:
    raw["Page"].update_one({"_id": 0}, {"$set": {"size": None}})
    error = await refused(
        ask(engine, "findMany", "Page", **({"where": {"id": 0}} | more), orderBy=TWO)
    )
    assert error.code == "P2026"
