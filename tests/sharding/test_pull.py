"""`pull` of a sharded cluster: new models have the shard keys of their collections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from prismongo.check import check, findings
from prismongo.pull import pull
from prismongo.schema import parse, push
from prismongo.schema.files import schema_of_text
from tests.engines import Document
from tests.sharding.mongos import Mongos

PATH = Path("schema.prisma")
Live = Database[Document]


async def pulled(url: str, before: str | None = None) -> str:
    """The schema."""
    schema = None if before is None else schema_of_text(before, PATH)
    files = (await pull(url, schema, PATH)).files
    return files.get(PATH, before or "")


async def fits(text: str, url: str) -> bool:
    """Whether the cluster is as a schema says, and a second pull leaves it alone."""
    return (await push(parse(text), url)).plan.is_empty and await pulled(url, text) == text


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ({"room": 1, "_id": 1}, "/// @shardKey([room, id])"),
        ({"room": 1, "full name": 1}, "/// @shardKey([room, full_name])"),
        ({"room": "hashed"}, "/// @shardKey([room(hashed)])"),
        ({"_id": "hashed"}, "/// @shardKey([id(hashed)])"),
        ({"_id": 1}, "/// @shardKey([id])"),
    ],
    ids=str,
)
async def test_a_new_model(live: Live, url: str, mongos: Mongos, key: Any, line: str) -> None:
    live["Note"].insert_many([{"room": one, "full name": f"n{one}"} for one in (1, 2)])
    live["Note"].create_index([*key.items()])
    live["Plain"].insert_one({"room": 1})
    there = {name: way if way == "hashed" else 1.0 for name, way in key.items()}
    mongos.keys[f"{live.name}.Note"] = there

    text = await pulled(url)
    assert "no words" not in text
    assert f"{line}\nmodel Note {{" in text
    assert text.count("@shardKey") == 1
    assert await fits(text, url)
    found = {one.subject: one.state for one in findings(await check(parse(text), url, sample=10))}
    assert (found["indexes"], found["documents"]) == ("ok", "ok")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ({"lost": 1, "_id": 1}, "(lost, _id), which `@shardKey` cannot say: lost is not in every"),
        ({"none": "hashed"}, "(none hashed), which `@shardKey` cannot say: none is in no document"),
        ({"box.size": 1}, "(box.size), which `@shardKey` cannot say: box.size is inside an object"),
        ({"box": 1}, "(box), which `@shardKey` cannot say: box is no scalar"),
        ({"mixed": 1}, "(mixed), which `@shardKey` cannot say: mixed is no scalar"),
    ],
    ids=str,
)
async def test_a_key_that_the_schema_cannot_have(
    live: Live, url: str, mongos: Mongos, key: Any, text: str
) -> None:
    live["Note"].insert_many(
        [{"box": {"size": 1}, "mixed": 1, "lost": 1}, {"box": {"size": 2}, "mixed": "a"}]
    )
    mongos.keys[f"{live.name}.Note"] = key
    found = await pulled(url)
    assert f"\n// Sharded by {text}" in found
    assert "model Note {" in found
    parse(found)


async def test_a_unique_that_begins_with_the_key(live: Live, url: str, mongos: Mongos) -> None:
    live["Note"].insert_many([{"room": one, "nonce": "a"} for one in (1, 2)])
    live["Note"].create_index([("room", 1), ("nonce", 1)], unique=True)
    mongos.keys[f"{live.name}.Note"] = {"room": 1}
    text = await pulled(url)
    assert "@@unique([room, nonce]" in text
    assert await fits(text, url)


async def test_a_model_that_is_there_keeps_its_own(live: Live, url: str, mongos: Mongos) -> None:
    live["Note"].insert_one({"room": 1, "text": "a"})
    mongos.keys[f"{live.name}.Note"] = {"room": 1}
    before = await pulled(url)
    for line in ("/// @shardKey([text])\n", ""):
        known = before.replace("/// @shardKey([room])\n", line)
        assert known != before
        assert await pulled(url, known) == known


async def test_elsewhere_there_is_none(live: Live, mongo_url: str) -> None:
    live["Note"].insert_one({"room": 1})
    assert "shardKey" not in await pulled(mongo_url)
