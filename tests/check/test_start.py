"""What a start does about the schema: check, push, or nothing; and what it costs."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prisma.errors import UniqueViolationError
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database

from containers import ApplicationContainer, DatabaseContainer, running
from database import DatabaseService, DatabaseSettings
from prismongo.check import at_start
from prismongo.client.schema import ClientSchema
from prismongo.containers.base import Container, mount
from prismongo.embedded.mongod import Mongod
from prismongo.errors import ConfigurationError, SchemaError
from prismongo.generator import generate
from prismongo.schema import Datamodel, push
from prismongo.settings import SchemaSettings
from prismongo.testing import fake
from tests.commands import Sent
from tests.project import TOP
from tests.stores.mongo.push.schemas import HEAD, ID
from tests.waiting import PATIENCE

Live = Database[dict[str, Any]]
Connected = AsyncDatabase[dict[str, Any]]

SCHEMA = fake(DatabaseService).client_schema
CHECK = SchemaSettings()
PUSH = SchemaSettings(on_start="push")
IGNORE = SchemaSettings(on_start="ignore")


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[Connected]:
    """The database of this test, as a connected service hands it to the check."""
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        yield client.get_default_database()


@pytest.fixture
def application(settings: DatabaseSettings) -> ApplicationContainer:
    application = ApplicationContainer()
    application.database_settings.override(settings)
    return application


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "prismongo.schema" and record.levelno >= logging.WARNING
    ]


# --- check ---


async def test_what_has_drifted_is_warned_of(
    mongo: Connected, caplog: pytest.LogCaptureFixture
) -> None:
    await at_start(mongo, SCHEMA, CHECK)

    (warning,) = warnings(caplog)
    assert "18 collections and 48 indexes are missing, 2 collections keep no images" in warning
    assert "run `prismongo push`" in warning
    assert "+ collection  User" in warning
    assert len(warning.splitlines()) == 10
    assert await mongo.list_collection_names() == []


async def test_there_is_nothing_to_say_after_a_push(
    mongo: Connected, project: Datamodel, mongo_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await push(project, mongo_url)
    await mongo["User"].create_index({"bio": 1})  # one more, which does no harm

    await at_start(mongo, SCHEMA, CHECK)

    assert warnings(caplog) == []


async def test_one_index_that_differs_is_named(
    mongo: Connected, project: Datamodel, mongo_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await push(project, mongo_url)
    await mongo["User"].drop_index("User_username_key")
    await mongo["User"].create_index({"username": 1}, name="User_username_key")

    await at_start(mongo, SCHEMA, CHECK)

    (warning,) = warnings(caplog)
    assert "1 index differs: run `prismongo push --drop`." in warning
    assert "unique: no there, yes in the schema" in warning


async def test_a_server_that_does_not_say_is_warned_of(
    mongo: Connected, caplog: pytest.LogCaptureFixture
) -> None:
    await mongo.client.close()

    await at_start(mongo, SCHEMA, CHECK)

    (warning,) = warnings(caplog)
    assert "cannot be compared with the schema: " in warning
    assert "the driver refuses it" in warning


async def test_a_check_gives_up_where_nobody_answers(
    mongo_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prismongo.check.start.CHECK_TIMEOUT", 0.2)
    # A server of another set is forgotten, and no connection to it tried again.
    url = f"{mongo_url.replace('replicaSet=rs0', 'replicaSet=x')}&serverSelectionTimeoutMS=60000"
    async with asyncio.timeout(PATIENCE), AsyncMongoClient[dict[str, Any]](url) as client:
        await at_start(client.get_default_database(), SCHEMA, CHECK)

    (warning,) = warnings(caplog)
    assert "cannot be compared with the schema: " in warning


async def test_no_document_is_read_and_few_connections_are_opened(
    project: Datamodel, mongo_url: str, sent: Sent
) -> None:
    await push(project, mongo_url)
    async with AsyncMongoClient[dict[str, Any]](mongo_url, event_listeners=[sent]) as client:
        await at_start(client.get_default_database(), SCHEMA, CHECK)

    assert set(sent.names) == {"listCollections", "listIndexes"}
    assert len(sent.names) == 1 + len(project.models)
    assert len(sent.connections) <= 4


# --- push, ignore ---


async def test_push_creates_what_is_missing(
    mongo: Connected, project: Datamodel, caplog: pytest.LogCaptureFixture
) -> None:
    await at_start(mongo, SCHEMA, PUSH)

    assert len(await mongo.list_collection_names()) == len(project.models)
    assert warnings(caplog) == []


async def test_push_leaves_what_differs_and_warns(
    mongo: Connected, caplog: pytest.LogCaptureFixture
) -> None:
    await mongo["User"].create_index({"username": 1}, name="User_username_key")

    await at_start(mongo, SCHEMA, PUSH)

    (warning,) = warnings(caplog)
    assert "1 index differs: run `prismongo push --drop`." in warning


async def test_duplicates_end_the_start_and_are_not_logged(
    mongo: Connected, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "prismongo")
    await mongo["User"].insert_many([{"username": "hunter2"}, {"username": "hunter2"}])

    with pytest.raises(UniqueViolationError, match="User_username_key"):
        await at_start(mongo, SCHEMA, PUSH)

    assert "User_username_key" in caplog.text
    assert "hunter2" not in caplog.text
    assert await mongo.list_collection_names() == ["User"]


async def test_ignore_does_nothing(
    mongo: Connected, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "schema.prisma").write_text("nonsense")

    await at_start(mongo, ClientSchema(SCHEMA.packaged, tmp_path / "schema.prisma"), IGNORE)

    assert warnings(caplog) == []


# --- a client of another schema ---


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The schema.prisma that the client was generated from, in a folder of its own."""
    path = tmp_path / "schema.prisma"
    path.write_text((TOP / "schema.prisma").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(DatabaseService, "client_schema", ClientSchema(SCHEMA.packaged, path))
    return path


@pytest.mark.parametrize("settings_of_schema", [CHECK, PUSH], ids=["check", "push"])
async def test_a_client_of_another_schema_is_an_error_that_names_the_command(
    application: ApplicationContainer,
    live: Live,
    source: Path,
    settings_of_schema: SchemaSettings,
) -> None:
    source.write_text(source.read_text().replace("displayName    String?", "nickname String?"))
    source.write_text(source.read_text().replace("[displayName]", "[nickname]"))
    application.schema_settings.override(settings_of_schema)

    with pytest.raises(ConfigurationError, match="prismongo generate`"):
        async with running(application):
            pass

    assert live.list_collection_names() == []


AWAY = """
import asyncio, sys
from database import DatabaseService, DatabaseSettings
from prismongo.containers import DatabaseContainer, connected, running

class Database(DatabaseContainer):
    service = connected(DatabaseService)

async def main():
    async with running(Database(settings=DatabaseSettings(url=sys.argv[1]))) as container:
        print("started", (await container.service().health()).client)

asyncio.run(main())
"""


@pytest.mark.parametrize("is_there", [True, False], ids=["source", "container image"])
def test_a_start_compares_with_the_clients_own_schema_from_any_directory(
    mongo_url: str, tmp_path: Path, is_there: bool
) -> None:
    own = tmp_path / "schema.prisma"
    own.write_text(f"{HEAD}model Tea {{\n{ID}\n}}")
    generate(own, output=tmp_path / "prisma")
    if not is_there:
        own.unlink()
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "schema.prisma").write_text("model Somebody {")  # not ours to look at
    paths = os.pathsep.join([str(tmp_path), str(TOP)])
    done = subprocess.run(
        [sys.executable, "-c", AWAY, mongo_url],
        cwd=tmp_path / "away",
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["started", "fresh" if is_there else "unknown"], done.stderr
    assert "+ collection  Tea" in done.stderr


async def test_a_comment_makes_no_other_schema(mongo: Connected, source: Path) -> None:
    source.write_text(f"// A comment.\n{source.read_text()}")
    await at_start(mongo, ClientSchema(SCHEMA.packaged, source), CHECK)


async def test_a_schema_that_is_not_valid_is_an_error(mongo: Connected, source: Path) -> None:
    source.write_text("model User {")
    with pytest.raises(SchemaError):
        await at_start(mongo, ClientSchema(SCHEMA.packaged, source), CHECK)


# --- containers ---


async def test_a_start_checks_unless_told_otherwise(
    application: ApplicationContainer, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(application):
        pass
    assert len(warnings(caplog)) == 1


async def test_the_environment_says_what_a_start_does(
    application: ApplicationContainer,
    live: Live,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCHEMA_ON_START", "push")
    async with running(application):
        assert "User" in live.list_collection_names()
    assert warnings(caplog) == []


async def test_a_word_that_it_does_not_know(
    application: ApplicationContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEMA_ON_START", "migrate")
    with pytest.raises(
        ConfigurationError, match=r"schema\.on_start: .*'check', 'push' or 'ignore'"
    ):
        application.schema_settings()


async def test_the_container_alone_checks_too(
    settings: DatabaseSettings, caplog: pytest.LogCaptureFixture
) -> None:
    class Alone(Container):
        database = mount(DatabaseContainer, settings=settings)

    async with running(Alone()):
        pass
    assert len(warnings(caplog)) == 1


async def test_a_fake_is_not_checked(
    application: ApplicationContainer, caplog: pytest.LogCaptureFixture, source: Path
) -> None:
    source.write_text("model User {")
    async with fake(DatabaseService) as database:
        with application.database.service.override(database):
            async with running(application) as container:
                assert container.users.service().database is database
    assert warnings(caplog) == []


async def test_a_standalone_server_can_be_pushed_to_at_start(project: Datamodel) -> None:
    async with Mongod(standalone=True) as server:
        client = AsyncMongoClient[dict[str, Any]](server.url("alone"))
        async with client:
            await at_start(client.get_default_database(), SCHEMA, PUSH)
            names = await client.get_default_database().list_collection_names()
    assert len(names) == len(project.models)
