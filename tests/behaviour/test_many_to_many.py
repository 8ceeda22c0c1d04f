"""Relations kept in lists of ids on both sides: each write keeps both lists in step."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Actor {
  id      Int    @id @map("_id")
  name    String @default("")
  filmIds Int[]  @map("films")
  films   Film[] @relation(fields: [filmIds], references: [id])
}

model Film {
  id       Int     @id @map("_id")
  title    String  @unique
  year     Int?
  actorIds Int[]   @map("cast")
  actors   Actor[] @relation(fields: [actorIds], references: [id])
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    engine = await engine_for(SCHEMA)
    create = [{"id": 1, "title": "a", "year": 1990}, {"id": 2, "title": "b", "year": 2000}]
    await ask(engine, "createOne", "Actor", data={"id": 1, "films": {"create": create}})
    await ask(engine, "createOne", "Actor", data={"id": 2, "films": {"connect": {"id": 2}}})
    await ask(engine, "createOne", "Film", data={"id": 3, "title": "c"})
    return engine


async def actor(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    films, data = selected("films", orderBy={"id": "asc"}), {"films": data}
    return await ask(engine, "updateOne", "Actor", films, where={"id": number}, data=data)


def lists(stored: Stored) -> tuple[list[list[int]], list[list[int]]]:
    """Of every actor the films, of every film the actors, as stored."""
    return (
        [actor.get("films", []) for actor in stored("Actor")],
        [film.get("cast", []) for film in stored("Film")],
    )


async def test_creating_fills_both_lists(engine: MongoEngine, stored: Stored) -> None:
    assert lists(stored) == ([[1, 2], [2]], [[1], [1, 2], []])
    assert stored("Film")[0] == {"_id": 1, "title": "a", "year": 1990, "cast": [1]}
    answer = await ask(engine, "findMany", "Film", "id", selected("actors"))
    assert answer == [
        {"id": 1, "actors": [{"id": 1}]},
        {"id": 2, "actors": [{"id": 1}, {"id": 2}]},
        {"id": 3, "actors": []},
    ]


@pytest.mark.parametrize(
    ("data", "actors", "films"),
    [
        ({"connect": {"id": 3}}, [[1, 2, 3], [2]], [[1], [1, 2], [1]]),
        ({"connect": [{"title": "c"}, {"id": 1}]}, [[1, 2, 3], [2]], [[1], [1, 2], [1]]),
        ({"disconnect": {"id": 2}}, [[1], [2]], [[1], [2], []]),
        ({"disconnect": [{"id": 1}, {"title": "b"}]}, [[], [2]], [[], [2], []]),
        ({"disconnect": {"id": 3}}, [[1, 2], [2]], [[1], [1, 2], []]),
        ({"set": [{"id": 3}, {"id": 2}]}, [[2, 3], [2]], [[], [1, 2], [1]]),
        ({"set": []}, [[], [2]], [[], [2], []]),
        ({"create": {"id": 4, "title": "d"}}, [[1, 2, 4], [2]], [[1], [1, 2], [], [1]]),
        (
            {
                "connectOrCreate": [
                    {"where": {"id": 3}, "create": {"id": 3, "title": "x"}},
                    {"where": {"id": 5}, "create": {"id": 5, "title": "e"}},
                ]
            },
            [[1, 2, 3, 5], [2]],
            [[1], [1, 2], [1], [1]],
        ),
        (
            {
                "upsert": {
                    "where": {"id": 5},
                    "create": {"id": 5, "title": "e"},
                    "update": {"year": 1},
                }
            },
            [[1, 2, 5], [2]],
            [[1], [1, 2], [], [1]],
        ),
    ],
)
async def test_both_lists_follow(
    engine: MongoEngine,
    stored: Stored,
    data: Any,
    actors: list[list[int]],
    films: list[list[int]],
) -> None:
    answer = await actor(engine, data)
    found = lists(stored)
    assert [sorted(each) for each in found[0]] == actors
    assert [sorted(each) for each in found[1]] == films
    assert answer == {"films": [{"id": number} for number in actors[0]]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"connect": {"id": 9}}, "P2025"),
        ({"delete": {"id": 3}}, "P2025"),
        ({"update": {"where": {"id": 3}, "data": {"year": 1}}}, "P2025"),
        ({"create": {"id": 3, "title": "x"}}, "P2002"),
        ({"createMany": {"data": {"id": 4, "title": "d"}}}, "P2009"),
    ],
)
async def test_refused(engine: MongoEngine, stored: Stored, data: Any, code: str) -> None:
    error = await refused(actor(engine, data))
    assert error.code == code
    assert lists(stored) == ([[1, 2], [2]], [[1], [1, 2], []])


async def test_updates_reach_only_what_is_connected(engine: MongoEngine, stored: Stored) -> None:
    await actor(engine, {"updateMany": {"where": {}, "data": {"year": {"increment": 1}}}}, 2)
    assert [film.get("year") for film in stored("Film")] == [1990, 2001, None]
    await actor(engine, {"update": {"where": {"title": "a"}, "data": {"year": 5}}})
    assert [film.get("year") for film in stored("Film")] == [5, 2001, None]


@pytest.mark.parametrize(
    ("delete", "left"),
    [
        (lambda engine: ask(engine, "deleteOne", "Film", where={"id": 2}), [1, 3]),
        (lambda engine: ask(engine, "deleteMany", "Film", where={"id": 2}), [1, 3]),
        (lambda engine: actor(engine, {"delete": {"id": 2}}), [1, 3]),
        (lambda engine: actor(engine, {"deleteMany": {"year": {"gt": 1995}}}), [1, 3]),
        (lambda engine: actor(engine, {"deleteMany": {}}), [3]),
    ],
    ids=["one", "many", "nested", "nested many", "all nested"],
)
async def test_ids_of_the_deleted_stay_in_lists_and_are_not_seen(
    engine: MongoEngine, stored: Stored, delete: Any, left: list[int]
) -> None:
    """As Prisma does: a delete is one command, and no reading follows such an id."""
    await delete(engine)
    assert [film["_id"] for film in stored("Film")] == left
    assert lists(stored)[0] == [[1, 2], [2]]
    films = [{"id": 1}] if 1 in left else []
    seen = selected("films"), selected("_count", "films")
    assert await ask(engine, "findMany", "Actor", *seen) == [
        {"films": films, "_count": {"films": len(films)}},
        {"films": [], "_count": {"films": 0}},
    ]
    for where, found in [
        ({"films": {"none": {"id": {"gt": 1}}}}, [{"id": 1}, {"id": 2}]),
        ({"films": {"some": {}}}, [{"id": 1}] if films else []),
    ]:
        assert await ask(engine, "findMany", "Actor", where=where) == found


async def test_a_list_of_ids_may_be_written_itself(engine: MongoEngine, stored: Stored) -> None:
    """Prisma does so: the other side is then not touched."""
    await ask(engine, "createOne", "Actor", data={"id": 3, "filmIds": [3]})
    await ask(engine, "updateOne", "Actor", where={"id": 2}, data={"filmIds": {"push": 1}})
    assert lists(stored) == ([[1, 2], [2, 1], [3]], [[1], [1, 2], []])


async def test_filters_through_the_lists(engine: MongoEngine) -> None:
    for where, found in [
        ({"films": {"some": {"year": 2000}}}, [1, 2]),
        ({"films": {"every": {"year": 2000}}}, [2]),
        ({"films": {"none": {"year": 1990}}}, [2]),
    ]:
        answer = await ask(engine, "findMany", "Actor", where=where)
        assert [actor["id"] for actor in answer] == found


@pytest.mark.parametrize("odd", [1.5, "x", {"a": 1}], ids=str)
async def test_a_list_of_ids_that_is_none(
    engine: MongoEngine, stored: Stored, raw: Any, odd: object
) -> None:
    """Others have stored it; a connect makes it a list."""
    raw["Actor"].update_one({"_id": 1}, {"$set": {"films": odd}})
    data = {"films": {"connect": {"id": 3}}}
    await ask(engine, "updateOne", "Actor", where={"id": 1}, data=data)
    assert lists(stored) == ([[3], [2]], [[1], [1, 2], [1]])
