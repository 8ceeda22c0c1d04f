"""What type checkers say of a generated client: of right statements nothing, of each misuse a word.

Mypy and basedpyright, which is pyright from PyPI with a node of its own, are dependencies of the
tests. `PYRIGHT="npx pyright"` asks another one.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TYPED = Path(__file__).with_name("typed")
TOP = Path(__file__).parents[2]
WRONG = "  # wrong"
ERROR = re.compile(r"(\w+)\.py:(\d+):(?:\d+)?:?\s.*\berror: ")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Path:
    """A folder with the generated package `shop` and the statements."""
    folder = tmp_path_factory.mktemp("typed")
    shutil.copytree(shop, folder / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    for file in TYPED.glob("*.py"):
        shutil.copy(file, folder)
    return folder


def misuses() -> set[int]:
    lines = (TYPED / "misused.py").read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, start=1) if line.endswith(WRONG)}


def test_there_are_enough_of_both() -> None:
    accepted = (TYPED / "accepted.py").read_text(encoding="utf-8")
    assert len(re.findall(r"^    (?:await|assert_type|batch)", accepted, re.MULTILINE)) >= 110
    assert len(misuses()) >= 115


def test_mypy_accepts_what_is_right_and_refuses_each_misuse(project: Path) -> None:
    files = [str(project / name) for name in ("accepted.py", "misused.py")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", *files],
        cwd=TOP,  # strict, and what it remembers of the library
        env={**os.environ, "MYPYPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = {(file, int(line)) for file, line in ERROR.findall(done.stdout)}
    assert found == {("misused", line) for line in misuses()}, done.stdout


@pytest.mark.parametrize("mode", ["basic", "strict"])
def test_pyright_accepts_what_is_right_and_refuses_each_misuse(project: Path, mode: str) -> None:
    command = shlex.split(
        os.environ.get("PYRIGHT", f"{shlex.quote(sys.executable)} -m basedpyright")
    )
    settings = {
        "include": ["accepted.py", "misused.py"],
        "extraPaths": [str(TOP)],
        "typeCheckingMode": mode,
    }
    (project / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [*command, "--outputjson", "--pythonpath", sys.executable],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(done.stdout)["generalDiagnostics"]
    found = {
        (Path(each["file"]).stem, each["range"]["start"]["line"] + 1)
        for each in said
        if each["severity"] == "error"
    }
    assert found == {("misused", line) for line in misuses()}, done.stdout
