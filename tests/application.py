"""Fixtures of the whole application on a real server: for the tests of containers and features."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from containers import ApplicationContainer, running
from containers.auth import AuthSettings
from containers.notifications import NotificationSettings
from database import DatabaseService, DatabaseSettings
from prismongo.embedded.mongod import Mongod
from prismongo.schema import parse, push
from prismongo.settings import SchemaSettings
from prismongo.url import url_database
from tests.project import SCHEMA

CHEAP = AuthSettings(time_cost=1, memory_cost=8, parallelism=1)


def made(settings: DatabaseSettings) -> ApplicationContainer:
    """The application on a database, not started; passwords and start cost little.

    It follows no changes: what a test counts is its own.
    """
    application = ApplicationContainer()
    application.schema_settings.override(SchemaSettings(on_start="ignore"))
    application.database_settings.override(settings)
    application.auth_settings.override(CHEAP)
    application.notification_settings.override(NotificationSettings(consume=False))
    return application


@pytest.fixture
def application(settings: DatabaseSettings) -> ApplicationContainer:
    """The application on this test's database, without the schema's indexes; not started."""
    return made(settings)


@pytest.fixture(scope="session")
def pushed_url(mongod: Mongod, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """A database with the schema's collections and indexes: making them takes seconds."""
    name = f"pushed_{uuid4().hex}"
    url = f"{mongod.url(name)}&serverMonitoringMode=poll"  # see mongo_url
    with ThreadPoolExecutor(max_workers=1) as thread:  # this one's event loop is pytest-asyncio's
        thread.submit(asyncio.run, push(parse(SCHEMA.read_text()), url)).result()
    yield url
    mongo_client.drop_database(name)


@pytest.fixture
def settings_pushed(
    pushed_url: str, mongo_client: MongoClient[dict[str, Any]]
) -> Iterator[DatabaseSettings]:
    """Settings for that database, which has no documents before and after the test."""
    yield DatabaseSettings(url=pushed_url)
    database = mongo_client[url_database(pushed_url)]
    for name in database.list_collection_names():
        database[name].delete_many({})


@pytest.fixture
async def container(settings_pushed: DatabaseSettings) -> AsyncIterator[ApplicationContainer]:
    """The application, started on a database with the schema's indexes."""
    async with running(made(settings_pushed)) as application:
        yield application


@dataclass
class Calls:
    """How often databases were connected and disconnected."""

    connects: int = 0
    disconnects: int = 0


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Counts, and lets the calls pass."""
    counted = Calls()
    connect, disconnect = DatabaseService.connect, DatabaseService.disconnect

    async def counting_connect(database: DatabaseService, *arguments: Any, **named: Any) -> None:
        counted.connects += 1
        await connect(database, *arguments, **named)

    async def counting_disconnect(database: DatabaseService, *arguments: Any, **named: Any) -> None:
        counted.disconnects += 1
        await disconnect(database, *arguments, **named)

    monkeypatch.setattr(DatabaseService, "connect", counting_connect)
    monkeypatch.setattr(DatabaseService, "disconnect", counting_disconnect)
    return counted
