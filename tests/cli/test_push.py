"""The commands push and sync, on a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prismongo.cli import main

SCHEMA = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
generator client {
  provider = "prisma-client-py"
}
model User {
  id    String  @id @default(auto()) @map("_id") @db.ObjectId
  email String? @unique
}
"""

Output = pytest.CaptureFixture[str]


@pytest.fixture
def schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A schema in a working directory of its own, and no server in the environment."""
    for variable in ("DATABASE_URL", "DATABASE_NAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "schema.prisma"
    path.write_text(SCHEMA)
    return path


def test_push_shows_the_plan_then_what_it_does(
    schema: Path, mongo_url: str, live: Any, capsys: Output
) -> None:
    assert main(["push", "--url", mongo_url]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        f"The database {live.name} and the schema:",
        "  + collection  User",
        "  + unique      User_email_key on User (email), only where email has a value",
    ]
    assert main(["push", "--url", mongo_url]) == 0
    assert capsys.readouterr().out == f"The database {live.name} is as the schema says.\n"
    assert live["User"].index_information().keys() == {"_id_", "User_email_key"}


def test_a_dry_run_does_nothing(schema: Path, mongo_url: str, live: Any, capsys: Output) -> None:
    assert main(["push", "--url", mongo_url, "--dry-run"]) == 0
    assert "+ collection  User" in capsys.readouterr().out
    assert live.list_collection_names() == []


def test_drop_replaces(schema: Path, mongo_url: str, live: Any, capsys: Output) -> None:
    live["User"].create_index({"email": 1}, name="User_email_key", unique=True)

    assert main(["push", "--url", mongo_url]) == 0
    assert "is replaced with --drop" in capsys.readouterr().out
    assert main(["push", "--url", mongo_url, "--drop"]) == 0
    assert "partialFilterExpression" in live["User"].index_information()["User_email_key"]


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_violations_are_shown_and_are_1(
    schema: Path, mongo_url: str, live: Any, capsys: Output, options: list[str]
) -> None:
    live["User"].insert_many([{"email": "ada@example.org"}, {"email": "ada@example.org"}])

    assert main(["push", "--url", mongo_url, *options]) == 1

    shown = capsys.readouterr()
    assert '"ada@example.org": 2 documents' in shown.out
    assert "ada" not in shown.err
    assert ("Nothing was changed" in shown.err) is not bool(options)
    assert live["User"].index_information().keys() == {"_id_"}


def test_the_server_is_that_of_the_environment(
    schema: Path, mongo_url: str, live: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", mongo_url.replace(live.name, "elsewhere"))
    monkeypatch.setenv("DATABASE_NAME", live.name)

    assert main(["push"]) == 0
    assert live.list_collection_names() == ["User"]


@pytest.mark.parametrize("source", ["--url", "the schema", "another variable"])
def test_the_name_replaces_that_of_no_other_url(
    schema: Path, mongo_url: str, live: Any, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("DATABASE_NAME", f"{live.name}_of_another_client")
    url = {"--url": 'env("DATABASE_URL")', "the schema": f'"{mongo_url}"'}
    schema.write_text(SCHEMA.replace('env("DATABASE_URL")', url.get(source, 'env("OTHER_URL")')))
    monkeypatch.setenv("OTHER_URL", mongo_url)

    assert main(["push", *(["--url", mongo_url] if source == "--url" else [])]) == 0
    assert live.list_collection_names() == ["User"]


def test_the_server_is_that_of_the_env_file(schema: Path, mongo_url: str, live: Any) -> None:
    (schema.parent / ".env").write_text(f"MONGO_URL='{mongo_url}'\n")
    schema.write_text(SCHEMA.replace("DATABASE_URL", "MONGO_URL"))

    assert main(["push"]) == 0
    assert live.list_collection_names() == ["User"]


def test_no_server(schema: Path, capsys: Output) -> None:
    assert main(["push"]) == 1
    assert capsys.readouterr().err == ("No database is named: give --url, or set DATABASE_URL.\n")


def test_a_missing_schema(schema: Path, mongo_url: str, capsys: Output) -> None:
    assert main(["push", "--url", mongo_url, "--schema", "nowhere.prisma"]) == 1
    assert capsys.readouterr().err == "Cannot read nowhere.prisma: No such file or directory.\n"


def test_a_comment_that_cannot_be_is_shown_with_its_line(
    schema: Path, mongo_url: str, capsys: Output
) -> None:
    schema.write_text(SCHEMA.replace("@unique", "@unique /// @sparse matrix"))

    assert main(["push", "--url", mongo_url]) == 1
    assert capsys.readouterr().err == (
        "schema.prisma:10:17: `@sparse` is written `@sparse`, alone on its line.\n"
        "10 |   email String? @unique /// @sparse matrix\n"
        "                     ^\n"
    )


def test_sync_generates_and_pushes(
    schema: Path, mongo_url: str, live: Any, tmp_path: Path, capsys: Output
) -> None:
    output = tmp_path / "client"

    assert main(["sync", "--url", mongo_url, "--output", str(output)]) == 0

    assert (output / "client.py").exists()
    assert live.list_collection_names() == ["User"]
    assert capsys.readouterr().out.startswith("Generated Prisma Client Python in")
