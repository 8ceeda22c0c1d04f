"""The examples of README.md run, and those from Kraken's files are as the files have them."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.project import TOP

TEXT = (TOP / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)

DRIVERS = "ignore:unclosed <socket:ResourceWarning"
"""PyMongo leaves a socket open if it is cancelled while it connects, as a monitor that is closed at
that moment is (`_async_create_connection` closes it after an OSError alone)."""


def test_the_ten_line_example_runs(mongo_url: str) -> None:
    (example,) = re.findall(r"## Ten lines\n+```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(re.findall(r"^.*\S.*$", example, re.MULTILINE)) <= 10
    environment = {
        **os.environ,
        "DATABASE_URL": mongo_url,
        "SCHEMA_ON_START": "push",
        "PYTHONPATH": str(TOP),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", DRIVERS, "-c", example],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("ada Hello\n", "")


def test_the_example_of_a_test_runs() -> None:
    (example,) = (each for each in PYTHON if "async def test_register" in each)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own documentation
    asyncio.run(names["test_register"]())


def test_examples_from_files_are_as_in_the_files() -> None:
    shown = re.findall(r"```\w+\n# (\S+\.\w+)\n(.*?)```", TEXT, re.DOTALL)
    assert {name for name, _ in shown} == {
        "containers/application.py",
        "containers/database.py",
        "config.yml",
    }
    for name, example in shown:
        lines = set((TOP / name).read_text(encoding="utf-8").splitlines())
        assert set(example.splitlines()) <= lines, name


def test_every_page_is_linked() -> None:
    pages = [path for path in (TOP / "docs").rglob("*") if path.suffix in {".md", ".py"}]
    assert len(pages) > 10
    for page in pages:
        assert f"]({page.relative_to(TOP).as_posix()})" in TEXT


def test_no_link_of_a_page_leads_nowhere() -> None:
    for page in (TOP / "README.md", *(TOP / "docs").glob("*.md")):
        for name, anchor in re.findall(r"\]\(([^)#:]*)#?([^)]*)\)", page.read_text()):
            target = page.parent / name if name else page
            assert target.exists(), (page.name, name)
            assert not anchor or anchor in anchors(target), (page.name, name, anchor)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the titles of a page."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
