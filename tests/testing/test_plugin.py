"""The pytest plugin, in runs of their own: on both databases, in both modes, and without."""

from __future__ import annotations

import pytest

from prismongo.embedded import Mongod
from tests.project import TOP

pytest_plugins = ["pytester"]

STRICT = """
import pytest
from database import DatabaseService

@pytest.mark.asyncio
async def test_a_service(prismongo_container):
    users = prismongo_container.users.service()
    await users.register("ada", "correct horse")
    with pytest.raises(Exception, match="Unique constraint"):
        await users.register("ada", "correct horse")
    assert await users.database.user.count() == 1

@pytest.mark.asyncio
async def test_it_is_empty_again(prismongo_container, prismongo_database):
    database = prismongo_database
    assert prismongo_container.database.service() is database
    assert await database.user.count() == 0
    assert (type(database) is not DatabaseService) == KIND_IS_FAKE
    assert isinstance(database, DatabaseService)

@pytest.mark.asyncio
async def test_a_fake_of_its_own(prismongo_fake):
    await prismongo_fake.user.create({"username": "ada", "hashedPassword": "x"})

def test_no_loop(prismongo_fake):
    assert prismongo_fake.fake.documents("User") == []
"""
AUTO = STRICT.replace("@pytest.mark.asyncio\n", "")
SERVER = """
import pymongo

SEEN = set()

async def test_first(prismongo_database, prismongo_server):
    database = prismongo_database
    SEEN.add((prismongo_server("x"), database.mongo.name))
    await database.user.create({"username": "ada", "hashedPassword": "x"})

async def test_second(prismongo_database, prismongo_server):
    database = prismongo_database
    SEEN.add((prismongo_server("x"), database.mongo.name))
    assert await database.user.count() == 0
    urls, names = zip(*SEEN)
    assert len(set(urls)) == 1, "one server a run"
    assert len(set(names)) == 2, "a database of its own a test"
    found = await database.mongo.client.list_database_names()
    assert [name for name in found if name.startswith("test_")] == [database.mongo.name]
"""
FAILING = """
import pytest
from pymongo import MongoClient

async def test_it_fails(prismongo_database):
    await prismongo_database.user.create({"username": "ada", "hashedPassword": "x"})
    raise AssertionError("on purpose")

async def test_it_fails_in_the_application(prismongo_container):
    await prismongo_container.users.service().register("ada", "correct horse")
    raise AssertionError("on purpose")

def test_nothing_is_left(prismongo_server):
    with MongoClient(prismongo_server("admin")) as client:
        names = client.list_database_names()
    assert not [name for name in names if name.startswith("test_")]
"""
CONFTEST = """
import pytest
from containers import ApplicationContainer
from containers.auth import AuthSettings
from database import DatabaseService

@pytest.fixture(scope="session")
def prismongo_service():
    return DatabaseService

@pytest.fixture
def prismongo_application():
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
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with Kraken's packages, and warnings as errors."""
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    pytester.makeini(
        "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"
    )
    pytester.makeconftest(CONFTEST)
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
    run(project, "--asyncio-mode=auto", "--prismongo=mongo", passed=6)


def test_databases_of_tests_that_fail_are_dropped_in_two_processes(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(test_one=FAILING, test_other=FAILING)
    options = ("--asyncio-mode=auto", "--prismongo=mongo", "--numprocesses=2", "--dist=loadfile")
    result = project.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)
    result.assert_outcomes(passed=2, failed=4)


def test_another_database_is_refused(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--prismongo=mysql")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--prismongo: invalid choice: 'mysql'*"])


def test_without_a_generated_client_other_tests_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(pytester, [f"prisma.{name}" for name in GENERATED], monkeypatch)
    pytester.makepyfile(PLAIN.replace("MISSING", "prisma.client"))
    run(pytester, "-W", "error", *LOOP_SCOPE, passed=1)


def test_what_is_the_applications_to_define_is_said(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "def test_service(prismongo_fake):\n    pass\n"
        "def test_application(prismongo_application):\n    pass\n"
    )
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:randomly", *LOOP_SCOPE)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*def prismongo_service():*", "*def prismongo_application():*"])


def test_a_server_that_runs_is_used(project: pytest.Pytester, mongod: Mongod) -> None:
    url = mongod.url("any")
    project.makepyfile(
        f"async def test_it(prismongo_database, prismongo_server):\n"
        f"    assert prismongo_server('any') == {url!r}\n"
        f"    assert (await prismongo_database.mongo.client.address)[1] == {mongod.port}\n"
    )
    run(
        project,
        "--asyncio-mode=auto",
        "--prismongo=mongo",
        f"--prismongo-url={url}",
        passed=1,
    )


def test_switched_off_it_is_not_there(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(prismongo_fake):\n    pass\n")
    result = pytester.runpytest_subprocess("-p", "no:prismongo", *LOOP_SCOPE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'prismongo_fake' not found*"])


def test_without_pytest_asyncio_other_tests_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(pytester, ["pytest_asyncio"], monkeypatch)
    more = "def test_it(prismongo_database):\n    pass\n"
    pytester.makepyfile(PLAIN.replace("MISSING", "pytest_asyncio"), test_more=more)
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:asyncio", "-p", "no:randomly")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture `prismongo_database` needs pytest-asyncio*"])


def test_a_client_that_is_older_than_its_schema_is_said(project: pytest.Pytester) -> None:
    source = project.path / "schema.prisma"
    source.write_text('model Other {\n  id Int @id @map("_id")\n}\n')
    project.makepyfile(
        f"""
        import pytest
        from pathlib import Path
        from database import DatabaseService

        @pytest.fixture
        def prismongo_service():
            class Older(DatabaseService):
                _schema_path = Path({str(source)!r})

            return Older

        async def test_one(prismongo_database): ...

        async def test_other(prismongo_fake): ...
        """
    )
    result = run(project, "-W", "default", "--asyncio-mode=auto", passed=2)
    result.stdout.fnmatch_lines(["*PytestWarning: The generated client is older than its schema*"])
    assert result.parseoutcomes()["warnings"] == 1
