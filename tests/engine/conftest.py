"""Fixtures of the engine's tests: an engine for any schema text, and what it really stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from database.engine import MongoEngine
from database.url import url_database

HEADER = 'datasource db {\n  provider = "mongodb"\n  url      = env("DATABASE_URL")\n}\n'

Document = dict[str, Any]
EngineFor = Callable[[str], Awaitable[MongoEngine]]
Stored = Callable[[str], list[Document]]


@pytest.fixture
async def engine_for(mongo_url: str) -> AsyncIterator[EngineFor]:
    """Gives connected engines for schema texts (without a datasource) on this test's database."""
    engines: list[MongoEngine] = []

    async def made(models: str) -> MongoEngine:
        engine = MongoEngine.from_schema(HEADER + models, url=mongo_url)
        engines.append(engine)
        await engine.connect()
        return engine

    yield made
    for engine in engines:
        await engine.aclose()


@pytest.fixture
def raw(mongo_client: MongoClient[Document], mongo_url: str) -> Database[Document]:
    """This test's database through the driver itself, past our own code."""
    return mongo_client[url_database(mongo_url)]


@pytest.fixture
def stored(raw: Database[Document]) -> Stored:
    """Gives the documents of a collection as they are stored, in the order of their ids."""

    def documents(collection: str) -> list[Document]:
        return list(raw[collection].find().sort("_id"))

    return documents
