"""Filters whose meaning or refusal follows Prisma's engine where another would be as natural."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from prisma.errors import DataError
from pymongo.database import Database

from database.engine import MongoEngine

EngineFor = Callable[[str], Awaitable[MongoEngine]]

SCHEMA = """
model Word {
  id    Int    @id @map("_id")
  text  String
  other String?
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Database[dict[str, Any]]) -> MongoEngine:
    words = ["Bee", "bee", "ant", "Ant", "cat", "éte"]
    raw["Word"].insert_many([{"_id": number, "text": text} for number, text in enumerate(words)])
    return await engine_for(SCHEMA)


async def words(engine: MongoEngine, where: str) -> list[str]:
    query = f"{{ findManyWord(where: {{text: {{{where}}}}} orderBy: {{id: asc}}) {{ text }} }}"
    answer = await engine.query(json.dumps({"query": query}), tx_id=None)
    return [row["text"] for row in answer["data"]["findManyWord"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('equals: "BEE", mode: insensitive', ["Bee", "bee"]),
        ('lt: "bee", mode: insensitive', ["Bee", "ant", "Ant"]),
        ('gte: "bee", mode: insensitive', ["bee", "cat", "éte"]),
        ('not: {gt: "ant"}, mode: insensitive', ["Bee", "ant", "Ant"]),
    ],
)
async def test_the_order_of_texts_does_not_ignore_case(
    engine: MongoEngine, where: str, found: list[str]
) -> None:
    assert await words(engine, where) == found
