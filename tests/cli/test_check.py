"""The command check: its screen, its JSON, its exit status, for a deployment gate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prismongo.cli import main
from prismongo.stores.mongo import accelerator
from prismongo.url import url_database
from tests.project import TOP

Output = pytest.CaptureFixture[str]

SCHEMA = str((TOP / "schema.prisma").absolute())


@pytest.fixture
def url(mongo_url: str, capsys: Output) -> str:
    """The URL of a database that is as the schema says."""
    assert main(["push", "--schema", SCHEMA, "--url", mongo_url]) == 0
    capsys.readouterr()
    return mongo_url


def test_all_is_well_is_0(url: str, capsys: Output) -> None:
    assert main(["check", "--schema", SCHEMA, "--url", url]) == 0

    shown = capsys.readouterr()
    first, *lines = shown.out.splitlines()
    assert first == f"The database {url_database(url)}:"
    assert [line.split()[:2] for line in lines] == [
        ["ok", "server"],
        ["ok", "topology"],
        ["ok", "client"],
        ["ok" if accelerator.state() == "in use" else "note", "native"],
        ["ok", "indexes"],
        ["skip", "documents"],
        ["ok", "selections"],
    ]
    assert shown.err == ""


def test_drift_is_1_and_named(url: str, live: Any, capsys: Output) -> None:
    live["User"].drop_index("User_email_key")

    assert main(["check", "--schema", SCHEMA, "--url", url]) == 1

    shown = capsys.readouterr().out
    assert "  FAILED  indexes    1 index is missing: run `prismongo push`\n" in shown
    assert "+ unique      User_email_key on User (email), only where email has a value" in shown


def test_documents_that_do_not_fit_are_1(url: str, live: Any, capsys: Output) -> None:
    live["InstanceSettings"].insert_one({"key": 5})

    assert main(["check", "--schema", SCHEMA, "--url", url]) == 0
    assert main(["check", "--schema", SCHEMA, "--url", url, "--sample", "5"]) == 1
    assert "InstanceSettings.key: int where String is wanted in 1 of 1" in capsys.readouterr().out


def test_an_unreachable_server_is_1(capsys: Output) -> None:
    url = "mongodb://ada:hunter2@127.0.0.1:1/nowhere?serverSelectionTimeoutMS=200"

    assert main(["check", "--schema", SCHEMA, "--url", url]) == 1

    shown = capsys.readouterr()
    assert "  FAILED  server     Can't reach database server at 127.0.0.1:1" in shown.out
    assert "hunter2" not in shown.out + shown.err


def test_json(url: str, live: Any, capsys: Output) -> None:
    live["User"].drop_index("User_email_key")

    assert main(["check", "--schema", SCHEMA, "--url", url, "--sample", "3", "--json"]) == 1

    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["client"] == "fresh"
    assert answer["accelerator"] == accelerator.state()
    assert answer["server"]["reachable"] is True
    assert answer["server"]["topology"] == "replica set"
    assert {name: each["state"] for name, each in answer["findings"].items()} == {
        "server": "ok",
        "topology": "ok",
        "client": "ok",
        "native": "ok" if accelerator.state() == "in use" else "note",
        "indexes": "failed",
        "documents": "ok",
        "selections": "ok",
    }
    assert answer["indexes"] == [
        {
            "step": "create index",
            "collection": "User",
            "index": "User_email_key",
            "mismatch": True,
        }
    ]
    assert {each["read"] for each in answer["documents"]} == {0}


def test_a_client_elsewhere(url: str, tmp_path: Path, capsys: Output) -> None:
    assert main(["check", "--schema", SCHEMA, "--url", url, "--output", str(tmp_path)]) == 1
    assert "FAILED  client     not generated" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5"])
def test_a_sample_is_a_number_from_1(number: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", "--sample", number])
    assert caught.value.code == 2
    assert f"a number from 1 up is wanted, not '{number}'" in capsys.readouterr().err


def test_a_comment_that_cannot_be_is_shown_with_its_line(
    tmp_path: Path, mongo_url: str, capsys: Output
) -> None:
    schema = tmp_path / "schema.prisma"
    text = Path(SCHEMA).read_text()
    schema.write_text(
        text.replace("username       String       @unique", "username String @unique /// @sparse x")
    )

    assert main(["check", "--schema", str(schema), "--url", mongo_url]) == 1

    assert "username String @unique /// @sparse x\n" in capsys.readouterr().err
