"""The examples of docs/containers.md that are whole do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.project import TOP

URL = "mongodb://localhost:27017/shop?replicaSet=rs0"

SHOP = """
class OrderService:
    def __init__(self, database):
        self.database = database

    async def place(self, what):
        print(what, await self.database.user.count())
"""


TEXT = (TOP / "docs/containers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
DECLARATION, USE, CONFIGURED = BLOCKS[0], BLOCKS[1], BLOCKS[-1]


def run(folder: Path, program: str, **environment: str) -> str:
    """What a program prints whose modules are this project's and those of the folder."""
    path = f"import sys\nsys.path[:0] = {[str(TOP), str(folder)]!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", path + program],
        capture_output=True,
        cwd=folder,
        env={**os.environ, **environment},
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def main_of(body: str) -> str:
    return (
        f"async def main():\n{textwrap.indent(body, '    ')}\nimport asyncio\nasyncio.run(main())\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the module of the example's own."""
    (tmp_path / "shop.py").write_text(SHOP)
    return tmp_path


def test_an_application_mounts_the_database_in_ten_lines(folder: Path, mongo_url: str) -> None:
    assert len(re.findall(r"^.*\S.*$", DECLARATION, re.MULTILINE)) <= 10
    assert URL in DECLARATION
    assert run(folder, DECLARATION.replace(URL, mongo_url) + main_of(USE)) == "tea 0\n"


def test_an_application_reads_its_own_configuration(folder: Path, mongo_url: str) -> None:
    (file,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (folder / "config.yml").write_text(file)
    program = DECLARATION + CONFIGURED + main_of(f"{USE}    print(shop.settings().currency)\n")
    told = run(folder, program, DATABASE_URL=mongo_url, CURRENCY="CHF", APP_CONFIG="")
    assert told == "tea 0\nCHF\n"
