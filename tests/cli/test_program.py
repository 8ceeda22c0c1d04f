"""The commands: thin, exit status 0, 1 or 2, and no traceback for a user's mistake."""

from __future__ import annotations

import errno
import io
import os
import platform
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

import pymongo
import pytest

from prismongo.check.findings import ACCELERATOR
from prismongo.cli import COMMANDS, main
from prismongo.pull.pull import SAMPLE
from prismongo.stores.mongo.accelerator import state

SCHEMA = Path(__file__).parents[1] / "schema" / "fixtures" / "many_to_many.prisma"


def test_generate_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["generate", "--schema", str(SCHEMA), "--output", str(tmp_path / "client")]
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"Generated Prisma Client Python in {tmp_path / 'client'}\n"
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"Unchanged: Prisma Client Python in {tmp_path / 'client'}\n"


def test_a_mistake_in_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = tmp_path / "schema.prisma"
    schema.write_text("model A {\n  id Foo\n}\n")
    assert main(["generate", "--schema", str(schema)]) == 1
    assert capsys.readouterr().err == (
        'schema.prisma:2:6: Type "Foo" is neither a built-in type, nor refers to another model, '
        "composite type, or enum.\n"
        "2 |   id Foo\n"
        "         ^\n"
    )


def test_a_missing_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "schema.prisma"
    assert main(["generate", "--schema", str(missing)]) == 1
    assert capsys.readouterr().err == f"Cannot read {missing}: No such file or directory.\n"


@pytest.mark.parametrize(
    "arguments", [["--traceback", "generate"], ["generate", "--traceback"]], ids=["first", "last"]
)
def test_the_traceback_is_shown_where_it_is_asked_for(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "schema.prisma"
    assert main([*arguments, "--schema", str(missing)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Traceback (most recent call last):")
    assert told.count("FileNotFoundError: ") == 1
    assert told.endswith(f"ConfigurationError: Cannot read {missing}: No such file or directory.\n")


@pytest.mark.parametrize(
    ("url", "status"),
    [("mongodb://127.0.0.1:1/x?tls=yes", 1), ("mongodb://127.0.0.1:1/x", 1), ("nowhere", 1)],
)
def test_a_setting_that_is_wrong_is_one_line(
    url: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("prismongo.stores.mongo.push.push.CONNECT_TIMEOUT", 0.2)
    assert main(["push", "--schema", str(SCHEMA), "--url", url]) == status
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("switch", ["1", "0"])
def test_the_versions_are_told(
    switch: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRISMONGO_NATIVE", switch)
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    library, python, driver, accelerator = capsys.readouterr().out.splitlines()
    assert library == f"prismongo {version('prismongo')}"
    assert python == f"Python {platform.python_version()}"
    assert driver == f"PyMongo {pymongo.version}"
    assert accelerator == ACCELERATOR[state()][1]
    assert (accelerator == "the accelerator is turned off by PRISMONGO_NATIVE=0") == (switch == "0")


def test_wrong_usage_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["no-such-command"])
    assert caught.value.code == 2
    assert "usage: prismongo" in capsys.readouterr().err


def test_an_unknown_option_shows_those_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["push", "--dryrun"])
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("usage: prismongo push ")
    assert "[--dry-run]" in told
    assert told.endswith("prismongo push: error: unrecognized arguments: --dryrun\n")


def test_help_names_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # so that no line of help is wrapped
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert all(command.name in shown and command.help in shown for command in COMMANDS)


@pytest.mark.parametrize("content", [b"DATABASE_URL=\xff", None])
def test_an_env_file_that_cannot_be_read(
    content: bytes | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    if content is None:
        (tmp_path / ".env").mkdir()
    else:
        (tmp_path / ".env").write_bytes(content)
    assert main(["check", "--schema", str(SCHEMA)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(("Cannot read .env: it is not UTF-8.", "No database is named"))


def test_a_directory_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["mongod", "--data", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith("The server cannot be started: [Errno ")


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_cannot_be(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["mongod", "--port", port])
    assert caught.value.code == 2
    assert f"a port is a number from 0 to 65535, not '{port}'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nowhere.pem", "no_certificate.pem"])
def test_certificates_that_cannot_be_read(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no_certificate.pem").write_text("hunter2")
    url = f"mongodb://127.0.0.1:1/kraken?tls=true&tlsCAFile={tmp_path / name}"
    assert main(["push", "--schema", str(SCHEMA), "--url", url]) == 1
    told = capsys.readouterr().err
    assert told.startswith("A file of tlsCAFile or tlsCertificateKeyFile cannot be used: ")
    assert "hunter2" not in told


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_output_that_cannot_be_written(mongo_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with redirect_stdout(FullDisk()):
        assert main(["push", "--dry-run", "--schema", str(SCHEMA), "--url", mongo_url]) == 1
    assert capsys.readouterr().err == "[Errno 28] No space left on device\n"


def test_a_command_is_imported_when_it_is_run() -> None:
    """What one needs (a driver, the kit for containers) costs the others nothing."""
    code = """
import sys
from prismongo.cli import COMMANDS, main
heavy = {"pymongo", "dependency_injector", "pydantic", "prisma.client"}
print(heavy & set(sys.modules), [name for name in sys.modules if ".runs." in name])
main(["generate", "--output", sys.argv[1]])
print({"pymongo", "dependency_injector"} & set(sys.modules))
"""
    with tempfile.TemporaryDirectory() as folder:
        told = subprocess.run(
            [sys.executable, "-c", code, f"{folder}/client"],
            capture_output=True,
            text=True,
            check=True,
        )
    first, _, last = told.stdout.splitlines()
    assert (first, last) == ("set() []", "set()")


def test_help_says_how_much_pull_reads(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["pull", "--help"])
    assert f"(default: {SAMPLE})" in " ".join(capsys.readouterr().out.split())
