"""The pytest plugin: fixtures for tests of what uses the database. An entry point, as the CLI is.

    pytest --database=fake     (the default) in memory
    pytest --database=mongo    on a real server, which is started once a run

Every pytest run of the environment loads it, also one where no client is generated and where
pytest-asyncio is missing: what needs them is imported in the fixtures that need them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import uuid4

import pytest

from database import NOT_GENERATED

if TYPE_CHECKING:
    from containers import ApplicationContainer
    from database import DatabaseService
    from database.mongod import Mongod
    from database.schema import Datamodel
    from database.testing import FakeDatabase

FAKE: Final = "fake"
MONGO: Final = "mongo"

Fixture = TypeVar("Fixture", bound=Callable[..., Any])


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database=fake|mongo`."""
    parser.getgroup("database").addoption(
        "--database",
        choices=(FAKE, MONGO),
        help="what the fixtures `database` and `container` are on: memory (the default), or a "
        "real mongod",
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


@pytest.fixture
def fake_database() -> FakeDatabase:
    """A database in memory, empty and ready."""
    with _client_needed():
        from database.testing import FakeDatabase

    return FakeDatabase()


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[Mongod]:
    """The real server of this run, a replica set of one node: started when first asked for."""
    from database.mongod import Mongod

    server = Mongod()
    _run(server.start())
    yield server
    _run(server.stop())


@_async_fixture
async def database(request: pytest.FixtureRequest) -> AsyncIterator[DatabaseService]:
    """A connected database that is this test's alone, with the schema's unique indexes.

    With `--database=mongo` it is dropped after the test.
    """
    if request.config.getoption("--database") != MONGO:
        async with request.getfixturevalue("fake_database") as fake:
            yield fake
        return
    with _client_needed():
        from database import DatabaseService, DatabaseSettings
        from database.schema import push

    url = request.getfixturevalue("mongo_server").url(f"test_{uuid4().hex}")
    # Closed early, PyMongo 4.20 leaves the socket of its second monitor to the garbage collector.
    url += "&serverMonitoringMode=poll"
    async with DatabaseService(DatabaseSettings(url=url)) as service:
        try:
            await push(_uniques(), url)
            yield service
        finally:
            await service.mongo.client.drop_database(service.mongo.name)


@pytest.fixture
def application_container() -> ApplicationContainer:
    """The container that `container` starts; an application gives its own in its conftest."""
    with _client_needed():
        from containers import ApplicationContainer

    return ApplicationContainer()


@_async_fixture
async def container(application_container: Any, database: DatabaseService) -> AsyncIterator[Any]:
    """The application's container, started on `database`, stopped after the test."""
    from containers import running
    from containers.testing import overridden

    with overridden(application_container, database=database):
        async with running(application_container):
            yield application_container


@contextmanager
def _client_needed() -> Iterator[None]:
    """Around imports of what needs the generated client: says what to do where there is none."""
    try:
        yield
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("prisma."):
            raise
        pytest.fail(NOT_GENERATED, pytrace=False)


def _uniques() -> Datamodel:
    """The generated client's schema, without the indexes that only make things fast.

    Raises:
        ConfigurationError: no client is generated.
    """
    from database.errors import ConfigurationError
    from database.schema import parse
    from database.schema.generate import generated_schema

    text = generated_schema()
    if text is None:
        raise ConfigurationError(NOT_GENERATED)
    datamodel = parse(text)
    models = tuple(
        replace(model, indexes=tuple(each for each in model.indexes if each.kind != "index"))
        for model in datamodel.models
    )
    return replace(datamodel, models=models)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Runs it on an event loop in another thread: this thread's is pytest-asyncio's."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()
