"""Records that are stored without a field of their shard key, or with null in it, are written."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Room {
  id    Int    @id @map("_id")
  notes Note[]
  tags  Tag[]  @relation(fields: [tagIds], references: [id])
  tagIds Int[]
}
/// @shardKey([zone, id])
model Note {
  id     Int    @id @map("_id")
  zone   Int    @map("z")
  text   String?
  roomId Int?
  room   Room?  @relation(fields: [roomId], references: [id], onDelete: Cascade)
}
/// @shardKey([label(hashed)])
model Tag {
  id      Int    @id @map("_id")
  label   String
  rooms   Room[] @relation(fields: [roomIds], references: [id])
  roomIds Int[]
}
"""


@pytest.fixture(params=[{}, {"z": None}], ids=["missing", "null"])
def lacking(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What is stored of the key."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Any, lacking: dict[str, Any]) -> MongoEngine:
    """A room with two notes and a tag that lack their keys, and a note that has its own."""
    raw["Room"].insert_one({"_id": 1, "tagIds": [1]})
    raw["Note"].insert_many([{"_id": one, "roomId": 1, **lacking} for one in (1, 2)])
    raw["Note"].insert_one({"_id": 3, "z": 7, "roomId": 1})
    raw["Tag"].insert_one({"_id": 1, "roomIds": [1]})
    return await engine_for(SCHEMA)


def notes(stored: Stored) -> dict[int, Any]:
    """What of the notes has been written."""
    return {row["_id"]: (row.get("z"), row.get("text"), row["roomId"]) for row in stored("Note")}


@pytest.mark.parametrize(
    ("data", "after"),
    [
        ({"text": "x"}, (None, "x", 1)),
        ({"zone": 5}, (5, None, 1)),
        ({"zone": 5, "room": {"disconnect": True}}, (5, None, None)),
        ({"room": {"create": {"id": 9}}}, (None, None, 9)),
    ],
    ids=str,
)
async def test_an_update(engine: MongoEngine, stored: Stored, data: Any, after: Any) -> None:
    await ask(engine, "updateOne", "Note", where={"id": 2}, data=data)
    assert notes(stored) == {1: (None, None, 1), 2: after, 3: (7, None, 1)}


async def test_an_update_of_many(engine: MongoEngine, stored: Stored) -> None:
    where = {"text": {"isSet": False}, "id": {"lte": 3}}
    found = await ask(engine, "updateMany", "Note", where=where, data={"zone": 5}, limit=2)
    assert found == {"count": 2}
    assert notes(stored) == {1: (5, None, 1), 2: (5, None, 1), 3: (7, None, 1)}


async def test_a_delete(engine: MongoEngine, stored: Stored) -> None:
    await ask(engine, "deleteOne", "Note", where={"id": 1})
    assert await ask(engine, "deleteMany", "Note", where={"room": {"id": 1}}, limit=1) == {
        "count": 1
    }
    assert [*notes(stored)] == [3]


async def test_nested_writes(engine: MongoEngine, stored: Stored) -> None:
    update = {"update": [{"where": {"id": 1}, "data": {"text": "x"}}], "disconnect": [{"id": 2}]}
    await ask(engine, "updateOne", "Room", where={"id": 1}, data={"notes": update})
    assert notes(stored) == {1: (None, "x", 1), 2: (None, None, None), 3: (7, None, 1)}
    await ask(engine, "updateOne", "Room", where={"id": 1}, data={"notes": {"delete": {"id": 1}}})
    assert [*notes(stored)] == [2, 3]


async def test_lists_of_ids(engine: MongoEngine, stored: Stored) -> None:
    data = {"tags": {"disconnect": {"id": 1}}}
    await ask(engine, "updateOne", "Room", where={"id": 1}, data=data)
    assert stored("Tag") == [{"_id": 1, "roomIds": []}]


async def test_a_cascade(engine: MongoEngine, stored: Stored) -> None:
    await ask(engine, "deleteOne", "Room", where={"id": 1})
    assert notes(stored) == {}


async def test_several_that_are_answered(engine: MongoEngine, stored: Stored) -> None:
    found = await ask(
        engine, "updateManyAndReturn", "Note", "id", selected("room"), data={"text": "x"}
    )
    assert found == [{"id": one, "room": {"id": 1}} for one in (1, 2, 3)]
    assert {text for _, text, _ in notes(stored).values()} == {"x"}
