"""Fixtures of the client's tests: indexes, registered clients, a client of another schema."""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from prisma import Prisma, _registry

from database import DatabaseService, DatabaseSettings
from prismongo import Service
from prismongo.engine import MongoEngine
from prismongo.engine.engine import MakeStore
from prismongo.schema import parse, push
from prismongo.testing import fake
from tests.client.working_together import Communities, Users
from tests.commands import Sent
from tests.project import SCHEMA


@pytest.fixture
async def indexes(store: str, request: pytest.FixtureRequest) -> None:
    """The indexes of the schema, where a test needs what is unique to be so; memory has them."""
    if store == "mongo":
        settings: DatabaseSettings = request.getfixturevalue("settings")
        assert settings.url is not None
        await push(parse(SCHEMA.read_text()), settings.url.get_secret_value())


@pytest.fixture
def users(database: DatabaseService) -> Users:
    """A service of users."""
    return Users(database)


@pytest.fixture
def communities(database: DatabaseService) -> Communities:
    """A service of communities."""
    return Communities(database)


@pytest.fixture
async def observed(
    settings: DatabaseSettings, make_store: MakeStore, sent: Sent
) -> AsyncIterator[DatabaseService]:
    """A service whose commands `sent` has."""
    service = DatabaseService(settings)
    service._make_store = make_store
    async with service:
        sent.clear()
        yield service


@pytest.fixture
def unregistered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No client is registered; what the test registers is forgotten after it."""
    monkeypatch.setattr(_registry, "_registered_client", None)


@pytest.fixture
def registered(unregistered: None, database: DatabaseService) -> DatabaseService:
    """The connected client, which `Model.prisma()` finds."""
    _registry.register(database)
    return database


@pytest.fixture
def engine_behind(mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The generated client is given an engine of the schema's text, and no service."""

    def create_engine(client: Prisma, dml_path: Path | None = None) -> MongoEngine:
        return MongoEngine.from_schema(SCHEMA.read_text(), url=mongo_url)

    monkeypatch.setattr(Prisma, "_create_engine", create_engine)


@pytest.fixture
async def plain(engine_behind: None) -> AsyncIterator[Prisma]:
    """The generated client alone, connected."""
    async with Prisma(use_dotenv=False) as client:
        yield client


# --- a client of another schema, with composite types: tests/generator/typed/shop.prisma ---


@pytest.fixture
def package(shop: Path) -> Iterator[Any]:
    """The generated package, which no checker knows."""
    sys.path.insert(0, str(shop.parent))
    yield importlib.import_module("shop")
    sys.path.remove(str(shop.parent))


@pytest.fixture
async def db(package: Any, store: str, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """A service on that client."""
    kind: type[Service] = type("Shop", (Service, package.Prisma), {})
    made = fake(kind) if store == "memory" else kind(request.getfixturevalue("settings"))
    async with made as service:
        yield service
