"""What a cluster of shards is sent, by a mongos that refuses what a mongos refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from prisma.errors import MissingRequiredValueError
from pymongo import AsyncMongoClient
from pymongo.database import Database

from prismongo.check import check, findings
from prismongo.engine import MongoEngine
from prismongo.errors import UnsupportedOperationError
from prismongo.schema import parse, push
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.mongo import MongoStore
from prismongo.stores.mongo.push.plan import CreateCollection, ShardCollection, ShardKeyDiffers
from prismongo.stores.mongo.push.text import step_lines
from prismongo.url import url_database
from tests.behaviour.asking import ask, refused, selected
from tests.engines import HEADER, Document
from tests.sharding.mongos import Mongos

SCHEMA = (
    HEADER
    + """
model Room {
  id    Int    @id @map("_id")
  name  String
  notes Note[]
  tags  Tag[]  @relation(fields: [tagIds], references: [id])
  tagIds Int[]
}
/// @shardKey([roomId, id])
model Note {
  id     Int    @id @map("_id")
  roomId Int
  text   String
  room   Room   @relation(fields: [roomId], references: [id], onDelete: Cascade)
}
/// @shardKey([label(hashed)])
model Tag {
  id      Int    @id @map("_id")
  label   String
  rooms   Room[] @relation(fields: [roomIds], references: [id])
  roomIds Int[]
}
"""
)
NOTE_KEY = {"roomId": 1, "_id": 1}
Connect = Callable[[Datamodel], Awaitable[MongoEngine]]


@pytest.fixture
async def connect(url: str) -> AsyncIterator[Connect]:
    """Gives connected engines."""
    engines: list[MongoEngine] = []

    def client(*_: Any) -> AsyncMongoClient[Document]:
        return AsyncMongoClient(url, tz_aware=True)

    async def made(datamodel: Datamodel) -> MongoEngine:
        engine = MongoEngine(
            datamodel, lambda model, _: MongoStore(model, client, url_database(url))
        )
        engines.append(engine)
        await engine.connect()
        return engine

    yield made
    for engine in engines:
        await engine.aclose()


@pytest.fixture
async def engine(connect: Connect, url: str) -> MongoEngine:
    """On a cluster where notes and tags are sharded, with two rooms."""
    datamodel = parse(SCHEMA)
    await push(datamodel, url, shard=True)
    engine = await connect(datamodel)
    for number, name in ((1, "a"), (2, "b"), (3, "c")):
        notes = [{"id": 10 * number + n, "text": f"{name}{n}"} for n in range(number)]
        data = {"id": number, "name": name, "notes": {"create": notes}}
        await ask(engine, "createOne", "Room", data=data)
    await ask(engine, "createMany", "Tag", data=[{"id": n, "label": f"t{n}"} for n in (1, 2)])
    return engine


class TestWrites:
    async def test_the_mongos_refuses_what_does_not_name_the_key(
        self, engine: MongoEngine, connect: Connect, mongos: Mongos
    ) -> None:
        unaware = await connect(parse(SCHEMA.replace("/// @shardKey([roomId, id])", "")))
        error = await refused(
            ask(unaware, "updateOne", "Note", where={"id": 10}, data={"text": "x"})
        )
        assert isinstance(error, MissingRequiredValueError)
        assert "Give every field of the key" in str(error)
        assert error.meta["database_error"] == "ShardKeyNotFound"
        assert mongos.refused == [61]

    async def test_all_kinds_name_it(self, engine: MongoEngine, mongos: Mongos) -> None:
        where, text = {"id": 20}, {"text": "x"}
        await ask(engine, "updateOne", "Note", where=where, data=text)
        await ask(engine, "updateOne", "Note", where=where, data={"roomId": 1})
        await ask(engine, "updateOne", "Note", where=where, data={"room": {"connect": {"id": 2}}})
        await ask(engine, "updateMany", "Note", where={"room": {"name": "b"}}, data={"roomId": 3})
        upsert = {"create": {"id": 20, "roomId": 3, **text}, "update": {"roomId": 2}}
        await ask(engine, "upsertOne", "Note", where={"id": 20, "roomId": 3}, **upsert)
        moved = {"notes": {"connect": [{"id": 30}], "update": [{"where": where, "data": text}]}}
        await ask(engine, "updateOne", "Room", where={"id": 2}, data=moved)
        tags = {"tags": {"connect": [{"id": 1}], "create": [{"id": 3, "label": "t3"}]}}
        await ask(engine, "updateOne", "Room", where={"id": 1}, data=tags)
        await ask(engine, "updateOne", "Room", where={"id": 1}, data={"tags": {"set": [{"id": 2}]}})
        await ask(engine, "deleteOne", "Note", where={"id": 31})
        await ask(engine, "deleteOne", "Room", where={"id": 2})
        await ask(engine, "deleteMany", "Room", where={"notes": {"some": {}}}, limit=1)
        assert mongos.refused == []
        found = await ask(engine, "findMany", "Note", "id roomId text", orderBy={"id": "asc"})
        assert [(row["id"], row["roomId"]) for row in found] == [(21, 3), (32, 3)]

    @pytest.mark.parametrize("lacking", [{}, {"roomId": None, "label": None}], ids=str)
    async def test_of_records_that_lack_it(
        self, engine: MongoEngine, mongos: Mongos, live: Database[Document], lacking: Document
    ) -> None:
        live["Note"].insert_many([{"_id": one, "text": "z", **lacking} for one in (90, 91, 92)])
        live["Tag"].insert_one({"_id": 9, "roomIds": [1], **lacking})
        live["Room"].update_one({"_id": 1}, {"$set": {"tagIds": [9]}})
        where = {"where": {"id": 90}}
        await ask(engine, "updateOne", "Note", **where, data={"text": "x"})
        await ask(engine, "updateOne", "Note", **where, data={"roomId": 2})
        moved = {"notes": {"connect": [{"id": 91}]}}
        await ask(engine, "updateOne", "Room", where={"id": 2}, data=moved)
        await ask(engine, "deleteOne", "Note", where={"id": 92})
        tags = {"tags": {"disconnect": {"id": 9}}}
        await ask(engine, "updateOne", "Room", where={"id": 1}, data=tags)
        await ask(engine, "deleteOne", "Tag", where={"id": 9})
        assert mongos.refused == []
        found = live["Note"].find({"_id": {"$gte": 90}}).sort("_id")
        assert [(row["_id"], row.get("roomId"), row["text"]) for row in found] == [
            (90, 2, "x"),
            (91, 2, "z"),
        ]


async def answers(engine: MongoEngine) -> list[Any]:
    """What reads answer that join collections."""
    by_id = {"orderBy": {"id": "asc"}}
    notes = {"notes": {"some": {"text": {"endswith": "1"}}}}
    await ask(engine, "updateOne", "Room", where={"id": 1}, data={"tags": {"connect": [{"id": 1}]}})
    some = {"data": [{"id": 99, "roomId": 77, "text": "z"}]}  # of no room
    if not await ask(engine, "findMany", "Note", where={"id": 99}):
        await ask(engine, "createMany", "Note", **some)
    return [
        await ask(engine, "findMany", "Room", where=notes, **by_id),
        await ask(engine, "findMany", "Room", where={"NOT": [notes]}, **by_id),
        await ask(engine, "findMany", "Room", where={"notes": {"every": {"id": 10}}}, **by_id),
        await ask(engine, "findMany", "Room", where={"tags": {"none": {"label": "t1"}}}, **by_id),
        await ask(engine, "findMany", "Tag", where={"rooms": {"some": {"name": "a"}}}, **by_id),
        await ask(
            engine,
            "findMany",
            "Tag",
            where={"rooms": {"some": {"notes": {"some": {"text": "a0"}}}}},
            **by_id,
        ),
        await ask(engine, "findMany", "Room", orderBy=[{"notes": {"_count": "desc"}}], take=2),
        await ask(engine, "findMany", "Room", orderBy=[{"tags": {"_count": "desc"}}], take=2),
        await ask(
            engine,
            "findMany",
            "Note",
            orderBy=[{"room": {"name": "desc"}}, {"id": "desc"}],
            cursor={"id": 32},
            skip=1,
            take=3,
        ),
        await ask(
            engine,
            "findMany",
            "Note",
            orderBy=[{"room": {"notes": {"_count": "asc"}}}, {"id": "asc"}],
        ),
        await ask(
            engine,
            "findMany",
            "Room",
            "id",
            selected("notes", take=1, **by_id),
            orderBy={"id": "asc"},
        ),
        await ask(
            engine,
            "findMany",
            "Room",
            "id",
            selected("tags", take=1, **by_id),
            orderBy={"id": "asc"},
        ),
        await ask(
            engine,
            "findMany",
            "Room",
            "id",
            selected("_count", "notes tags"),
            orderBy={"id": "asc"},
        ),
        await ask(engine, "aggregate", "Room", selected("_sum", "id"), where=notes),
        await ask(
            engine,
            "aggregate",
            "Room",
            selected("_max", "id"),
            orderBy=[{"notes": {"_count": "desc"}}],
            take=1,
        ),
        await ask(
            engine, "groupBy", "Room", "name", by=["name"], where=notes, orderBy={"name": "asc"}
        ),
    ]


class TestJoins:
    async def test_are_taken_in_two_steps_where_they_are_forbidden(
        self, engine: MongoEngine, connect: Connect, mongos: Mongos, wire_version: int | None
    ) -> None:
        found = await answers(engine)
        assert mongos.refused == []

        mongos.keys.clear()
        plain = await connect(parse(SCHEMA.replace("/// @shardKey", "/// shardKey")))
        assert found == await answers(plain)

    async def test_and_in_transactions(self, engine: MongoEngine, mongos: Mongos) -> None:
        where = {"notes": {"some": {"text": "b1"}}}
        data = {"notes": {"deleteMany": [{"room": {"notes": {"some": {"text": "b1"}}}}]}}
        await ask(engine, "updateManyAndReturn", "Room", "id", where=where, data={"name": "x"})
        await ask(engine, "updateOne", "Room", where={"id": 2}, data=data)
        assert mongos.refused == []
        left = await ask(engine, "findMany", "Room", "name", selected("notes"), where={"id": 2})
        assert left == [{"name": "x", "notes": []}]


class TestPush:
    async def test_shards_only_where_it_is_asked_for(
        self, url: str, mongos: Mongos, live: Database[Document]
    ) -> None:
        datamodel = parse(SCHEMA)
        pushed = await push(datamodel, url)
        assert mongos.keys == {}
        assert [type(step) for step in pushed.left] == [ShardCollection, ShardCollection]
        assert [*step_lines(pushed.left[0])] == [
            "? shard key   Note is sharded by (roomId, _id) with --shard"
        ]

        pushed = await push(datamodel, url, shard=True)
        database = live.name
        tag_key = {"label": "hashed"}
        assert mongos.keys == {f"{database}.Note": NOTE_KEY, f"{database}.Tag": tag_key}
        assert pushed.left == ()
        assert live["Note"].index_information()["roomId_1__id_1"]["key"] == [*NOTE_KEY.items()]
        assert live["Tag"].index_information()["label_hashed"]["key"] == [("label", "hashed")]
        assert (await push(datamodel, url, shard=True, drop=True)).plan.is_empty

    async def test_new_collections_and_their_keys_at_once(self, url: str, mongos: Mongos) -> None:
        pushed = await push(parse(SCHEMA), url, shard=True)
        assert [type(step) for step in pushed.done] == [
            *[CreateCollection] * 3,
            *[ShardCollection] * 2,
        ]

    async def test_another_key_stays(
        self, url: str, mongos: Mongos, live: Database[Document]
    ) -> None:
        live.create_collection("Note")
        mongos.keys |= {f"{live.name}.Note": {"text": 1}, f"{live.name}.Room": {"name": 1}}
        pushed = await push(parse(SCHEMA), url, shard=True)
        assert [type(step) for step in pushed.left] == [ShardKeyDiffers, ShardKeyDiffers]
        lines = [line for step in pushed.left for line in step_lines(step)]
        end = "in the schema: correct the schema, or reshard by hand"
        assert lines == [
            f"! shard key   Room is sharded by (name), not sharded {end}",
            f"! shard key   Note is sharded by (text), by (roomId, _id) {end}",
        ]
        assert mongos.keys[f"{live.name}.Note"] == {"text": 1}

    async def test_elsewhere_there_is_nothing_to_shard(self, mongo_url: str) -> None:
        assert (await push(parse(SCHEMA), mongo_url)).left == ()
        with pytest.raises(UnsupportedOperationError, match="no mongos"):
            await push(parse(SCHEMA), mongo_url, shard=True)


class TestCheck:
    async def test_compares_the_keys(
        self, url: str, mongos: Mongos, live: Database[Document]
    ) -> None:
        datamodel = parse(SCHEMA)
        await push(datamodel, url)
        found = {one.subject: one for one in findings(await check(datamodel, url))}
        assert (found["topology"].state, found["indexes"].state) == ("ok", "note")
        assert found["indexes"].text == "2 collections are not sharded"

        mongos.keys[f"{live.name}.Note"] = {"text": 1}
        found = {one.subject: one for one in findings(await check(datamodel, url))}
        assert found["indexes"].state == "failed"
        assert "1 shard key differs" in found["indexes"].text

        mongos.keys[f"{live.name}.Note"] = {"roomId": 1.0, "_id": 1.0}
        mongos.keys[f"{live.name}.Tag"] = {"label": "hashed"}
        found = {one.subject: one for one in findings(await check(datamodel, url))}
        assert found["indexes"].state == "ok"
