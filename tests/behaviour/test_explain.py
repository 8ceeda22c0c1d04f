"""The server answers from indexes: what `explain` says of the commands that the engine sends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import pytest
from bson import ObjectId
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.schema import parse, push
from tests.behaviour.asking import ask
from tests.commands import Sent
from tests.engines import HEADER, Document, EngineFor

SCHEMA: Final = """
model User {
  id        String   @id @default(auto()) @map("_id") @db.ObjectId
  name      String   @unique
  email     String?  @unique
  level     Int
  nickname  String?
  joined    DateTime @default(now())
  tags      String[]
  areaId    Int
  area      Area     @relation(fields: [areaId], references: [id])

  @@unique([areaId, nickname])
  @@index([level])
  @@index([nickname])
  @@index([joined(sort: Desc)])
  @@index([tags])
  @@index([areaId, joined])
  @@index([areaId, level, name])
}

model Area {
  id    Int    @id @map("_id")
  title String @unique
  users User[]
}
"""
ID: Final = "507f1f77bcf86cd799439011"
USERS: Final = 300

Arguments = dict[str, Any]


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Database[Document], mongo_url: str) -> MongoEngine:
    await push(parse(HEADER + SCHEMA), mongo_url)
    raw["Area"].insert_many([{"_id": number, "title": f"t{number}"} for number in range(3)])
    raw["User"].insert_many(
        {
            "_id": ObjectId(f"{number:024x}"),
            "name": f"name {number}",
            "level": number % 7,
            "nickname": None if number % 3 else f"nick {number}",
            "tags": [f"tag {number % 5}"],
            "joined": datetime(2024, 1, 1 + number % 28, tzinfo=UTC),
            "areaId": number % 3,
        }
        for number in range(USERS)
    )
    return await engine_for(SCHEMA)


async def explained(
    engine: MongoEngine, sent: Sent, raw: Database[Document], arguments: Arguments
) -> Document:
    """The statistics of the command that reads the page, not the cursor and not its last ties."""
    sent.clear()
    await ask(engine, "findMany", "User", "name", **arguments)
    kept = ("find", "aggregate", "filter", "projection", "sort", "skip", "limit", "pipeline")
    reading = next(command for command in sent.commands if command.get("limit") != 1)
    command = {key: value for key, value in reading.items() if key in kept}
    if "aggregate" in command:
        command["cursor"] = {}
    return dict(raw.command("explain", command, verbosity="executionStats"))


def stages(node: Any) -> Iterator[str]:
    """The names of all stages of the winning plans, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("stage"), str):
            yield node["stage"]
        for key, value in node.items():
            if key not in ("rejectedPlans", "queryPlanner"):
                yield from stages(value)
    elif isinstance(node, list):
        for item in node:
            yield from stages(item)


INDEXED: Final[dict[str, Arguments]] = {
    "equality": {"level": 3},
    "equality of a unique": {"name": "name 1"},
    "equality of an optional unique": {"email": "e"},
    "in": {"level": {"in": [1, 2]}},
    "in an optional unique": {"email": {"in": ["e", "f"]}},
    "in with null": {"nickname": {"in": ["nick 3", None]}},
    "range": {"level": {"gt": 5}},
    "range of an optional unique": {"email": {"gte": "e", "lt": "f"}},
    "prefix": {"name": {"startsWith": "name 29"}},
    "prefix with a dot": {"name": {"startsWith": "a.b"}},
    "prefix of an optional unique": {"email": {"startsWith": "e"}},
    "compound unique": {"areaId": 1, "nickname": "nick 3"},
    "null": {"nickname": None},
    "list has": {"tags": {"has": "tag 1"}},
    "list has some": {"tags": {"hasSome": ["tag 1", "tag 2"]}},
    "list has every": {"tags": {"hasEvery": ["tag 1", "tag 2"]}},
    "and": {"AND": [{"level": 3}, {"name": {"contains": "a"}}]},
    "or of indexed": {"OR": [{"level": 3}, {"nickname": "nick 3"}]},
    "not of a comparison": {"NOT": {"level": {"lt": 6}}},
    "several ids": {"id": {"in": [ID, ID[::-1]]}},
}


async def test_a_filter_uses_an_index(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    scanned = {}
    for name, where in INDEXED.items():
        seen = set(stages(await explained(engine, sent, raw, {"where": where})))
        if "IXSCAN" not in seen or "COLLSCAN" in seen or sent.names != ["find"]:
            scanned[name] = seen
    assert scanned == {}


async def test_the_id_is_looked_up_directly(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    for where in ({"id": ID}, {"AND": [{"id": ID}]}):
        found = await explained(engine, sent, raw, {"where": where})
        assert {"IDHACK", "EXPRESS_IXSCAN"} & set(stages(found))


UNIQUES: Final[tuple[Arguments, ...]] = (
    {"id": ID},
    {"name": "name 1"},
    {"email": "e"},
    {"areaId_nickname": {"areaId": 1, "nickname": "nick 3"}},
    {"id": ID, "level": {"gt": 1}},
)


async def test_a_unique_examines_one_record(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    for where in UNIQUES:
        sent.clear()
        await ask(engine, "findUnique", "User", where=where)
        (command,) = sent.commands
        one = {"find": "User", "filter": command["filter"], "limit": 1}
        found = raw.command("explain", one, verbosity="executionStats")
        assert {"IDHACK", "EXPRESS_IXSCAN", "IXSCAN"} & set(stages(found)), where
        assert found["executionStats"]["totalDocsExamined"] <= 1, where


ORDERS: Final[dict[str, Arguments]] = {
    "a unique": {"orderBy": {"name": "asc"}},
    "an index": {"orderBy": {"level": "asc"}},
    "an index, backwards": {"orderBy": {"level": "desc"}},
    "the id": {"orderBy": {"id": "desc"}},
    "a descending index": {"orderBy": {"joined": "desc"}},
    "behind an equality": {"where": {"areaId": 1}, "orderBy": {"joined": "desc"}},
    "two keys behind an equality": {
        "where": {"areaId": 1},
        "orderBy": [{"level": "asc"}, {"name": "asc"}],
    },
    "all keys": {"orderBy": [{"areaId": "desc"}, {"level": "desc"}, {"name": "desc"}]},
}
CUTS: Final[dict[str, Arguments]] = {
    "whole": {},
    "take": {"take": 5},
    "take the last": {"take": -5},
    "cursor": {"take": 5, "cursor": {"id": f"{100:024x}"}},
    "skipped cursor": {"take": 5, "skip": 1, "cursor": {"id": f"{100:024x}"}},
    "cursor, backwards": {"take": -5, "cursor": {"id": f"{100:024x}"}},
}


async def test_an_index_gives_the_order(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    sorted_in_memory = {}
    for (order_name, order), (cut_name, cut) in product(ORDERS.items(), CUTS.items()):
        seen = set(stages(await explained(engine, sent, raw, order | cut)))
        if {"SORT", "COLLSCAN"} & seen or "IXSCAN" not in seen:
            sorted_in_memory[order_name, cut_name] = seen
    assert sorted_in_memory == {}


CURSOR_ORDERS: Final[tuple[Any, ...]] = (
    {"level": "asc"},
    {"level": "desc"},
    {"joined": "asc"},
    {"joined": "desc"},
    {"name": "desc"},
    [{"areaId": "asc"}, {"joined": "asc"}],
)


async def test_a_cursor_page_reads_about_as_much_as_it_gives(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    for order in CURSOR_ORDERS:
        arguments = {"orderBy": order, "take": 5, "skip": 1, "cursor": {"id": f"{100:024x}"}}
        statistics = (await explained(engine, sent, raw, arguments))["executionStats"]
        assert statistics["nReturned"] <= 6
        assert statistics["totalDocsExamined"] <= USERS / 5, order
        assert statistics["totalKeysExamined"] <= USERS / 5, order
