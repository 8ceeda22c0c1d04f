"""Health and PyMongo's own database, as a DatabaseService and a fake give them."""

from __future__ import annotations

from pathlib import Path

import pytest
from prisma.errors import ClientNotConnectedError
from prisma.models import User

from database import DatabaseService, DatabaseSettings
from prismongo.client.schema import ClientSchema
from prismongo.embedded.mongod import HOST, Mongod
from prismongo.errors import UnsupportedOperationError
from prismongo.testing import factory, fake
from tests.project import SCHEMA


async def test_a_server_that_answers_is_up_and_says_what_it_is(
    settings: DatabaseSettings, mongod: Mongod
) -> None:
    async with DatabaseService(settings) as database:
        health = await database.health()
    assert health.is_up
    assert (health.topology, health.replica_set, health.version) == ("replica set", "rs0", "6.0.5")
    assert health.primary == f"{HOST}:{mongod.port}"
    assert health.client == "fresh"
    assert health.latency_ms is not None
    assert health.latency_ms > 0
    assert health.as_dict()["status"] == "up"


async def test_a_client_of_another_schema_is_stale(
    settings: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = SCHEMA.read_text()
    source = tmp_path / "schema.prisma"
    source.write_text(schema.replace("  bio ", "  about "))
    database = DatabaseService(settings)
    packaged = database.client_schema.packaged
    monkeypatch.setattr(database, "client_schema", ClientSchema(packaged, source))
    async with database:
        health = await database.health()
        assert (health.status, health.client) == ("up", "stale")
        source.write_text("model Broken {")
        assert (await database.health()).client == "unknown"


async def test_a_client_that_is_not_connected_is_down(settings: DatabaseSettings) -> None:
    database = DatabaseService(settings)
    health = await database.health()
    assert not health.is_up
    assert health.error is not None
    assert "connect" in health.error


async def test_the_drivers_database_is_the_one_of_the_settings(settings: DatabaseSettings) -> None:
    database = DatabaseService(settings)
    with pytest.raises(ClientNotConnectedError):
        _ = database.mongo
    async with database:
        await factory(User, database).create(username="ada")
        assert await database.mongo["User"].count_documents({}) == 1


async def test_a_fake_is_up_while_connected_and_has_no_mongodb() -> None:
    database = fake(DatabaseService)
    assert (await database.health()).is_up  # a fresh one can be used at once
    async with database:
        assert (await database.health()).is_up
        with pytest.raises(UnsupportedOperationError, match="fake"):
            _ = database.mongo
    assert not (await database.health()).is_up
