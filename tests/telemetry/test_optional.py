"""OpenTelemetry is optional: nothing imports it unasked, and without it only asking fails."""

from __future__ import annotations

import subprocess
import sys

import pytest

from database import DatabaseService, DatabaseSettings
from prismongo.engine import MongoEngine
from prismongo.testing import fake
from prismongo.testing.engine import FakeEngine
from tests.project import TOP

PROGRAM = """
import asyncio, sys
sys.path.insert(0, {top!r})

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError("No module named 'opentelemetry'", name="opentelemetry")

{block}sys.meta_path.insert(0, Missing())
from database import DatabaseService
from prismongo.errors import ConfigurationError
from prismongo.testing import fake

async def main():
    async with fake(DatabaseService) as database:
        await database.user.create({{"username": "ada", "hashedPassword": "x"}})
        async with database.atomic():
            print(await database.user.count())
    print([name for name in sys.modules if name.startswith(("opentel", "prismongo.telem"))])
    try:
        await fake(DatabaseService, telemetry=True).connect()
    except ConfigurationError as error:
        print(error)
    else:
        print("connected")

asyncio.run(main())
"""


def said(*, is_missing: bool) -> list[str]:
    """What the program prints, in a Python with OpenTelemetry's API, or without."""
    program = PROGRAM.format(top=str(TOP), block="" if is_missing else "#")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_the_package_everything_else_works() -> None:
    assert said(is_missing=True) == [
        "1",
        "[]",
        "telemetry (DATABASE_TELEMETRY) needs OpenTelemetry's API: "
        "pip install 'prismongo[opentelemetry]'.",
    ]


def test_with_the_package_it_is_not_imported_unasked() -> None:
    assert said(is_missing=False) == ["1", "[]", "connected"]


async def test_without_the_setting_the_engine_is_the_usual_one(settings: DatabaseSettings) -> None:
    async with DatabaseService(settings) as database:
        assert type(database._mongo_engine) is MongoEngine
    assert type(fake(DatabaseService)._mongo_engine) is FakeEngine


@pytest.mark.parametrize("value", ["true", True])
def test_the_setting_is_read(value: object) -> None:
    assert DatabaseSettings.load({"telemetry": value}).telemetry
    assert not DatabaseSettings().telemetry
