"""Fixtures of the client's tests: unique indexes, the registered client."""

from __future__ import annotations

from pathlib import Path

import pytest
from prisma import _registry

from database import DatabaseService, DatabaseSettings
from database.schema import parse, push

SCHEMA = Path(__file__).parents[2] / "schema.prisma"


@pytest.fixture
async def indexes(settings: DatabaseSettings) -> None:
    """The indexes of the schema, where a test needs what is unique to be so."""
    assert settings.url is not None
    await push(parse(SCHEMA.read_text()), settings.url.get_secret_value())


@pytest.fixture
def unregistered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No client is registered; what the test registers is forgotten after it."""
    monkeypatch.setattr(_registry, "_registered_client", None)


@pytest.fixture
def registered(unregistered: None, database: DatabaseService) -> DatabaseService:
    """The connected client, which `Model.prisma()` finds."""
    _registry.register(database)
    return database
