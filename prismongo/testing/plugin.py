"""The pytest plugin: fixtures for tests of code that uses the database. An entry point.

    pytest --prismongo=fake     (the default) in memory
    pytest --prismongo=mongo    on a real server, started once per run, or at --prismongo-url

Every pytest run in the environment loads it, also if no client is generated or pytest-asyncio is
missing. So the fixtures import what they need only when they are used. An application defines two
fixtures in its conftest: `prismongo_service` returns its DatabaseService class, and
`prismongo_application` its container.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from prismongo import Service
    from prismongo.schema import Datamodel

FAKE: Final = "fake"
MONGO: Final = "mongo"

Fixture = TypeVar("Fixture", bound=Callable[..., Any])


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--prismongo=fake|mongo` and `--prismongo-url=URL`."""
    group = parser.getgroup("prismongo")
    group.addoption(
        "--prismongo",
        choices=(FAKE, MONGO),
        help="what the fixtures `prismongo_database` and `prismongo_container` are on: memory (the "
        "default), or a real mongod",
    )
    group.addoption(
        "--prismongo-url",
        metavar="URL",
        help="with --prismongo=mongo: a running server, in place of one that is started; each test "
        "has a database of its own there, test_…, which is dropped after it",
    )


def _async_fixture(function: Fixture) -> Fixture:
    """An asynchronous fixture, in pytest-asyncio's strict and automatic mode."""
    try:
        import pytest_asyncio
    except ModuleNotFoundError:

        @pytest.fixture(name=function.__name__)
        def missing() -> None:
            pytest.fail(f"The fixture `{function.__name__}` needs pytest-asyncio.", pytrace=False)

        return missing  # type: ignore[return-value]  # never awaited: it fails
    return cast(Fixture, pytest_asyncio.fixture(function))


@pytest.fixture(scope="session")
def prismongo_service() -> type[Service]:
    """The application's `DatabaseService`: its conftest defines this fixture."""
    pytest.fail(_to_define("prismongo_service", "return DatabaseService"), pytrace=False)


@pytest.fixture
def prismongo_application() -> Any:
    """The container that `prismongo_container` starts: the application's conftest defines it."""
    pytest.fail(_to_define("prismongo_application", "return ApplicationContainer()"), pytrace=False)


def _to_define(name: str, body: str) -> str:
    return (
        f"The fixture `{name}` is the application's to define, in its conftest.py:\n\n"
        f"@pytest.fixture\ndef {name}():\n    {body}"
    )


@pytest.fixture
def prismongo_fake(prismongo_service: type[Service]) -> Service:
    """A new database in memory."""
    from prismongo.testing import fake

    made = fake(prismongo_service)
    _warn_if_stale(made)
    return made


_ASKED: Final[set[Path]] = set()
"""The schemas of clients of which this run knows whether they are up to date."""


def _warn_if_stale(database: Service) -> None:
    """Warn where tests pass on a client with which the application would not start."""
    schema = database.client_schema
    if schema.source in _ASKED:
        return
    _ASKED.add(schema.source)
    if schema.freshness() == "stale":
        message = "The generated client is older than its schema: run `prismongo generate`."
        warnings.warn(pytest.PytestWarning(message), stacklevel=1)


@pytest.fixture(scope="session")
def prismongo_server(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """A function: name of a database → its URL on the server of this run.

    The server is that of `--prismongo-url`, else a replica set of one node, started at first use.
    """
    from prismongo.embedded import Mongod
    from prismongo.url import with_database

    if url := request.config.getoption("--prismongo-url"):
        yield lambda name: with_database(url, name)
        return
    server = Mongod()
    _run(server.start())
    yield server.url
    _run(server.stop())


@_async_fixture
async def prismongo_database(
    request: pytest.FixtureRequest, prismongo_service: type[Service]
) -> AsyncIterator[Service]:
    """A connected database that only this test uses, with the schema's unique indexes.

    With `--prismongo=mongo` it is dropped after the test.
    """
    if request.config.getoption("--prismongo") != MONGO:
        async with request.getfixturevalue("prismongo_fake") as fake:
            yield fake
        return
    from prismongo.schema import push
    from prismongo.settings import DatabaseSettings

    url = request.getfixturevalue("prismongo_server")(f"test_{uuid4().hex}")
    # If closed early, PyMongo 4.20 does not close the socket of its second monitor.
    url += f"{'&' if '?' in url else '?'}serverMonitoringMode=poll"
    async with prismongo_service(DatabaseSettings(url=url)) as service:
        _warn_if_stale(service)
        try:
            await push(_uniques(service.client_schema.datamodel), url)
            yield service
        finally:
            await service.mongo.client.drop_database(service.mongo.name)


@_async_fixture
async def prismongo_container(
    prismongo_application: Any, prismongo_database: Service
) -> AsyncIterator[Any]:
    """The application's container, started on `prismongo_database`, stopped after the test."""
    from prismongo.containers import running
    from prismongo.containers.testing import overridden

    with overridden(prismongo_application, database=prismongo_database):
        async with running(prismongo_application):
            yield prismongo_application


def _uniques(datamodel: Datamodel) -> Datamodel:
    """A schema without the indexes that are not unique, which only make queries fast."""
    models = tuple(
        replace(model, indexes=tuple(each for each in model.indexes if each.kind != "index"))
        for model in datamodel.models
    )
    return replace(datamodel, models=models)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run it on an event loop in another thread, because pytest-asyncio owns that of this one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()
