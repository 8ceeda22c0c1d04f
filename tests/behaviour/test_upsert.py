"""Upserts: one record made or changed, and only ever one, whoever is faster."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prisma.errors import FieldNotFoundError, MissingRequiredValueError

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Tally {
  id     Int     @id @map("_id")
  word   String  @unique
  lang   String?
  count  Int     @default(1)
  places String[]
  pageId Int?
  page   Page?   @relation(fields: [pageId], references: [id])

  @@unique([lang, count])
}

model Page {
  id      Int     @id @map("_id")
  tallies Tally[]
}
"""


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    return await pushed_for(SCHEMA)


async def upsert(
    engine: MongoEngine, where: Any, create: Any, update: Any, *select: str | Selection
) -> Any:
    select = select or ("id count",)
    return await ask(
        engine, "upsertOne", "Tally", *select, where=where, create=create, update=update
    )


AND = ({"word": "and"}, {"id": 1, "word": "and"}, {"count": {"increment": 1}})


class TestOneRecord:
    async def test_made_then_changed(self, engine: MongoEngine, stored: Stored) -> None:
        assert await upsert(engine, *AND) == {"id": 1, "count": 1}
        assert stored("Tally") == [{"_id": 1, "word": "and", "count": 1}]
        assert await upsert(engine, *AND) == {"id": 1, "count": 2}
        assert stored("Tally") == [{"_id": 1, "word": "and", "count": 2}]

    async def test_what_is_made_need_not_be_what_was_looked_for(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await upsert(engine, {"id": 9}, {"id": 2, "word": "or"}, {"count": 5})
        assert stored("Tally") == [{"_id": 2, "word": "or", "count": 1}]

    async def test_found_by_a_compound_unique(self, engine: MongoEngine, stored: Stored) -> None:
        asked = (
            {"lang_count": {"lang": "en", "count": 1}},
            {"id": 1, "word": "and", "lang": "en"},
            {"word": "or"},
            "word",
        )
        assert await upsert(engine, *asked) == {"word": "and"}
        assert await upsert(engine, *asked) == {"word": "or"}
        assert stored("Tally") == [{"_id": 1, "word": "or", "lang": "en", "count": 1}]

    async def test_more_than_the_unique_may_be_asked_for(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await upsert(engine, *AND)
        error = await refused(
            upsert(engine, {"word": "and", "lang": "en"}, {"id": 2, "word": "and"}, {"count": 5})
        )
        assert error.code == "P2002"  # it fits none, so one is made, and the word is taken
        assert stored("Tally") == [{"_id": 1, "word": "and", "count": 1}]

    async def test_an_update_of_nothing(self, engine: MongoEngine, stored: Stored) -> None:
        asked: Any = ({"word": "and"}, {"id": 1, "word": "and"}, {})
        for _ in range(2):
            assert await upsert(engine, *asked) == {"id": 1, "count": 1}
        assert stored("Tally") == [{"_id": 1, "word": "and", "count": 1}]

    async def test_lists(self, engine: MongoEngine, stored: Stored) -> None:
        asked = (
            {"id": 1},
            {"id": 1, "word": "and", "places": {"set": ["p1"]}},
            {"places": {"push": "p2"}},
            "places",
        )
        assert await upsert(engine, *asked) == {"places": ["p1"]}
        assert await upsert(engine, *asked) == {"places": ["p1", "p2"]}
        assert stored("Tally")[0]["places"] == ["p1", "p2"]

    @pytest.mark.parametrize("text", ["$word", "$$ROOT"])
    async def test_text_stays_text(self, engine: MongoEngine, stored: Stored, text: str) -> None:
        asked = ({"id": 1}, {"id": 1, "word": text}, {"word": text, "lang": text})
        await upsert(engine, *asked)
        assert stored("Tally") == [{"_id": 1, "word": text, "count": 1}]
        await upsert(engine, *asked)
        assert stored("Tally") == [{"_id": 1, "word": text, "lang": text, "count": 1}]

    async def test_many_at_once_make_one(self, engine: MongoEngine, stored: Stored) -> None:
        where, create, update = AND
        await asyncio.gather(
            *(upsert(engine, where, {**create, "id": number}, update) for number in range(8))
        )
        (tally,) = stored("Tally")
        assert tally["count"] == 8


class TestWithRelations:
    async def test_made_with_what_is_nested(self, engine: MongoEngine, stored: Stored) -> None:
        asked = (
            {"id": 1},
            {"id": 1, "word": "and", "page": {"create": {"id": 3}}},
            {"page": {"create": {"id": 4}}},
            selected("page"),
        )
        assert await upsert(engine, *asked) == {"page": {"id": 3}}
        assert await upsert(engine, *asked) == {"page": {"id": 4}}
        assert stored("Page") == [{"_id": 3}, {"_id": 4}]
        assert stored("Tally")[0]["pageId"] == 4

    async def test_all_of_it_or_nothing(self, engine: MongoEngine, stored: Stored) -> None:
        create = {"id": 1, "word": "and", "page": {"connect": {"id": 3}}}
        error = await refused(upsert(engine, {"id": 1}, create, {"count": 1}))
        assert error.code == "P2025"
        assert stored("Tally") == []


class TestRefused:
    @pytest.mark.parametrize(
        ("where", "create", "update", "kind"),
        [
            ({"id": 1}, {"id": 1, "word": "a"}, {"wings": 1}, FieldNotFoundError),
            ({"id": 1}, {"id": 1, "word": "a", "wings": 1}, {}, FieldNotFoundError),
            ({"id": 1}, {"id": 1}, {}, MissingRequiredValueError),
            ({"lang": "en"}, {"id": 1, "word": "a"}, {}, None),
            ({}, {"id": 1, "word": "a"}, {}, None),
        ],
    )
    async def test_both_parts_are_read_before_anything_is_looked_for(
        self,
        engine: MongoEngine,
        stored: Stored,
        where: Any,
        create: Any,
        update: Any,
        kind: type[Exception] | None,
    ) -> None:
        error = await refused(upsert(engine, where, create, update))
        assert error.code in ("P2009", "P2012")
        assert kind is None or isinstance(error, kind)
        assert stored("Tally") == []
