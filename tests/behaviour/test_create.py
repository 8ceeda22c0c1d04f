"""Creating records: what is stored for what was given, and what is refused with nothing stored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bson import Int64
from prisma.errors import FieldNotFoundError, MissingRequiredValueError, UniqueViolationError

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

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
        answer = await ask(
            engine,
            r"""mutation { createOneBoat(data: {
              id: 1, name: "Ada", length: 7, tonnage: "9007199254740993", crewed: true,
              built: "1966-05-04T03:02:01.123+02:00", seal: "AAEC", rig: KETCH,
              papers: "{\"flag\": [\"NL\", null, 1.5]}", ports: ["Hoorn", "Cowes"]
            }) { id name length tonnage crewed built seal rig papers ports ownerId } }""",
        )
        assert answer == {
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
            "papers": {"flag": ["NL", None, 1.5]},
            "ports": ["Hoorn", "Cowes"],
        }
        assert isinstance(boat["len"], float)
        assert isinstance(boat["tonnage"], Int64)

    async def test_what_was_not_given_is_not_stored(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        answer = await ask(
            engine, 'mutation { createOneBoat(data: {id: 1, name: "Ada"}) { length ports rig } }'
        )
        assert answer == {"length": None, "ports": [], "rig": None}
        assert stored("boats") == [{"_id": 1, "name": "Ada"}]

    async def test_a_given_null_is_stored(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine,
            """mutation { createOneBoat(data: {
              id: 1, name: "Ada", length: null, built: null, papers: null, ownerId: null
            }) { id } }""",
        )
        assert stored("boats") == [
            {
                "_id": 1,
                "name": "Ada",
                "len": None,
                "built": None,
                "papers": None,
                "ownerId": None,
            }
        ]

    async def test_a_list_in_a_set(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine,
            'mutation { createOneBoat(data: {id: 1, name: "A", ports: {set: ["Delft"]}}) { id } }',
        )
        await ask(engine, 'mutation { createOneBoat(data: {id: 2, name: "B", ports: []}) { id } }')
        assert [boat["ports"] for boat in stored("boats")] == [["Delft"], []]

    @pytest.mark.parametrize("text", ["$name", "$$ROOT", "{$gt: 1}", "a.b", "\\u0000 ", ""])
    async def test_text_stays_text(self, engine: MongoEngine, stored: Stored, text: str) -> None:
        answer = await ask(
            engine, f'mutation {{ createOneBoat(data: {{id: 1, name: "{text}"}}) {{ name }} }}'
        )
        assert answer["name"] == text.encode().decode("unicode_escape")
        assert stored("boats") == [{"_id": 1, "name": answer["name"]}]

    async def test_keys_of_json_stay_keys(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine,
            r"""mutation { createOneBoat(data: {
              id: 1, name: "A", papers: "{\"a.b\": {\"c\": \"$name\"}}"
            }) { id } }""",
        )
        assert stored("boats")[0]["papers"] == {"a.b": {"c": "$name"}}

    async def test_a_whole_number_may_be_written_as_a_float(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, 'mutation { createOneBoat(data: {id: 1.0, name: "A"}) { id } }')
        assert stored("boats") == [{"_id": 1, "name": "A"}]


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ("{id: 1}", "data.name"),
            ("{id: 1, name: null}", "data.name"),
            ('{name: "Ada"}', "data.id"),
            ('{id: 1, name: "Ada", ports: null}', "data.ports"),
            ('{id: 1, name: "Ada", ports: {}}', "data.ports.set"),
        ],
    )
    async def test_a_missing_value(
        self, engine: MongoEngine, stored: Stored, data: str, path: str
    ) -> None:
        error = await refused(engine, f"mutation {{ createOneBoat(data: {data}) {{ id }} }}")
        assert isinstance(error, MissingRequiredValueError)
        assert (error.code, error.meta["path"]) == ("P2009", path)
        assert stored("boats") == []

    @pytest.mark.parametrize(
        "more",
        [
            "wings: 2",
            "id: 1.5",
            "id: 9223372036854775808",
            "length: true",
            'length: "7"',
            "name: {set: null}",
            "tonnage: 1.5",
            'built: "yesterday"',
            'built: "2020-01-01T10:00:00"',
            'seal: "?"',
            "rig: BRIG",
            "rig: ketch",
            "ports: [1]",
            "ports: [null]",
            'papers: "{"',
            "owner: null",
            "ownerId: 1, owner: {create: {id: 1}}",
        ],
    )
    async def test_a_value_that_cannot_be(
        self, engine: MongoEngine, stored: Stored, more: str
    ) -> None:
        start = "" if more.startswith("id:") else "id: 1, "
        name = "" if more.startswith("name:") else 'name: "Ada", '
        error = await refused(
            engine, f"mutation {{ createOneBoat(data: {{{start}{name}{more}}}) {{ id }} }}"
        )
        assert error.code in ("P2009", "P2023", "P2033")
        assert stored("boats") == stored("Owner") == []

    async def test_a_taken_unique(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, 'mutation { createOneBoat(data: {id: 1, name: "Ada"}) { id } }')
        for data, field in [('{id: 1, name: "Eve"}', "id"), ('{id: 2, name: "Ada"}', "name")]:
            error = await refused(engine, f"mutation {{ createOneBoat(data: {data}) {{ id }} }}")
            assert isinstance(error, UniqueViolationError)
            assert error.meta["target"] == [field]
            assert "Ada" not in str(error)
        assert stored("boats") == [{"_id": 1, "name": "Ada"}]


class TestMany:
    async def test_all(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            """mutation { createManyBoat(data: [
              {id: 1, name: "A", rig: SLOOP}, {id: 2, name: "B", ownerId: 7}
            ]) { count } }""",
        )
        assert answer == {"count": 2}
        assert stored("boats") == [
            {"_id": 1, "name": "A", "rig": "SLOOP"},
            {"_id": 2, "name": "B", "ownerId": 7},
        ]

    async def test_none_of_none(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(engine, "mutation { createManyBoat(data: []) { count } }")
        assert answer == {"count": 0}
        assert stored("boats") == []

    async def test_one_of_them_that_is_taken_leaves_none(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        error = await refused(
            engine,
            """mutation { createManyBoat(data: [
              {id: 1, name: "A"}, {id: 2, name: "A"}, {id: 3, name: "C"}
            ]) { count } }""",
        )
        assert (error.code, error.meta["target"]) == ("P2002", ["name"])
        assert stored("boats") == []

    @pytest.mark.parametrize(
        "data",
        ['{id: 2, name: "B", owner: {create: {id: 1}}}', "{id: 2}", '{id: 2, name: "B", wings: 1}'],
    )
    async def test_one_of_them_that_cannot_be_leaves_none(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        error = await refused(
            engine,
            f'mutation {{ createManyBoat(data: [{{id: 1, name: "A"}}, {data}]) {{ count }} }}',
        )
        assert isinstance(error, FieldNotFoundError | MissingRequiredValueError)
        assert stored("boats") == []
