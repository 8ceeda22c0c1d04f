"""The demo: what it prints, what it leaves, and how it fails."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from pymongo import MongoClient

from containers.demo import PAGE, run
from containers.report import Report
from tests.project import TOP


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, mongo_url: str) -> None:
    """This test's server, as DATABASE_URL; and neither a terminal's nor a user's settings."""
    for name in ("APP_CONFIG", "DATABASE_NAME", "DATABASE_EMBEDDED", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", mongo_url)


@pytest.mark.usefixtures("environment")
async def test_it_prints_the_server_each_step_and_the_last_page(
    mongo_client: MongoClient[dict[str, Any]],
) -> None:
    stream = io.StringIO()
    await run(Report(stream))
    printed = stream.getvalue()
    assert "MongoDB 6.0.5" in printed
    assert "rs0" in printed
    assert "as DATABASE_URL says" in printed
    assert "users before 3, after 3" in printed
    assert [f"{number:3} " in printed for number in range(1, 13)] == [True] * 12
    for line in ("2 members, 2 channels", "30 messages", "posted: Shall we", "Hopper reacted: yes"):
        assert line in printed
    rows = [line for line in printed.splitlines() if " Lovelace " in line or " Hopper " in line]
    assert 0 < len(rows) <= PAGE
    assert "\033" not in printed
    left = [name for name in mongo_client.list_database_names() if name.startswith("kraken_run_")]
    assert left == []


@pytest.mark.usefixtures("environment")
async def test_a_terminal_gets_colours_unless_it_asks_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coloured = Terminal()
    Report(coloured).end("done")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    Report(plain).end("done")
    assert (coloured.getvalue(), plain.getvalue()) == ("\033[1mdone\033[0m\n", "done\n")


def test_without_a_server_it_says_what_to_do_and_fails() -> None:
    environment = {**os.environ, "DATABASE_URL": "", "DATABASE_EMBEDDED": "false"}
    command = [sys.executable, "-m", "containers"]
    done = subprocess.run(
        command, cwd=TOP, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
