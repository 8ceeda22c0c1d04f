"""Fixtures of all tests: one real mongod a run, one database a test, and the fake beside it.

A test that asks for `store`, or for what is made of it (`database`, `engine_for`, `raw`, `stored`),
runs on both stores, unless it is marked `mongo_only`, or asks for what only a server has.
`--prismongo=fake` or `--prismongo=mongo` leaves one of the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import hypothesis
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from prismongo.embedded import Mongod
from prismongo.settings import DatabaseSettings
from prismongo.url import url_database
from tests.commands import Sent

if TYPE_CHECKING:
    from prisma.models import User

    from database import DatabaseService

pytest_plugins = ["tests.clock", "tests.engines"]

hypothesis.settings.register_profile(
    "on any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("on any machine")

STORES = {"mongo": "mongo", "memory": "fake"}
"""What a test runs on, and what the plugin's option calls it."""
ONLY_A_SERVER_HAS = {
    "mongo_client": "a driver's view of the server",
    "mongo_url": "a database of the server's",
    "mongod": "the server itself",
    "sent": "the commands that a server is sent",
    "settings": "how a server is reached",
    "watched": "the shard keys in what a server is sent",
}
"""Fixtures for which a test runs on the server alone, and why."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of behaviour, once a store."""
    if "store" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("mongo_only")
    if marker is not None and not marker.args:
        pytest.fail(f"{metafunc.function.__name__}: mongo_only says why", pytrace=False)
    alone = marker is not None or bool(ONLY_A_SERVER_HAS.keys() & set(metafunc.fixturenames))
    chosen = metafunc.config.getoption("--prismongo")
    stores = [each for each, name in STORES.items() if chosen in (None, name)]
    metafunc.parametrize("store", ["mongo"] if alone else stores)


@pytest.fixture(scope="session")
def mongod() -> Iterator[Mongod]:
    """The server of this run."""
    server = Mongod()
    with ThreadPoolExecutor(max_workers=1) as thread:  # this one's event loop is pytest-asyncio's
        thread.submit(asyncio.run, server.start()).result()
        yield server
        thread.submit(asyncio.run, server.stop()).result()


@pytest.fixture(scope="session")
def prismongo_service() -> type[DatabaseService]:
    """What the plugin's fixtures make."""
    from database import DatabaseService

    return DatabaseService


@pytest.fixture(scope="session")
def mongo_client(mongod: Mongod) -> Iterator[MongoClient[dict[str, Any]]]:
    """A driver's synchronous client, to look past our own code and to drop databases."""
    with MongoClient[dict[str, Any]](mongod.url("admin")) as client:
        yield client


@pytest.fixture
def mongo_url(mongod: Mongod, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """The URL of an empty database that is this test's alone, and is dropped after it.

    Without the driver's second monitor: PyMongo 4.20 leaves a socket to the garbage collector where
    it is closed while that one connects, as it is in a test that ends at once.
    """
    name = f"test_{uuid4().hex}"
    yield f"{mongod.url(name)}&serverMonitoringMode=poll"
    mongo_client.drop_database(name)


@pytest.fixture
def live(mongo_client: MongoClient[dict[str, Any]], mongo_url: str) -> Database[dict[str, Any]]:
    """This test's database past our own code."""
    return mongo_client[url_database(mongo_url)]


@pytest.fixture
def held(live: Database[dict[str, Any]]) -> Callable[[str], AbstractContextManager[None]]:
    """Gives contexts in which another client's transaction holds a collection's documents.

    Whoever writes to one of them waits until the context ends.
    """

    @contextmanager
    def hold(collection: str) -> Iterator[None]:
        with live.client.start_session() as session, session.start_transaction():
            live[collection].update_many({}, {"$set": {"held": True}}, session=session)
            yield
            session.abort_transaction()

    return hold


@pytest.fixture
def sent() -> Sent:
    """The commands that this test's clients send."""
    return Sent()


@pytest.fixture
def settings(mongo_url: str) -> DatabaseSettings:
    """Settings for the database of this test."""
    return DatabaseSettings(url=mongo_url)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package `shop`, generated from a schema with everything that a client has types for."""
    from prismongo.generator import generate

    schema = Path(__file__).parent / "generator" / "typed" / "shop.prisma"
    return generate(schema, output=tmp_path_factory.mktemp("shops") / "shop").output


@pytest.fixture
async def database(store: str, request: pytest.FixtureRequest) -> AsyncIterator[DatabaseService]:
    """The connected client on this test's store, which on a server has no indexes."""
    from database import DatabaseService
    from prismongo.testing import fake

    made = (
        fake(DatabaseService)
        if store == "memory"
        else DatabaseService(request.getfixturevalue("settings"))
    )
    async with made as service:
        yield service


@pytest.fixture
async def ada(database: DatabaseService) -> User:
    """A user of this test's database."""
    from prisma.models import User

    from prismongo.testing import factory

    return await factory(User, database).create(username="ada")
