"""Fixtures of the engine's tests: an engine for any schema text, what it sent, what it stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient
from pymongo.database import Database
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from database.engine import MongoEngine
from database.schema import Datamodel, parse
from database.stores.mongo import MongoStore
from database.url import url_database

HEADER = 'datasource db {\n  provider = "mongodb"\n  url      = env("DATABASE_URL")\n}\n'

Document = dict[str, Any]
EngineFor = Callable[[str], Awaitable[MongoEngine]]
Stored = Callable[[str], list[Document]]


class Sent(CommandListener):
    """What the engines of a test sent to the server since the last `clear`.

    Attributes:
        commands: the commands, in order.
        returned: how many documents came back with them.
    """

    def __init__(self) -> None:
        self.commands: list[Document] = []
        self.returned = 0

    @property
    def names(self) -> list[str]:
        """The names of the commands, in order."""
        return [next(iter(command)) for command in self.commands]

    def clear(self) -> None:
        """Forget what was sent."""
        self.commands.clear()
        self.returned = 0

    def started(self, event: CommandStartedEvent) -> None:
        """The driver sends a command."""
        if event.command_name not in ("hello", "endSessions"):
            self.commands.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """The server has answered."""
        cursor = event.reply.get("cursor", {})
        self.returned += len(cursor.get("firstBatch", ())) + len(cursor.get("nextBatch", ()))

    def failed(self, event: CommandFailedEvent) -> None:
        """The server has refused."""


@pytest.fixture
def sent() -> Sent:
    """The commands that this test's engines send."""
    return Sent()


@pytest.fixture
async def engine_for(mongo_url: str, sent: Sent) -> AsyncIterator[EngineFor]:
    """Gives connected engines for schema texts (without a datasource) on this test's database."""
    engines: list[MongoEngine] = []

    def make_store(datamodel: Datamodel, _: str | None) -> MongoStore:
        def make_client(*listeners: Any) -> AsyncMongoClient[Document]:
            return AsyncMongoClient(mongo_url, tz_aware=True, event_listeners=[*listeners, sent])

        return MongoStore(datamodel, make_client, url_database(mongo_url))

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
def raw(mongo_client: MongoClient[Document], mongo_url: str) -> Database[Document]:
    """This test's database through the driver itself, past our own code."""
    return mongo_client[url_database(mongo_url)]


@pytest.fixture
def stored(raw: Database[Document]) -> Stored:
    """Gives the documents of a collection as they are stored, in the order of their ids."""

    def documents(collection: str) -> list[Document]:
        return list(raw[collection].find().sort("_id"))

    return documents
