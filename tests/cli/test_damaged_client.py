"""A client that cannot be imported: every command runs all the same, and `generate` mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.project import SCHEMA, TOP


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a `prisma` package of its own, this test's to damage."""
    spec = find_spec("prisma")
    assert spec is not None
    assert spec.origin is not None
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(spec.origin).parent, tmp_path / "prisma", ignore=ignored)
    paths = os.pathsep.join([str(tmp_path), str(TOP)])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize(
    ("file", "text"),
    [("types.py", "def broken("), ("client.py", "from . import nothing"), ("models.py", "x = y")],
)
def test_commands_run_and_generate_mends_it(
    environment: dict[str, str], tmp_path: Path, file: str, text: str
) -> None:
    place = tmp_path / "prisma" / file
    place.write_text(text)

    assert run(environment, "prismongo", "--help").returncode == 0
    generated = run(environment, "prismongo", "generate", "--schema", str(SCHEMA))

    assert generated.returncode == 0, generated.stderr
    assert place.read_text() != text


def test_where_the_package_itself_is_damaged_the_remedy_is_told(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """As upstream's is, which imports what it generated."""
    (tmp_path / "prisma" / "__init__.py").write_text("from .client import *\n")
    (tmp_path / "prisma" / "client.py").write_text("from . import nothing")

    told = run(environment, "prismongo", "--help")

    assert told.returncode == 1
    assert told.stderr.startswith("The generated client cannot be imported: ")
    assert "Traceback" not in told.stderr
    assert "  python -m prisma_cleanup\n  prismongo generate\n" in told.stderr


def test_after_a_cleanup_it_is_generated_anew(environment: dict[str, str], tmp_path: Path) -> None:
    assert run(environment, "prisma_cleanup").returncode == 0
    assert not (tmp_path / "prisma" / "models.py").exists()

    generated = run(environment, "prismongo", "generate", "--schema", str(SCHEMA))

    assert generated.returncode == 0, generated.stderr
    assert (tmp_path / "prisma" / "models.py").exists()


def run(
    environment: dict[str, str], module: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
