"""A client that cannot be imported: the commands say how to be rid of it, and it works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a `prisma` package of its own, this test's to damage."""
    spec = find_spec("prisma")
    assert spec is not None
    assert spec.origin is not None
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(spec.origin).parent, tmp_path / "prisma", ignore=ignored)
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize(
    ("file", "text"),
    [("types.py", "def broken("), ("client.py", "from . import nothing"), ("models.py", "x = y")],
)
def test_the_remedy_is_told(
    environment: dict[str, str], tmp_path: Path, file: str, text: str
) -> None:
    (tmp_path / "prisma" / file).write_text(text)

    told = run(environment, "prismongo", "--help")

    assert told.returncode == 1
    assert told.stderr.startswith("The generated client cannot be imported: ")
    assert "Traceback" not in told.stderr
    assert "  python -m prisma_cleanup\n  prismongo generate\n" in told.stderr


def test_an_interrupt_while_it_is_imported_is_no_traceback(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "prisma" / "types.py").write_text("raise KeyboardInterrupt")

    told = run(environment, "prismongo", "--help")

    assert (told.returncode, told.stdout, told.stderr) == (130, "", "")


def test_the_remedy_works(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "prisma" / "models.py").unlink()
    assert run(environment, "prismongo", "--help").returncode == 1

    assert run(environment, "prisma_cleanup").returncode == 0
    generated = run(environment, "prismongo", "generate", "--schema", str(ROOT / "schema.prisma"))

    assert generated.returncode == 0, generated.stderr
    assert (tmp_path / "prisma" / "models.py").exists()
    assert run(environment, "prismongo", "--help").returncode == 0


def run(
    environment: dict[str, str], module: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
