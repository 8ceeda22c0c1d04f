"""Defaults: what the engine fills in, when it does, and that a given value stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import Int64, ObjectId, Timestamp

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import ModelAction
from tests.behaviour.asking import ask
from tests.engines import EngineFor, Stored

LITERALS = """
model Kit {
  id    Int      @id @map("_id")
  text  String   @default("a \\"$b\\"")
  whole Int      @default(-3)
  big   BigInt   @default(9007199254740993)
  real  Float    @default(2)
  flag  Boolean  @default(false)
  when  DateTime @default("2020-02-29T12:00:00.5+01:00")
  bytes Bytes    @default("AAE=")
  data  Json     @default("{\\"a\\": [1]}")
  kind  Kind     @default(SOFT)
  texts String[] @default(["x", "y"])
  kinds Kind[]   @default([HARD, SOFT])
  maybe Int?     @default(7)
  none  Int?
}

enum Kind {
  SOFT @map("soft")
  HARD
}
"""

KIT: dict[str, Any] = {
    "text": 'a "$b"',
    "whole": -3,
    "big": 9007199254740993,
    "real": 2.0,
    "flag": False,
    "bytes": b"\x00\x01",
    "data": {"a": [1]},
    "kind": "soft",
    "texts": ["x", "y"],
    "kinds": ["HARD", "soft"],
    "maybe": 7,
}


class TestLiterals:
    async def test_each_type(self, engine_for: EngineFor, stored: Stored) -> None:
        engine = await engine_for(LITERALS)
        everything = "text whole big real flag when bytes data kind texts kinds maybe none"
        answer = await ask(engine, "createOne", "Kit", everything, data={"id": 1})
        assert answer == {
            "text": 'a "$b"',
            "whole": -3,
            "big": "9007199254740993",
            "real": 2.0,
            "flag": False,
            "when": "2020-02-29T11:00:00.500Z",
            "bytes": "AAE=",
            "data": '{"a":[1]}',
            "kind": "SOFT",
            "texts": ["x", "y"],
            "kinds": ["HARD", "SOFT"],
            "maybe": 7,
            "none": None,
        }
        (kit,) = stored("Kit")
        assert kit.pop("when").replace(tzinfo=None) == datetime(2020, 2, 29, 11, 0, 0, 500000)  # noqa: DTZ001
        assert kit == {"_id": 1, **KIT}
        assert isinstance(kit["big"], Int64)

    async def test_a_given_value_stands(self, engine_for: EngineFor, stored: Stored) -> None:
        engine = await engine_for(LITERALS)
        given = {"text": "", "whole": 0, "flag": True, "kind": "HARD", "texts": [], "maybe": None}
        await ask(engine, "createOne", "Kit", data={"id": 1, **given})
        (kit,) = stored("Kit")
        assert {name: kit[name] for name in given} == given

    async def test_an_update_fills_in_nothing(
        self, engine_for: EngineFor, stored: Stored, raw: Any
    ) -> None:
        engine = await engine_for(LITERALS)
        raw["Kit"].insert_one({"_id": 1})
        await ask(engine, "updateOne", "Kit", where={"id": 1}, data={"whole": 5})
        assert stored("Kit") == [{"_id": 1, "whole": 5}]

    async def test_a_stored_document_without_the_value_reads_as_the_default(
        self, engine_for: EngineFor, raw: Any
    ) -> None:
        """A field that became required later: as Prisma, where the default is a constant."""
        engine = await engine_for(LITERALS)
        raw["Kit"].insert_one({"_id": 1})
        answer = await ask(engine, "findFirst", "Kit", "text whole kind texts maybe none")
        assert answer == {
            "text": 'a "$b"',
            "whole": -3,
            "kind": "SOFT",
            "texts": [],
            "maybe": None,
            "none": None,
        }

    async def test_many_each_have_their_own(self, engine_for: EngineFor, stored: Stored) -> None:
        engine = await engine_for(LITERALS)
        await ask(engine, "createMany", "Kit", data=[{"id": 1}, {"id": 2, "whole": 9}])
        assert [(kit["whole"], kit["texts"]) for kit in stored("Kit")] == [
            (-3, ["x", "y"]),
            (9, ["x", "y"]),
        ]


MADE = """
model Made {
  id    String   @id @default(auto()) @map("_id") @db.ObjectId
  nr    Int
  cuid  String   @default(cuid())
  cuid2 String   @default(cuid(2))
  uuid  String   @default(uuid())
  uuid7 String   @default(uuid(7))
  ulid  String   @default(ulid())
  nano  String   @default(nanoid(8))
  start DateTime @default(now())
  stamp DateTime @updatedAt
}
"""


class TestMade:
    @pytest.fixture
    async def engine(self, engine_for: EngineFor) -> MongoEngine:
        return await engine_for(MADE)

    async def test_what_they_look_like(self, engine: MongoEngine, stored: Stored) -> None:
        before = datetime.now(UTC) - timedelta(milliseconds=1)
        data = {"nr": 1}
        names = "id cuid cuid2 uuid uuid7 ulid nano start stamp"
        answer = await ask(engine, "createOne", "Made", names, data=data)
        (made,) = stored("Made")
        assert isinstance(made["_id"], ObjectId)
        assert answer["id"] == str(made["_id"])
        for name, pattern in [
            ("cuid", r"c[0-9a-z]{24}"),
            ("cuid2", r"[a-z][0-9a-z]{23}"),
            ("uuid7", r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
            ("ulid", r"[0-7][0-9A-HJKMNP-TV-Z]{25}"),
            ("uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
            ("nano", r"[A-Za-z0-9_-]{8}"),
        ]:
            assert re.fullmatch(pattern, made[name])
            assert answer[name] == made[name]
        assert answer["start"] == answer["stamp"]  # one moment a request
        start = datetime.fromisoformat(answer["start"].replace("Z", "+00:00"))
        assert before <= start <= datetime.now(UTC)

    async def test_one_moment_a_request_and_other_ids(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, "createMany", "Made", data=[{"nr": 1}, {"nr": 2}, {"nr": 3}])
        made = stored("Made")
        for name in ("_id", "cuid", "uuid", "nano"):
            assert len({document[name] for document in made}) == 3
        assert len({document["start"] for document in made}) == 1

    async def test_given_values_stand(self, engine: MongoEngine, stored: Stored) -> None:
        start, stamp = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 2, 2, tzinfo=UTC)
        data = {"id": "65a0000000000000000000aa", "nr": 1, "cuid": "mine"}
        await ask(engine, "createOne", "Made", data={**data, "start": start, "stamp": stamp})
        (made,) = stored("Made")
        assert made["_id"] == ObjectId("65a0000000000000000000aa")
        assert (made["cuid"], made["start"].year, made["stamp"].year) == ("mine", 2001, 2002)

    async def test_an_update_makes_a_new_stamp_only(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        data = {
            "id": "65a0000000000000000000aa",
            "nr": 1,
            "stamp": datetime(2002, 2, 2, tzinfo=UTC),
        }
        await ask(engine, "createOne", "Made", data=data)
        (before,) = stored("Made")
        await ask(engine, "updateMany", "Made", data={"nr": 2})
        (after,) = stored("Made")
        assert after["stamp"] > before["stamp"]
        assert {**after, "stamp": None, "nr": 1} == {**before, "stamp": None}

    async def test_a_moment_may_be_the_id(self, engine_for: EngineFor, stored: Stored) -> None:
        engine = await engine_for(
            """
            model Tick {
              at DateTime @id @default(now()) @map("_id")
              nr Int
            }
            """
        )
        answer = await ask(engine, "createOne", "Tick", "at nr", data={"nr": 1})
        found = await ask(engine, "findUnique", "Tick", "nr", where={"at": answer["at"]})
        assert found == {"nr": 1}
        assert isinstance(stored("Tick")[0]["_id"], datetime)


STAMPED = """
model Event {
  id      Int       @id @map("_id")
  text    String    @default("a")
  born    DateTime  @default(now()) @db.Timestamp
  changed DateTime  @updatedAt @db.Timestamp
  placeId Int?
  place   Place?    @relation(fields: [placeId], references: [id])
}

model Place {
  id      Int       @id @map("_id")
  events  Event[]
  changed DateTime? @updatedAt @db.Timestamp
}
"""


async def test_moments_are_stored_as_the_field_says(engine_for: EngineFor, stored: Stored) -> None:
    engine = await engine_for(STAMPED)
    await ask(engine, "createOne", "Place", data={"id": 1})
    await ask(engine, "createOne", "Event", data={"id": 1})
    changes: tuple[tuple[ModelAction, Any], ...] = (
        ("updateOne", {"where": {"id": 1}, "data": {"text": "b"}}),
        ("updateMany", {"data": {"text": "c"}}),
        ("updateOne", {"where": {"id": 1}, "data": {"place": {"connect": {"id": 1}}}}),
    )
    for action, arguments in changes:
        await ask(engine, action, "Event", **arguments)
        (event,) = stored("Event")
        assert isinstance(event["born"], Timestamp)
        assert isinstance(event["changed"], Timestamp)
