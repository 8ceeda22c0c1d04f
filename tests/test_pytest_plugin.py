"""The pytest plugin, in runs of their own: on both databases, in both modes, and without."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

STRICT = """
import pytest
from database import DatabaseService
from database.testing import FakeDatabase

@pytest.mark.asyncio
async def test_a_service(container):
    users = container.users.service()
    await users.register("ada", "correct horse")
    with pytest.raises(Exception, match="Unique constraint"):
        await users.register("ada", "correct horse")
    assert await users.database.user.count() == 1

@pytest.mark.asyncio
async def test_it_is_empty_again(container, database):
    assert container.database.service() is database
    assert await database.user.count() == 0
    assert isinstance(database, FakeDatabase) == KIND_IS_FAKE

@pytest.mark.asyncio
async def test_a_fake_of_its_own(fake_database):
    await fake_database.user.create({"username": "ada", "hashedPassword": "x"})

def test_no_loop(fake_database):
    assert fake_database.documents("User") == []
"""
AUTO = STRICT.replace("@pytest.mark.asyncio\n", "")
SERVER = """
import pymongo

SEEN = set()

async def test_first(database, mongo_server):
    SEEN.add((mongo_server.port, database.mongo.name))
    await database.user.create({"username": "ada", "hashedPassword": "x"})

async def test_second(database, mongo_server):
    SEEN.add((mongo_server.port, database.mongo.name))
    assert await database.user.count() == 0
    ports, names = zip(*SEEN)
    assert len(set(ports)) == 1, "one server a run"
    assert len(set(names)) == 2, "a database of its own a test"
    found = await database.mongo.client.list_database_names()
    assert [name for name in found if name.startswith("test_")] == [database.mongo.name]
"""
FAILING = """
import pytest
from pymongo import MongoClient

async def test_it_fails(database):
    await database.user.create({"username": "ada", "hashedPassword": "x"})
    raise AssertionError("on purpose")

async def test_it_fails_in_the_application(container):
    await container.users.service().register("ada", "correct horse")
    raise AssertionError("on purpose")

def test_nothing_is_left(mongo_server):
    with MongoClient(mongo_server.url("admin")) as client:
        names = client.list_database_names()
    assert not [name for name in names if name.startswith("test_")]
"""
PASSWORDS_COST_LITTLE = """
import pytest
from containers import ApplicationContainer
from containers.auth import AuthSettings

@pytest.fixture
def application_container():
    made = ApplicationContainer()
    made.auth_settings.override(AuthSettings(time_cost=1, memory_cost=8, parallelism=1))
    return made
"""
BLOCKER = """
import builtins

real = builtins.__import__

def import_unless_missing(name, *arguments, **named):
    if name in {names!r}:
        raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
    return real(name, *arguments, **named)

builtins.__import__ = import_unless_missing
"""
PLAIN = """
import pytest

def test_something_else():
    with pytest.raises(ModuleNotFoundError):
        import MISSING
"""
LOOP_SCOPE = ("-o", "asyncio_default_fixture_loop_scope=function")
GENERATED = ["actions", "bases", "client", "enums", "http", "metadata", "models", "types"]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of somebody's own, with warnings as errors."""
    pytester.makeini(
        "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"
    )
    pytester.makeconftest(PASSWORDS_COST_LITTLE)
    return pytester


def run(project: pytest.Pytester, *arguments: str, passed: int) -> pytest.RunResult:
    result = project.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)
    result.assert_outcomes(passed=passed)
    return result


def without(pytester: pytest.Pytester, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Python in which modules of these names are not installed."""
    pytester.makepyfile(sitecustomize=BLOCKER.format(names=names))
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))


def test_in_strict_mode_and_in_memory_which_is_the_default(project: pytest.Pytester) -> None:
    project.makepyfile(STRICT.replace("KIND_IS_FAKE", "True"))
    run(project, "--asyncio-mode=strict", passed=4)


def test_in_automatic_mode_on_one_server_with_a_database_a_test(project: pytest.Pytester) -> None:
    project.makepyfile(test_same=AUTO.replace("KIND_IS_FAKE", "False"), test_server=SERVER)
    run(project, "--asyncio-mode=auto", "--database=mongo", passed=6)


def test_databases_of_tests_that_fail_are_dropped_in_two_processes(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(test_one=FAILING, test_other=FAILING)
    options = ("--asyncio-mode=auto", "--database=mongo", "--numprocesses=2", "--dist=loadfile")
    result = project.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)
    result.assert_outcomes(passed=2, failed=4)


def test_another_database_is_refused(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--database=mysql")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--database: invalid choice: 'mysql'*"])


def test_without_a_generated_client_other_tests_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(pytester, [f"prisma.{name}" for name in GENERATED], monkeypatch)
    pytester.makepyfile(PLAIN.replace("MISSING", "prisma.client"))
    run(pytester, "-W", "error", *LOOP_SCOPE, passed=1)


def test_without_a_generated_client_fixtures_say_what_to_do(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(pytester, [f"prisma.{name}" for name in GENERATED], monkeypatch)
    pytester.makepyfile("def test_it(fake_database):\n    pass\n")
    result = pytester.runpytest_subprocess("-W", "error", *LOOP_SCOPE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*python -m database generate*"])


def test_switched_off_it_is_not_there(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(fake_database):\n    pass\n")
    result = pytester.runpytest_subprocess("-p", "no:kraken-database", *LOOP_SCOPE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'fake_database' not found*"])


def test_without_pytest_asyncio_other_tests_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(pytester, ["pytest_asyncio"], monkeypatch)
    more = "def test_it(database):\n    pass\n"
    pytester.makepyfile(PLAIN.replace("MISSING", "pytest_asyncio"), test_more=more)
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:asyncio", "-p", "no:randomly")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture `database` needs pytest-asyncio*"])
