"""Fixtures of the tests that ask an engine: one for any schema text, and what it has stored.

`engine_for`, `raw` and `stored` are of the test's store: a server, or memory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient

from prismongo.engine import MongoEngine
from prismongo.engine.engine import MakeStore
from prismongo.schema import parse, push
from prismongo.stores.memory import Memory, MemoryStore
from prismongo.stores.mongo import MongoStore
from prismongo.url import url_database
from tests.behaviour.raw_memory import RawMemory
from tests.commands import Sent

HEADER = 'datasource db {\n  provider = "mongodb"\n  url      = env("DATABASE_URL")\n}\n'

Document = dict[str, Any]
EngineFor = Callable[[str], Awaitable[MongoEngine]]
Stored = Callable[[str], list[Document]]


@pytest.fixture
def memory() -> Memory:
    """What is stored where this test's store is in memory."""
    return Memory()


@pytest.fixture
def make_store(store: str, request: pytest.FixtureRequest) -> MakeStore:
    """Makes stores on this test's database."""
    if store == "memory":
        memory: Memory = request.getfixturevalue("memory")
        return lambda datamodel, _: MemoryStore(datamodel, memory)
    url: str = request.getfixturevalue("mongo_url")
    sent: Sent = request.getfixturevalue("sent")

    def make_client(*listeners: Any) -> AsyncMongoClient[Document]:
        return AsyncMongoClient(url, tz_aware=True, event_listeners=[*listeners, sent])

    return lambda datamodel, _: MongoStore(datamodel, make_client, url_database(url))


@pytest.fixture
async def engine_for(
    make_store: MakeStore, request: pytest.FixtureRequest
) -> AsyncIterator[EngineFor]:
    """Gives connected engines for schema texts (without a datasource) on this test's database."""
    sent: Sent = request.getfixturevalue("sent")
    engines: list[MongoEngine] = []

    async def made(models: str) -> MongoEngine:
        engine = MongoEngine(parse(HEADER + models), make_store)
        engines.append(engine)
        await engine.connect()
        sent.clear()
        return engine

    yield made
    for engine in engines:
        await engine.aclose()


@pytest.fixture
async def pushed_for(
    engine_for: EngineFor, store: str, request: pytest.FixtureRequest
) -> EngineFor:
    """The same with the schema's indexes made; memory keeps to its uniques by itself."""

    async def made(models: str) -> MongoEngine:
        if store == "mongo":
            await push(parse(HEADER + models), request.getfixturevalue("mongo_url"))
        return await engine_for(models)

    return made


@pytest.fixture
def raw(store: str, request: pytest.FixtureRequest) -> Any:
    """This test's database past our own code: the driver's, or as much of one in memory."""
    if store == "memory":
        return RawMemory(request.getfixturevalue("memory"))
    client: MongoClient[Document] = request.getfixturevalue("mongo_client")
    return client[url_database(request.getfixturevalue("mongo_url"))]


@pytest.fixture
def stored(raw: Any) -> Stored:
    """Gives the documents of a collection as they are stored, in the order of their ids."""

    def documents(collection: str) -> list[Document]:
        return list(raw[collection].find().sort("_id"))

    return documents
