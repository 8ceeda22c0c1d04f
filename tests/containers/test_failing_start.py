"""A start that fails by a setting: the error alone, and where it comes from only when asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dependency_injector import providers

from prismongo.containers.base import Container
from prismongo.containers.lifecycle import running
from prismongo.containers.resource import PlainResource
from prismongo.errors import ConfigurationError
from tests.containers.stage import Stage, open_thing


async def open_wrong(database: object) -> AsyncIterator[object]:
    raise ConfigurationError("The setting is wrong.")
    yield database


class Wrong(Container):
    """An application that cannot start: a setting is wrong, found where the second thing opens."""

    stage = providers.Singleton(Stage)
    database = PlainResource(open_thing, stage=stage, name="database")
    wrong = PlainResource(open_wrong, database=database)


async def test_served_a_start_that_fails_ends_the_process_with_the_error_alone() -> None:
    application = Wrong()
    application.stage().fails_to_close = {"database"}
    with pytest.raises(SystemExit) as caught:
        async with running(application, serve=True):
            pytest.fail("it did not start")
    told = str(caught.value.code)
    assert told.startswith("The setting is wrong.\nAnd while stopping what had started: ")
    assert isinstance(caught.value.__cause__, ConfigurationError)
    assert application.stage().events == ["+database", "-database"]


@pytest.mark.parametrize("by", ["argument", "keyword", "not served"])
async def test_the_error_is_raised_where_that_is_asked_for(
    by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by == "argument":
        monkeypatch.setattr(sys, "argv", ["app", "--traceback"])
    traceback = True if by == "keyword" else None
    with pytest.raises(ConfigurationError, match="The setting is wrong"):
        async with running(Wrong(), serve=by != "not served", traceback=traceback):
            pytest.fail("it did not start")


SERVED = """
import asyncio
from containers import ApplicationContainer, running

async def main():
    async with running(ApplicationContainer(), serve=True):
        raise AssertionError

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"DATABASE_MAX_POOL_SIZE": "many"},
            ["config.yml cannot be used:", "database.max_pool_size"],
        ),
        (
            {"DATABASE_URL": "mongodb://127.0.0.1:1/x?tls=yes"},
            ["The option tls must be true or fal"],
        ),
        ({}, ["No database is configured."]),
    ],
    ids=["setting", "URL", "nothing"],
)
def test_a_process_says_what_is_wrong_and_no_more(
    variables: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_")}
    environment = {**clean, **variables, "PYTHONPATH": str(Path(__file__).parents[2])}
    for more in ([], ["--traceback"]):
        command = [sys.executable, "-c", SERVED, *more]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        lines = done.stderr.splitlines()
        assert done.returncode == 1
        assert done.stdout == ""
        if not more:
            assert len(lines) == len(said)
            assert all(each in line for each, line in zip(said, lines, strict=True))
        else:
            assert lines[0] == "Traceback (most recent call last):"
