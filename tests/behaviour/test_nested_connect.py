"""Connecting, disconnecting and setting records that exist, one to many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from prisma.errors import RecordNotFoundError

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

SCHEMA = """
model Shelf {
  id    Int    @id @map("_id")
  room  String
  code  String @unique
  books Book[]
}

model Book {
  id      Int    @id @map("_id")
  isbn    String @unique
  shelf   Shelf? @relation(fields: [shelfId], references: [id])
  shelfId Int?   @map("shelf_id")
  pages   Page[]
}

model Page {
  id     Int    @id @map("_id")
  text   String @default("")
  book   Book   @relation(fields: [bookId], references: [id])
  bookId Int
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    engine = await engine_for(SCHEMA)
    await ask(
        engine,
        """mutation { createManyShelf(data: [
          {id: 1, code: "s1", room: "a"}, {id: 2, code: "s2", room: "a"}
        ]) { count } }""",
    )
    await ask(
        engine,
        """mutation { createManyBook(data: [
          {id: 1, isbn: "b1", shelfId: 1}, {id: 2, isbn: "b2", shelfId: 1}, {id: 3, isbn: "b3"}
        ]) { count } }""",
    )
    await ask(engine, "mutation { createManyPage(data: [{id: 1, bookId: 1}]) { count } }")
    return engine


def shelf(data: str, number: int = 1) -> str:
    selection = "books(orderBy: {id: asc}) { id }"
    return (
        f"mutation {{ updateOneShelf(where: {{id: {number}}}, data: {{books: {data}}}) "
        f"{{ {selection} }} }}"
    )


def book(data: str, number: int = 1) -> str:
    return (
        f"mutation {{ updateOneBook(where: {{id: {number}}}, data: {{shelf: {data}}}) "
        "{ shelf { id } } }"
    )


def keys(stored: Stored) -> list[object]:
    """The shelf of each book, as it is stored."""
    return [book.get("shelf_id", "missing") for book in stored("Book")]


class TestFromTheListSide:
    @pytest.mark.parametrize(
        ("data", "found", "keys_then"),
        [
            ("{connect: {id: 3}}", [1, 2, 3], [1, 1, 1]),
            ('{connect: [{isbn: "b3"}, {id: 1}]}', [1, 2, 3], [1, 1, 1]),
            ("{connect: []}", [1, 2], [1, 1, "missing"]),
            ("{disconnect: {id: 1}}", [2], [None, 1, "missing"]),
            ('{disconnect: [{id: 1}, {isbn: "b2"}]}', [], [None, None, "missing"]),
            ("{disconnect: {id: 3}}", [1, 2], [1, 1, "missing"]),
            ("{disconnect: {id: 9}}", [1, 2], [1, 1, "missing"]),
            ("{set: [{id: 3}]}", [3], [None, None, 1]),
            ("{set: {id: 2}}", [2], [None, 1, "missing"]),
            ("{set: []}", [], [None, None, "missing"]),
            ("{set: [{id: 3}, {id: 1}]}", [1, 3], [1, None, 1]),
            ("{set: [], connect: {id: 3}}", [3], [None, None, 1]),
            ("{disconnect: {id: 1}, connect: {id: 3}}", [2, 3], [None, 1, 1]),
        ],
    )
    async def test_in_an_update(
        self,
        engine: MongoEngine,
        stored: Stored,
        data: str,
        found: list[int],
        keys_then: list[object],
    ) -> None:
        answer = await ask(engine, shelf(data))
        assert [book["id"] for book in answer["books"]] == found
        assert keys(stored) == keys_then

    async def test_what_another_holds_is_taken(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, shelf("{connect: [{id: 1}, {id: 3}]}", 2))
        assert keys(stored) == [2, 1, 2]

    async def test_in_a_create(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            """mutation { createOneShelf(data: {
              id: 3, code: "s3", room: "b",
              books: {connect: [{id: 1}, {isbn: "b3"}], create: {id: 4, isbn: "b4"}}
            }) { books { id } } }""",
        )
        assert answer == {"books": [{"id": 1}, {"id": 3}, {"id": 4}]}
        assert keys(stored) == [3, 1, 3, 3]

    @pytest.mark.parametrize(
        "data", ["{connect: {id: 9}}", "{connect: [{id: 3}, {id: 9}]}", "{set: [{id: 9}]}"]
    )
    async def test_what_is_not_there(self, engine: MongoEngine, stored: Stored, data: str) -> None:
        before = stored("Book")
        query = shelf(data)
        if "set" in data:
            await ask(engine, query)  # Prisma: what is there is set
            assert keys(stored) == [None, None, "missing"]
        else:
            error = await refused(engine, query)
            assert error.code == "P2018"
            assert stored("Book") == before

    @pytest.mark.parametrize(
        "data", ["{connect: {}}", "{connect: {shelfId: 1}}", "{set: null}", "{disconnect: true}"]
    )
    async def test_what_cannot_be_said(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        before = stored("Book")
        error = await refused(engine, shelf(data))
        assert error.code == "P2009"
        assert stored("Book") == before

    @pytest.mark.parametrize("data", ["{disconnect: {id: 1}}", "{set: []}"])
    async def test_a_required_key_cannot_be_taken_away(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        error = await refused(
            engine,
            f"mutation {{ updateOneBook(where: {{id: 1}}, data: {{pages: {data}}}) {{ id }} }}",
        )
        assert error.code == "P2014"
        assert stored("Page") == [{"_id": 1, "text": "", "bookId": 1}]


class TestFromTheSideOfTheKey:
    @pytest.mark.parametrize(
        ("data", "key"),
        [
            ("{connect: {id: 2}}", 2),
            ('{connect: {code: "s2"}}', 2),
            ('{connect: {code: "s2", room: "a"}}', 2),
            ("{connect: {id: 1}}", 1),
            ("{disconnect: true}", None),
            ("{disconnect: false}", 1),
            ('{disconnect: {room: "a"}}', None),
            ('{disconnect: {room: "b"}}', 1),
        ],
    )
    async def test_in_an_update(
        self, engine: MongoEngine, stored: Stored, data: str, key: int | None
    ) -> None:
        answer = await ask(engine, book(data))
        assert answer == {"shelf": None if key is None else {"id": key}}
        assert keys(stored) == [key, 1, "missing"]

    async def test_there_is_nothing_to_disconnect(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, book("{disconnect: true}", 3))
        assert keys(stored)[:2] == [1, 1]
        assert keys(stored)[2] in (None, "missing")

    async def test_in_a_create(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            """mutation { createOneBook(data: {
              id: 4, isbn: "b4", shelf: {connect: {code: "s2"}}
            }) { shelf { code } } }""",
        )
        assert answer == {"shelf": {"code": "s2"}}
        assert keys(stored) == [1, 1, "missing", 2]

    @pytest.mark.parametrize("where", ["{id: 9}", '{id: 1, room: "b"}'])
    async def test_what_is_not_there(self, engine: MongoEngine, stored: Stored, where: str) -> None:
        before = stored("Book")
        for query in (
            book(f"{{connect: {where}}}"),
            f'mutation {{ createOneBook(data: {{id: 4, isbn: "b4", shelf: {{connect: {where}}}}}) '
            "{ id } }",
        ):
            error = await refused(engine, query)
            assert isinstance(error, RecordNotFoundError)
            assert stored("Book") == before

    async def test_a_required_one_cannot_be_disconnected(self, engine: MongoEngine) -> None:
        error = await refused(
            engine,
            "mutation { updateOnePage(where: {id: 1}, data: {book: {disconnect: true}}) { id } }",
        )
        assert error.code == "P2009"


class TestConnectOrCreate:
    async def test_in_a_list(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            shelf(
                """{connectOrCreate: [
                  {where: {isbn: "b3"}, create: {id: 30, isbn: "b3"}},
                  {where: {isbn: "b4"}, create: {id: 4, isbn: "b4"}}
                ]}"""
            ),
        )
        assert answer == {"books": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]}
        assert keys(stored) == [1, 1, 1, 1]

    async def test_the_same_twice_makes_one(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine,
            shelf(
                """{connectOrCreate: [
                  {where: {isbn: "b4"}, create: {id: 4, isbn: "b4"}},
                  {where: {isbn: "b4"}, create: {id: 5, isbn: "b4"}}
                ]}"""
            ),
        )
        assert [book["_id"] for book in stored("Book")] == [1, 2, 3, 4]

    async def test_from_the_side_of_the_key(self, engine: MongoEngine, stored: Stored) -> None:
        for code, number in [("s2", 2), ("s9", 9)]:
            create = f'{{id: 9, code: "{code}", room: "c"}}'
            query = book(f'{{connectOrCreate: {{where: {{code: "{code}"}}, create: {create}}}}}')
            assert await ask(engine, query) == {"shelf": {"id": number}}
            assert keys(stored)[0] == number
        assert [shelf["_id"] for shelf in stored("Shelf")] == [1, 2, 9]

    async def test_in_creates_and_upserts(self, engine: MongoEngine, stored: Stored) -> None:
        shelf = '{where: {id: 7}, create: {id: 7, code: "s7", room: "d"}}'
        make = f'{{id: 7, isbn: "b7", shelf: {{connectOrCreate: {shelf}}}}}'
        query = f"mutation {{ upsertOneBook(where: {{id: 7}}, create: {make}, update: {{}}) "
        assert await ask(engine, query + "{ shelf { id } } }") == {"shelf": {"id": 7}}
        assert await ask(engine, query + "{ shelf { id } } }") == {"shelf": {"id": 7}}
        assert keys(stored) == [1, 1, "missing", 7]

    @pytest.mark.parametrize(
        "data",
        [
            "{connectOrCreate: {where: {id: 9}}}",
            '{connectOrCreate: {create: {id: 9, isbn: "b9"}}}',
            '{connectOrCreate: {where: {}, create: {id: 9, isbn: "b9"}}}',
            "{connectOrCreate: {where: {id: 9}, create: {id: 9}}}",
            '{connectOrCreate: {where: {id: 9}, create: {id: 9, isbn: "b9", shelfId: 1}}}',
        ],
    )
    async def test_what_cannot_be_said(
        self, engine: MongoEngine, stored: Stored, data: str
    ) -> None:
        before = stored("Book")
        error = await refused(engine, shelf(data))
        assert error.code == "P2009"
        assert stored("Book") == before


STAMPED = """
model Crate {
  id      Int      @id @map("_id")
  bottles Bottle[]
  lid     Lid?
  stamp   DateTime @updatedAt
}

model Bottle {
  id      Int      @id @map("_id")
  crate   Crate?   @relation(fields: [crateId], references: [id])
  crateId Int?
  stamp   DateTime @updatedAt
}

model Lid {
  id      Int      @id @map("_id")
  crate   Crate?   @relation(fields: [crateId], references: [id])
  crateId Int?     @unique
  stamp   DateTime @updatedAt
}
"""
LONG_AGO = datetime(2001, 2, 3, tzinfo=UTC)


class TestUpdatedAt:
    """A record whose key changes has changed, whichever side it is asked from."""

    @pytest.fixture
    async def engine(self, engine_for: EngineFor, raw: Any) -> MongoEngine:
        rows = [{"_id": one, "stamp": LONG_AGO, "crateId": one} for one in (1, 2)]
        raw["Crate"].insert_many([{"_id": one, "stamp": LONG_AGO} for one in (1, 2)])
        raw["Bottle"].insert_many(rows)
        raw["Lid"].insert_one(rows[0])
        return await engine_for(STAMPED)

    @pytest.mark.parametrize(
        ("mutation", "changed"),
        [
            ("updateOneCrate(where: {id: 1}, data: {bottles: {connect: {id: 2}}})", "Bottle 2"),
            ("updateOneCrate(where: {id: 1}, data: {bottles: {disconnect: {id: 1}}})", "Bottle 1"),
            ("updateOneCrate(where: {id: 1}, data: {bottles: {set: []}})", "Bottle 1"),
            ("updateOneBottle(where: {id: 1}, data: {crate: {connect: {id: 2}}})", "Bottle 1"),
            ("updateOneBottle(where: {id: 1}, data: {crate: {disconnect: true}})", "Bottle 1"),
            ("updateOneCrate(where: {id: 2}, data: {lid: {connect: {id: 1}}})", "Lid 1"),
            ("createOneLid(data: {id: 2, crate: {connect: {id: 1}}})", "Lid 1, Lid 2"),
        ],
    )
    async def test_of_the_record_that_holds_the_key(
        self, engine: MongoEngine, stored: Stored, mutation: str, changed: str
    ) -> None:
        await ask(engine, f"mutation {{ {mutation} {{ id }} }}")

        found = [
            f"{name} {row['_id']}"
            for name in ("Bottle", "Crate", "Lid")
            for row in stored(name)
            if row["stamp"].replace(tzinfo=UTC) != LONG_AGO
        ]
        assert ", ".join(found) == changed
