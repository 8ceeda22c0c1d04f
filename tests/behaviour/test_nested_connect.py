"""Connecting, disconnecting and setting records that exist, one to many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from prisma.errors import RecordNotFoundError

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

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
    shelves = [{"id": number, "code": f"s{number}", "room": "a"} for number in (1, 2)]
    await ask(engine, "createMany", "Shelf", data=shelves)
    books = [{"id": number, "isbn": f"b{number}", "shelfId": 1} for number in (1, 2)]
    await ask(engine, "createMany", "Book", data=[*books, {"id": 3, "isbn": "b3"}])
    await ask(engine, "createMany", "Page", data=[{"id": 1, "bookId": 1}])
    return engine


async def shelf(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    books, data = selected("books", orderBy={"id": "asc"}), {"books": data}
    return await ask(engine, "updateOne", "Shelf", books, where={"id": number}, data=data)


async def book(engine: MongoEngine, data: Any, number: int = 1) -> Any:
    shelf, data = selected("shelf"), {"shelf": data}
    return await ask(engine, "updateOne", "Book", shelf, where={"id": number}, data=data)


def keys(stored: Stored) -> list[object]:
    """The shelf of each book, as it is stored."""
    return [book.get("shelf_id", "missing") for book in stored("Book")]


class TestFromTheListSide:
    @pytest.mark.parametrize(
        ("data", "found", "keys_then"),
        [
            ({"connect": {"id": 3}}, [1, 2, 3], [1, 1, 1]),
            ({"connect": [{"isbn": "b3"}, {"id": 1}]}, [1, 2, 3], [1, 1, 1]),
            ({"connect": []}, [1, 2], [1, 1, "missing"]),
            ({"disconnect": {"id": 1}}, [2], [None, 1, "missing"]),
            ({"disconnect": [{"id": 1}, {"isbn": "b2"}]}, [], [None, None, "missing"]),
            ({"disconnect": {"id": 3}}, [1, 2], [1, 1, "missing"]),
            ({"disconnect": {"id": 9}}, [1, 2], [1, 1, "missing"]),
            ({"set": [{"id": 3}]}, [3], [None, None, 1]),
            ({"set": {"id": 2}}, [2], [None, 1, "missing"]),
            ({"set": []}, [], [None, None, "missing"]),
            ({"set": [{"id": 3}, {"id": 1}]}, [1, 3], [1, None, 1]),
            ({"set": [], "connect": {"id": 3}}, [3], [None, None, 1]),
            ({"disconnect": {"id": 1}, "connect": {"id": 3}}, [2, 3], [None, 1, 1]),
        ],
    )
    async def test_in_an_update(
        self,
        engine: MongoEngine,
        stored: Stored,
        data: Any,
        found: list[int],
        keys_then: list[object],
    ) -> None:
        answer = await shelf(engine, data)
        assert [book["id"] for book in answer["books"]] == found
        assert keys(stored) == keys_then

    async def test_what_another_holds_is_taken(self, engine: MongoEngine, stored: Stored) -> None:
        await shelf(engine, {"connect": [{"id": 1}, {"id": 3}]}, 2)
        assert keys(stored) == [2, 1, 2]

    async def test_in_a_create(self, engine: MongoEngine, stored: Stored) -> None:
        books = {"connect": [{"id": 1}, {"isbn": "b3"}], "create": {"id": 4, "isbn": "b4"}}
        data = {"id": 3, "code": "s3", "room": "b", "books": books}
        answer = await ask(engine, "createOne", "Shelf", selected("books"), data=data)
        assert answer == {"books": [{"id": 1}, {"id": 3}, {"id": 4}]}
        assert keys(stored) == [3, 1, 3, 3]

    @pytest.mark.parametrize(
        "data", [{"connect": {"id": 9}}, {"connect": [{"id": 3}, {"id": 9}]}, {"set": [{"id": 9}]}]
    )
    async def test_what_is_not_there(self, engine: MongoEngine, stored: Stored, data: Any) -> None:
        before = stored("Book")
        if "set" in data:
            await shelf(engine, data)  # Prisma: what is there is set
            assert keys(stored) == [None, None, "missing"]
        else:
            error = await refused(shelf(engine, data))
            assert error.code == "P2025"
            assert stored("Book") == before

    @pytest.mark.parametrize(
        "data", [{"connect": {}}, {"connect": {"shelfId": 1}}, {"set": None}, {"disconnect": True}]
    )
    async def test_what_cannot_be_said(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        before = stored("Book")
        error = await refused(shelf(engine, data))
        assert error.code == "P2009"
        assert stored("Book") == before

    @pytest.mark.parametrize("data", [{"disconnect": {"id": 1}}, {"set": []}])
    async def test_a_required_key_cannot_be_taken_away(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        error = await refused(
            ask(engine, "updateOne", "Book", where={"id": 1}, data={"pages": data})
        )
        assert error.code == "P2014"
        assert stored("Page") == [{"_id": 1, "text": "", "bookId": 1}]


class TestFromTheSideOfTheKey:
    @pytest.mark.parametrize(
        ("data", "key"),
        [
            ({"connect": {"id": 2}}, 2),
            ({"connect": {"code": "s2"}}, 2),
            ({"connect": {"code": "s2", "room": "a"}}, 2),
            ({"connect": {"id": 1}}, 1),
            ({"disconnect": True}, None),
            ({"disconnect": False}, 1),
            ({"disconnect": {"room": "a"}}, None),
            ({"disconnect": {"room": "b"}}, 1),
        ],
    )
    async def test_in_an_update(
        self, engine: MongoEngine, stored: Stored, data: Any, key: int | None
    ) -> None:
        answer = await book(engine, data)
        assert answer == {"shelf": None if key is None else {"id": key}}
        assert keys(stored) == [key, 1, "missing"]

    async def test_there_is_nothing_to_disconnect(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await book(engine, {"disconnect": True}, 3)
        assert keys(stored)[:2] == [1, 1]
        assert keys(stored)[2] in (None, "missing")

    async def test_in_a_create(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"id": 4, "isbn": "b4", "shelf": {"connect": {"code": "s2"}}}
        answer = await ask(engine, "createOne", "Book", selected("shelf", "code"), data=data)
        assert answer == {"shelf": {"code": "s2"}}
        assert keys(stored) == [1, 1, "missing", 2]

    @pytest.mark.parametrize("where", [{"id": 9}, {"id": 1, "room": "b"}])
    async def test_what_is_not_there(self, engine: MongoEngine, stored: Stored, where: Any) -> None:
        before = stored("Book")
        data = {"id": 4, "isbn": "b4", "shelf": {"connect": where}}
        for asked in (book(engine, data["shelf"]), ask(engine, "createOne", "Book", data=data)):
            error = await refused(asked)
            assert isinstance(error, RecordNotFoundError)
            assert stored("Book") == before

    async def test_a_required_one_cannot_be_disconnected(self, engine: MongoEngine) -> None:
        error = await refused(
            ask(engine, "updateOne", "Page", where={"id": 1}, data={"book": {"disconnect": True}})
        )
        assert error.code == "P2009"


class TestConnectOrCreate:
    async def test_in_a_list(self, engine: MongoEngine, stored: Stored) -> None:
        books = [
            {"where": {"isbn": "b3"}, "create": {"id": 30, "isbn": "b3"}},
            {"where": {"isbn": "b4"}, "create": {"id": 4, "isbn": "b4"}},
        ]
        answer = await shelf(engine, {"connectOrCreate": books})
        assert answer == {"books": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]}
        assert keys(stored) == [1, 1, 1, 1]

    async def test_the_same_twice_makes_one(self, engine: MongoEngine, stored: Stored) -> None:
        same = [
            {"where": {"isbn": "b4"}, "create": {"id": number, "isbn": "b4"}} for number in (4, 5)
        ]
        await shelf(engine, {"connectOrCreate": same})
        assert [book["_id"] for book in stored("Book")] == [1, 2, 3, 4]

    async def test_from_the_side_of_the_key(self, engine: MongoEngine, stored: Stored) -> None:
        for code, number in [("s2", 2), ("s9", 9)]:
            shelf = {"where": {"code": code}, "create": {"id": 9, "code": code, "room": "c"}}
            answer = await book(engine, {"connectOrCreate": shelf})
            assert answer == {"shelf": {"id": number}}
            assert keys(stored)[0] == number
        assert [shelf["_id"] for shelf in stored("Shelf")] == [1, 2, 9]

    async def test_in_creates_and_upserts(self, engine: MongoEngine, stored: Stored) -> None:
        shelf = {"where": {"id": 7}, "create": {"id": 7, "code": "s7", "room": "d"}}
        create = {"id": 7, "isbn": "b7", "shelf": {"connectOrCreate": shelf}}
        upsert = {"where": {"id": 7}, "create": create, "update": {}}
        for _ in range(2):
            answer = await ask(engine, "upsertOne", "Book", selected("shelf"), **upsert)
            assert answer == {"shelf": {"id": 7}}
        assert keys(stored) == [1, 1, "missing", 7]

    @pytest.mark.parametrize(
        "data",
        [
            {"connectOrCreate": {"where": {"id": 9}}},
            {"connectOrCreate": {"create": {"id": 9, "isbn": "b9"}}},
            {"connectOrCreate": {"where": {}, "create": {"id": 9, "isbn": "b9"}}},
            {"connectOrCreate": {"where": {"id": 9}, "create": {"id": 9}}},
            {
                "connectOrCreate": {
                    "where": {"id": 9},
                    "create": {"id": 9, "isbn": "b9", "shelfId": 1},
                }
            },
        ],
    )
    async def test_what_cannot_be_said(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        before = stored("Book")
        error = await refused(shelf(engine, data))
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
        ("model", "number", "data", "changed"),
        [
            ("Crate", 1, {"bottles": {"connect": {"id": 2}}}, "Bottle 2"),
            ("Crate", 1, {"bottles": {"disconnect": {"id": 1}}}, "Bottle 1"),
            ("Crate", 1, {"bottles": {"set": []}}, "Bottle 1"),
            ("Bottle", 1, {"crate": {"connect": {"id": 2}}}, "Bottle 1"),
            ("Bottle", 1, {"crate": {"disconnect": True}}, "Bottle 1"),
            ("Crate", 2, {"lid": {"connect": {"id": 1}}}, "Lid 1"),
            ("Lid", None, {"id": 2, "crate": {"connect": {"id": 1}}}, "Lid 1, Lid 2"),
        ],
    )
    async def test_of_the_record_that_holds_the_key(
        self,
        engine: MongoEngine,
        stored: Stored,
        model: str,
        number: int | None,
        data: Any,
        changed: str,
    ) -> None:
        if number is None:
            await ask(engine, "createOne", model, data=data)
        else:
            await ask(engine, "updateOne", model, where={"id": number}, data=data)

        found = [
            f"{name} {row['_id']}"
            for name in ("Bottle", "Crate", "Lid")
            for row in stored(name)
            if row["stamp"].replace(tzinfo=UTC) != LONG_AGO
        ]
        assert ", ".join(found) == changed
