"""The wheel: it has every package, and the two files that stand at the project's top."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parent.parent
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
LOCATE = """
from database.files import locate
print(locate("config.yml"))
print(locate("schema.prisma"))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a wheel that was built from a copy of the project and unpacked."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"
    for name in ("containers", "database"):
        shutil.copytree(TOP / name, source / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "config.yml", "schema.prisma"):
        shutil.copy(TOP / name, source)
    run(["-c", BUILD, str(directory)], source)
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "installed")
    return directory / "installed"


def test_every_package_is_listed() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {
        ".".join(path.parent.relative_to(TOP).parts)
        for name in ("containers", "database")
        for path in (TOP / name).rglob("*.py")
    }

    assert set(project["tool"]["setuptools"]["packages"]) == folders | {"database.shipped"}


def test_the_wheel_has_every_module(installed: Path) -> None:
    for name in ("containers", "database"):
        expected = {path.relative_to(TOP) for path in (TOP / name).rglob("*.py")}
        assert expected <= {path.relative_to(installed) for path in installed.rglob("*.py")}
        assert (installed / name / "py.typed").is_file()


def test_the_wheel_has_nothing_else(installed: Path) -> None:
    assert {path.name for path in installed.iterdir()} == {
        "containers",
        "database",
        "kraken_database-0.1.0.dist-info",
    }


def test_the_wheel_brings_the_command(installed: Path) -> None:
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "kraken-db = database.__main__:main" in entry_points.read_text(encoding="utf-8")
    shown = run(["-B", "-m", "database", "--help"], installed, PYTHONPATH=str(installed))
    assert shown.startswith("usage: kraken-db ")


def test_an_installed_copy_finds_its_files_from_anywhere(installed: Path, tmp_path: Path) -> None:
    shipped = installed / "database" / "shipped"
    found = run(["-B", "-c", LOCATE], tmp_path, PYTHONPATH=str(installed)).splitlines()

    assert found == [str(shipped / "config.yml"), str(shipped / "schema.prisma")]
    for path in map(Path, found):
        assert path.read_bytes() == (TOP / path.name).read_bytes()


def test_an_installed_copy_runs_from_anywhere(installed: Path, tmp_path: Path) -> None:
    """In an environment of its own, which borrows nothing but the dependencies."""
    venv.create(tmp_path / "environment", symlinks=True)
    (site,) = (tmp_path / "environment" / "lib").glob("*/site-packages")
    shutil.copytree(installed, site, dirs_exist_ok=True)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    python = str(tmp_path / "environment" / "bin" / "python")
    where = run(["-c", "import database; print(database.__file__)"], tmp_path, python)
    assert Path(where.strip()).is_relative_to(site)

    shown = run(["-m", "containers"], tmp_path, python, DATABASE_URL="", DATABASE_EMBEDDED="true")
    assert shown
    assert "Traceback" not in shown


def locked() -> dict[str, str]:
    """What requirements.lock says of each project: all its lines."""
    text = (TOP / "requirements.lock").read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()
    return {canonicalize_name(entry.partition("==")[0]): entry for entry in entries}


def test_the_lock_has_every_dependency() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [item for extra in project["optional-dependencies"].values() for item in extra]
    entries = locked()
    for text in (*project["dependencies"], *extras):
        wanted = Requirement(text)
        assert canonicalize_name(wanted.name) in entries, f"{wanted.name}: run `make lock`"
        entry = entries[canonicalize_name(wanted.name)]
        version = entry.partition("==")[2].split()[0]
        assert wanted.specifier.contains(version), f"{wanted.name}: run `make lock`"


def test_the_lock_pins_by_hash_and_names_no_place() -> None:
    for name, entry in locked().items():
        assert "--hash=sha256:" in entry, name
        assert "://" not in entry
        assert "-index" not in entry


def run(
    arguments: list[str], directory: Path, python: str = sys.executable, **environment: str
) -> str:
    return subprocess.run(
        [python, *arguments],
        cwd=directory,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
