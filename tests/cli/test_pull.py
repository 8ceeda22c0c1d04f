"""The command pull, as a new user runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prismongo.cli import main
from prismongo.pull import pull
from prismongo.url import url_database

Output = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: Any, mongo_url: str) -> Path:
    """An empty working directory but for .env, and a database with a collection."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_NAME", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"DATABASE_URL='{mongo_url}'\n")
    live["cats"].insert_many([{"name": f"cat {n}", "kind": "ab"[n % 2]} for n in range(10)])
    return tmp_path


def test_pull_then_validate_push_and_pull_again(folder: Path, capsys: Output) -> None:
    assert main(["pull", "--enums"]) == 0
    assert capsys.readouterr().out == (
        "10 documents read.\n  + model cats\n  + enum CatsKind\n"
        "Wrote schema.prisma. Read it, then run `prismongo generate`.\n"
    )
    text = (folder / "schema.prisma").read_text()
    assert "  kind CatsKind\n" in text
    assert main(["validate"]) == main(["push"]) == 0
    assert "is as the schema says" in capsys.readouterr().out
    assert main(["pull", "--enums"]) == 0
    assert capsys.readouterr().out == (
        "10 documents read.\nThe schema schema.prisma lacks nothing of it.\n"
    )
    assert (folder / "schema.prisma").read_text() == text


def test_a_dry_run_writes_nothing(folder: Path, capsys: Output) -> None:
    assert main(["pull", "--dry-run"]) == 0
    assert "model cats {\n" in capsys.readouterr().out
    assert [file.name for file in folder.iterdir()] == [".env"]


def test_a_dry_run_that_finds_nothing_says_so(folder: Path, capsys: Output) -> None:
    assert main(["pull"]) == 0
    capsys.readouterr()
    assert main(["pull", "--dry-run"]) == 0
    assert "The schema schema.prisma lacks nothing of it.\n" in capsys.readouterr().out


def test_a_dry_run_of_a_folder_says_which_file_is_which(
    folder: Path, live: Any, capsys: Output
) -> None:
    (folder / "prisma").mkdir()
    assert main(["pull", "--schema", "prisma/cats.prisma"]) == 0
    live["dogs"].insert_one({"name": "a dog"})
    live["cats"].insert_one({"name": "a cat", "kind": "a", "age": 3})
    capsys.readouterr()
    assert main(["pull", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    cats, _, dogs = shown.partition("// prisma/pulled.prisma\n")
    assert cats.startswith("// prisma/cats.prisma\n")
    assert "  age Int? @db.Int\n" in cats
    assert "model dogs {\n" in dogs


def test_a_database_without_collections_is_told(
    folder: Path, mongo_url: str, capsys: Output
) -> None:
    """MongoDB makes a database of any name: a mistake in it looks like an empty one."""
    name = url_database(mongo_url)
    assert main(["pull", "--url", mongo_url.replace(name, f"{name}_mistaken")]) == 0
    assert capsys.readouterr().out == (
        "0 documents read.\n"
        "The database has no collections to make models of: is its name right?\n"
        "Wrote schema.prisma. Read it, then run `prismongo generate`.\n"
    )


def test_force_on_a_database_without_collections_overwrites_nothing(
    folder: Path, mongo_url: str, capsys: Output
) -> None:
    assert main(["pull"]) == 0
    before, name = (folder / "schema.prisma").read_text(), url_database(mongo_url)
    mistaken = mongo_url.replace(name, f"{name}_mistaken")
    assert main(["pull", "--force", "--url", mistaken]) == 1
    assert "has no collections: is its name right?" in capsys.readouterr().err
    assert (folder / "schema.prisma").read_text() == before


def test_what_changes_meanwhile_is_not_overwritten(
    folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["pull"]) == 0
    schema = folder / "schema.prisma"

    async def slow(*arguments: Any, **options: Any) -> Any:
        pulled = await pull(*arguments, **options)
        schema.write_text("// mine\n")
        return pulled

    monkeypatch.setattr("prismongo.cli.runs.pull.pull", slow)
    assert main(["pull", "--force"]) == 1
    assert "has changed while the database was read" in capsys.readouterr().err
    assert schema.read_text() == "// mine\n"


def test_line_ends_stay(folder: Path, live: Any) -> None:
    assert main(["pull"]) == 0
    schema = folder / "schema.prisma"
    before = schema.read_text().replace("\n", "\r\n").encode()
    schema.write_bytes(before)
    live["dogs"].insert_one({"name": "a"})
    assert main(["pull"]) == 0
    after = schema.read_bytes()
    assert after.startswith(before.rstrip())
    assert after.count(b"\n") == after.count(b"\r\n") > before.count(b"\r\n")


def test_nothing_is_overwritten_without_force(folder: Path) -> None:
    assert main(["pull", "--schema", "new/my.prisma"]) == 0
    mine = folder / "new/my.prisma"
    mine.write_text(
        mine.read_text()
        .replace("  name", "  title")
        .replace("String\n", 'String @map("name")\n', 1)
    )
    changed = mine.read_text()
    assert main(["pull", "--schema", "new/my.prisma"]) == 0
    assert mine.read_text() == changed
    assert main(["pull", "--schema", "new/my.prisma", "--force"]) == 0
    assert "title" not in mine.read_text()


@pytest.mark.parametrize(
    ("named", "written"),
    [
        ("app/schema.prisma", "app/schema.prisma"),
        ("prisma", "prisma/schema.prisma"),
        ("app/data", "app/data/schema.prisma"),
        ("there", "there/schema.prisma"),
        (".", "schema.prisma"),
    ],
)
@pytest.mark.parametrize("by_pyproject", [False, True])
def test_a_schema_that_is_not_there_yet(
    folder: Path, live: Any, capsys: Output, named: str, written: str, by_pyproject: bool
) -> None:
    """A name that does not end in `.prisma` is a folder's. What is written is found again."""
    (folder / "there").mkdir()
    if by_pyproject:
        (folder / "pyproject.toml").write_text(f'[tool.prismongo]\nschema = "{named}"\n')
    options = [] if by_pyproject else ["--schema", named]
    assert main(["pull", *options]) == 0
    assert f"Wrote {written}. Read it" in capsys.readouterr().out
    assert (folder / written).is_file()
    assert main(["validate", *options]) == 0
    live["dogs"].insert_one({"name": "a"})
    assert main(["pull", *options]) == 0
    place = Path(written) if named == written else Path(written).with_name("pulled.prisma")
    assert f"Wrote {place}. Read it" in capsys.readouterr().out


def test_a_schema_is_not_written_into_a_client(folder: Path, capsys: Output) -> None:
    assert main(["pull"]) == main(["generate", "--output", "made"]) == 0
    assert main(["pull", "--schema", "made"]) == 1
    assert "Cannot read made: there is no .prisma file" in capsys.readouterr().err


def test_a_file_that_cannot_be_written(folder: Path, capsys: Output) -> None:
    (folder / "file").touch()
    assert main(["pull", "--schema", "file/schema.prisma"]) == 1
    assert capsys.readouterr().err.startswith("Cannot write file/schema.prisma: ")


def test_the_progress_is_drawn_on_a_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert main(["pull"]) == 0
    assert "10 of 10 documents, cats" in capsys.readouterr().err
