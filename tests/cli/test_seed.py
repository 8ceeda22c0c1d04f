"""The command seed: which function it runs, on which database, and what it says of mistakes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from prismongo.cli import main
from tests.project import SCHEMA

Output = pytest.CaptureFixture[str]

MODULE = """
from __future__ import annotations
from typing import TYPE_CHECKING, Any
from database import DatabaseService
from prismongo import Service
if TYPE_CHECKING:
    from decimal import Decimal

TEXT = "no function"

async def plain(database: DatabaseService) -> None:
    await database.user.create({"username": "ada", "hashedPassword": "-"})

async def full(database: DatabaseService, *, size="small", number=1, progress, other=None) -> str:
    progress("users", 1, 1)
    return f"{type(database).__name__} {size!r} {number!r}"

async def any_of_them(database: DatabaseService, **options: Any) -> str:
    return ", ".join(sorted(options))

async def needing(database: DatabaseService, number: int) -> None: ...
async def unknown(database: DatabaseService, colour: str) -> None: ...
async def untyped(database) -> None: ...
async def typed_otherwise(database: str) -> None: ...
async def typed_as_the_base(database: Service) -> None: ...
async def typed_for_checkers(database: DatabaseService, price: Decimal = None) -> None: ...
async def without() -> None: ...
async def named_alone(*, database: DatabaseService) -> None: ...
def in_line(database: DatabaseService) -> None: ...
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with seeds in its module `planting`, and no server in the environment."""
    for variable in ("DATABASE_URL", "DATABASE_NAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(SCHEMA.parent), *sys.path])
    (tmp_path / "schema.prisma").write_text(SCHEMA.read_text())
    (tmp_path / "pyproject.toml").write_text('[tool.prismongo]\nseed = "planting:plain"\n')
    (tmp_path / "planting.py").write_text(MODULE)
    yield tmp_path
    for name in ("planting", "broken"):
        sys.modules.pop(name, None)


@pytest.fixture
def seed(project: Path, mongo_url: str, capsys: Output) -> Callable[..., tuple[int, str]]:
    """Runs the command on this test's database: its exit status, and what it says."""

    def run(script: str | None = None, *options: str) -> tuple[int, str]:
        named = ["--script", script] if script else []
        status = main(["seed", "--url", mongo_url, *named, *options])
        said = capsys.readouterr()
        return status, said.err if status else said.out

    return run


Seed = Callable[..., tuple[int, str]]


def test_it_runs_what_the_project_names(seed: Seed, live: Any) -> None:
    assert seed() == (0, "Done: planting:plain.\n")
    assert [user["username"] for user in live["User"].find()] == ["ada"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "'small' 1"),
        (["--size", "large"], "'large' 1"),
        (["--size", "2500", "--number", "7"], "2500 7"),
    ],
)
def test_options_are_handed_to_the_function(seed: Seed, options: list[str], said: str) -> None:
    assert seed("planting:full", *options) == (0, f"DatabaseService {said}\n")


def test_a_function_that_takes_any_names_gets_all(seed: Seed) -> None:
    assert seed("planting:any_of_them", "--number", "2") == (0, "number, progress\n")


def test_the_database_is_that_of_the_environment(
    project: Path, mongo_url: str, live: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", mongo_url)
    assert main(["seed"]) == 0
    assert live["User"].count_documents({}) == 1


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("planting", 'A seed is named "module:function", not "planting".'),
        ("nowhere:seed", "The seed nowhere:seed cannot be imported: ModuleNotFoundError: "),
        ("planting:nothing", "planting has no `nothing`."),
        ("planting:TEXT", "The seed planting:TEXT is no `async def` function."),
        ("planting:in_line", "The seed planting:in_line is no `async def` function."),
        ("planting:untyped", "The seed planting:untyped does not say which database it wants: "),
        ("planting:typed_otherwise", "The seed planting:typed_otherwise does not say which"),
        ("planting:typed_as_the_base", "The seed planting:typed_as_the_base does not say which"),
        ("planting:without", "The seed planting:without does not say which database"),
        ("planting:named_alone", "The seed planting:named_alone does not say which database"),
        ("planting:typed_for_checkers", "The types of the seed planting:typed_for_checkers cannot"),
        ("planting:unknown", "The seed planting:unknown needs `colour`: beside the database"),
        ("planting:needing", "The seed planting:needing needs --number."),
    ],
)
def test_a_function_that_cannot_be_run_is_one_line(seed: Seed, script: str, told: str) -> None:
    status, said = seed(script)
    assert status == 1
    assert said.startswith(told)
    assert len(said.splitlines()) == 1


def test_a_module_that_fails_says_why(seed: Seed, project: Path) -> None:
    (project / "broken.py").write_text("import sys\nsys.nothing\n")
    status, said = seed("broken:seed")
    assert (status, said) == (
        1,
        "The seed broken:seed cannot be imported: AttributeError: module 'sys' has no attribute "
        "'nothing'\n",
    )


def test_an_option_that_the_function_does_not_take(seed: Seed, live: Any) -> None:
    told = "The seed planting:plain has no parameter `size`: leave --size out.\n"
    assert seed("planting:plain", "--size", "small") == (1, told)
    assert live.list_collection_names() == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "No seed is named: give --script module:function, or set `seed` of [tool.prismongo]"),
        ("[tool.prismongo]\nseed = 5\n", "pyproject.toml: `seed` of [tool.prismongo] is a text"),
    ],
)
def test_nothing_is_named(seed: Seed, project: Path, text: str, told: str) -> None:
    (project / "pyproject.toml").write_text(text)
    status, said = seed()
    assert status == 1
    assert said.startswith(told)


@pytest.mark.parametrize("size", ["huge", "0", "-5", "1.5"])
def test_a_size_that_cannot_be(project: Path, capsys: Output, size: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["seed", f"--size={size}"])
    assert caught.value.code == 2
    assert "small, medium, large or a number from 1 up is wanted" in capsys.readouterr().err


def test_no_database(project: Path, capsys: Output) -> None:
    assert main(["seed"]) == 1
    assert capsys.readouterr().err == "No database is named: give --url, or set DATABASE_URL.\n"


@pytest.mark.parametrize("url", ["nowhere", "mongodb://127.0.0.1:1/x?tls=yes"])
def test_a_url_that_cannot_be_is_one_line(project: Path, capsys: Output, url: str) -> None:
    assert main(["seed", "--url", url]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_client_of_an_earlier_schema_is_refused(
    seed: Seed, live: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prismongo.client.schema.ClientSchema.compare", lambda schema: "stale")
    status, said = seed()
    assert status == 1
    assert said.startswith("The client was generated from an earlier ")
    assert live.list_collection_names() == []


def test_kraken_names_its_own(
    mongo_url: str, live: Any, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(SCHEMA.parent)
    assert main(["seed", "--url", mongo_url, "--size", "20", "--number", "3"]) == 0
    assert "an instance of 20 messages" in capsys.readouterr().out
    assert live["Message"].count_documents({}) == 20
    assert main(["seed", "--url", mongo_url, "--size", "20", "--number", "3"]) == 0
    assert capsys.readouterr().out == "Nothing was added: the instance is there already.\n"
