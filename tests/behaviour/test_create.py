"""Creating records: what is stored for what was given, and what is refused with nothing stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson import Int64
from prisma.errors import FieldNotFoundError, MissingRequiredValueError, UniqueViolationError
from prisma.fields import Base64, Json

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Request, Selection
from tests.behaviour.asking import ask, refused
from tests.engines import EngineFor, Stored

SCHEMA = """
model Boat {
  id      Int       @id @map("_id")
  name    String    @unique
  length  Float?    @map("len")
  tonnage BigInt?
  crewed  Boolean?
  built   DateTime?
  seal    Bytes?
  papers  Json?
  rig     Rig?
  ports   String[]
  ownerId Int?
  owner   Owner?    @relation(fields: [ownerId], references: [id])

  @@map("boats")
}

model Owner {
  id    Int    @id @map("_id")
  boats Boat[]
}

enum Rig {
  SLOOP
  KETCH @map("ketch")
}
"""


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    return await pushed_for(SCHEMA)


class TestStored:
    async def test_every_type(self, engine: MongoEngine, stored: Stored) -> None:
        facts: Any = {"flag": ["NL", None, 1.5]}
        data = {
            "id": 1,
            "name": "Ada",
            "length": 7,
            "tonnage": 9007199254740993,
            "crewed": True,
            "built": datetime(1966, 5, 4, 3, 2, 1, 123000, tzinfo=timezone(timedelta(hours=2))),
            "seal": Base64.encode(b"\x00\x01\x02"),
            "rig": "KETCH",
            "papers": Json(facts),
            "ports": ["Hoorn", "Cowes"],
        }
        assert await ask(engine, "createOne", "Boat", *data, "ownerId", data=data) == {
            "id": 1,
            "name": "Ada",
            "length": 7.0,
            "tonnage": "9007199254740993",
            "crewed": True,
            "built": "1966-05-04T01:02:01.123Z",
            "seal": "AAEC",
            "rig": "KETCH",
            "papers": '{"flag":["NL",null,1.5]}',
            "ports": ["Hoorn", "Cowes"],
            "ownerId": None,
        }
        (boat,) = stored("boats")
        assert boat == {
            "_id": 1,
            "name": "Ada",
            "len": 7.0,
            "tonnage": 9007199254740993,
            "crewed": True,
            "built": datetime(1966, 5, 4, 1, 2, 1, 123000, tzinfo=UTC).replace(
                tzinfo=boat["built"].tzinfo
            ),
            "seal": b"\x00\x01\x02",
            "rig": "ketch",
            "papers": facts,
            "ports": ["Hoorn", "Cowes"],
        }
        assert isinstance(boat["len"], float)
        assert isinstance(boat["tonnage"], Int64)

    async def test_what_was_not_given_is_not_stored(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        data = {"id": 1, "name": "Ada"}
        answer = await ask(engine, "createOne", "Boat", "length ports rig", data=data)
        assert answer == {"length": None, "ports": [], "rig": None}
        assert stored("boats") == [{"_id": 1, "name": "Ada"}]

    async def test_a_given_null_is_stored(self, engine: MongoEngine, stored: Stored) -> None:
        nulls = {"built": None, "papers": None, "ownerId": None}
        await ask(
            engine, "createOne", "Boat", data={"id": 1, "name": "Ada", "length": None, **nulls}
        )
        assert stored("boats") == [{"_id": 1, "name": "Ada", "len": None, **nulls}]

    async def test_a_list_in_a_set(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"id": 1, "name": "A", "ports": {"set": ["Delft"]}}
        await ask(engine, "createOne", "Boat", data=data)
        await ask(engine, "createOne", "Boat", data={"id": 2, "name": "B", "ports": []})
        assert [boat["ports"] for boat in stored("boats")] == [["Delft"], []]

    @pytest.mark.parametrize("text", ["$name", "$$ROOT", "{$gt: 1}", "a.b", "\0 ", ""])
    async def test_text_stays_text(self, engine: MongoEngine, stored: Stored, text: str) -> None:
        answer = await ask(engine, "createOne", "Boat", "name", data={"id": 1, "name": text})
        assert answer == {"name": text}
        assert stored("boats") == [{"_id": 1, "name": text}]

    async def test_keys_of_json_stay_keys(self, engine: MongoEngine, stored: Stored) -> None:
        papers: Any = {"a.b": {"c": "$name"}}
        data = {"id": 1, "name": "A", "papers": Json(papers)}
        await ask(engine, "createOne", "Boat", data=data)
        assert stored("boats")[0]["papers"] == papers

    async def test_a_whole_number_may_be_written_as_a_float(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, "createOne", "Boat", data={"id": 1.0, "name": "A"})
        assert stored("boats") == [{"_id": 1, "name": "A"}]


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({"id": 1}, "data.name"),
            ({"id": 1, "name": None}, "data.name"),
            ({"name": "Ada"}, "data.id"),
            ({"id": 1, "name": "Ada", "ports": None}, "data.ports"),
            ({"id": 1, "name": "Ada", "ports": {}}, "data.ports.set"),
        ],
    )
    async def test_a_missing_value(
        self, engine: MongoEngine, stored: Stored, data: Any, path: str
    ) -> None:
        error = await refused(ask(engine, "createOne", "Boat", data=data))
        assert isinstance(error, MissingRequiredValueError)
        assert (error.code, error.meta["path"]) == ("P2009", path)
        assert stored("boats") == []

    @pytest.mark.parametrize(
        "more",
        [
            {"wings": 2},
            {"id": 1.5},
            {"id": 9223372036854775808},
            {"length": True},
            {"length": "7"},
            {"name": {"set": None}},
            {"tonnage": 1.5},
            {"built": "yesterday"},
            {"built": "2020-01-01T10:00:00"},
            {"seal": "?"},
            {"rig": "BRIG"},
            {"rig": "ketch"},
            {"ports": [1]},
            {"ports": [None]},
            {"papers": "{"},
            {"owner": None},
            {"ownerId": 1, "owner": {"create": {"id": 1}}},
        ],
    )
    async def test_a_value_that_cannot_be(
        self, engine: MongoEngine, stored: Stored, more: Any
    ) -> None:
        data = {"id": 1, "name": "Ada", **more}
        error = await refused(ask(engine, "createOne", "Boat", data=data))
        assert error.code in ("P2009", "P2023", "P2033")
        assert stored("boats") == stored("Owner") == []

    async def test_a_taken_unique(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, "createOne", "Boat", data={"id": 1, "name": "Ada"})
        for data, field in [({"id": 1, "name": "Eve"}, "id"), ({"id": 2, "name": "Ada"}, "name")]:
            error = await refused(ask(engine, "createOne", "Boat", data=data))
            assert isinstance(error, UniqueViolationError)
            assert error.meta["target"] == [field]
            assert "Ada" not in str(error)
        assert stored("boats") == [{"_id": 1, "name": "Ada"}]


class TestMany:
    async def test_all(self, engine: MongoEngine, stored: Stored) -> None:
        data = [{"id": 1, "name": "A", "rig": "SLOOP"}, {"id": 2, "name": "B", "ownerId": 7}]
        answer = await ask(engine, "createMany", "Boat", data=data)
        assert answer == {"count": 2}
        assert stored("boats") == [
            {"_id": 1, "name": "A", "rig": "SLOOP"},
            {"_id": 2, "name": "B", "ownerId": 7},
        ]

    async def test_none_of_none(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(engine, "createMany", "Boat", data=[])
        assert answer == {"count": 0}
        assert stored("boats") == []

    async def test_one_of_them_that_is_taken_leaves_none(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        data = [{"id": 1, "name": "A"}, {"id": 2, "name": "A"}, {"id": 3, "name": "C"}]
        error = await refused(ask(engine, "createMany", "Boat", data=data))
        assert (error.code, error.meta["target"]) == ("P2002", ["name"])
        assert stored("boats") == []

    @pytest.mark.parametrize(
        "data",
        [
            {"id": 2, "name": "B", "owner": {"create": {"id": 1}}},
            {"id": 2},
            {"id": 2, "name": "B", "wings": 1},
        ],
    )
    async def test_one_of_them_that_cannot_be_leaves_none(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        both = [{"id": 1, "name": "A"}, data]
        error = await refused(ask(engine, "createMany", "Boat", data=both))
        assert isinstance(error, FieldNotFoundError | MissingRequiredValueError)
        assert stored("boats") == []


async def test_data_that_is_too_deep_is_refused_each_time(engine_for: EngineFor) -> None:
    """The first calls are looked at field by field, the later ones by what is known of them."""
    engine = await engine_for(
        'type Part {\n  inner Part?\n}\nmodel Row {\n  id Int @id @map("_id")\n  part Part?\n}\n'
    )

    def create(number: int, part: dict[str, Any]) -> Any:
        data = {"id": number, "part": part}
        request = Request("createOne", "Row", {"data": data}, (Selection("id"),), words="python")
        return engine.execute(request, tx_id=None)

    for number in range(4):
        await create(number, {"inner": {}})
    deep: dict[str, Any] = {}
    for _ in range(20_000):
        deep = {"inner": deep}
    for _ in range(4):
        error = await refused(create(9, deep))
        assert "too deeply" in str(error)
