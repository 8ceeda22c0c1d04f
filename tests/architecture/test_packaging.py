"""The wheel: the library alone; and an application of somebody's own that stands on it."""

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

from prismongo.embedded import Mongod
from tests.project import TOP

OWN = Path(__file__).parent / "application"
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a wheel that was built from a copy of the project and unpacked."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"
    for name in ("containers", "database", "prismongo"):
        shutil.copytree(TOP / name, source / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "config.yml", "schema.prisma"):
        shutil.copy(TOP / name, source)
    run([sys.executable, "-c", BUILD, str(directory)], source)
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "installed")
    return directory / "installed"


def test_the_wheel_has_every_module_of_the_library(installed: Path) -> None:
    expected = {path.relative_to(TOP) for path in (TOP / "prismongo").rglob("*.py")}
    assert {path.relative_to(installed) for path in installed.rglob("*.py")} == expected
    assert (installed / "prismongo" / "py.typed").is_file()


def test_the_wheel_has_nothing_else(installed: Path) -> None:
    assert {path.name for path in installed.iterdir()} == {
        "prismongo",
        "prismongo-0.1.0.dist-info",
    }


def test_an_editable_install_shows_nothing_else(tmp_path: Path) -> None:
    """Elsewhere than in the project, an application may have folders of these names."""
    names = ("prismongo", "database", "containers")
    code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    assert run([sys.executable, "-c", code], tmp_path).strip() == "['prismongo']"


def test_the_wheel_brings_the_command_and_the_plugin(installed: Path) -> None:
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    text = entry_points.read_text(encoding="utf-8")
    assert "prismongo = prismongo.__main__:main" in text
    assert "prismongo = prismongo.testing.plugin" in text
    shown = run([sys.executable, "-B", "-m", "prismongo", "--help"], installed)
    assert shown.startswith("usage: prismongo ")


# --- an application of somebody's own ---


@pytest.fixture(scope="module")
def application(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bookshop with folders named `database` and `containers`, in an environment of its own.

    The environment borrows the dependencies, but for `prisma`, into which it generates.
    """
    folder = tmp_path_factory.mktemp("bookshop")
    shutil.copytree(OWN, folder, dirs_exist_ok=True)
    environment = folder / ".venv"
    venv.create(environment, symlinks=True)
    (site,) = (environment / "lib").glob("*/site-packages")
    shutil.copytree(installed, site, dirs_exist_ok=True)
    borrowed = Path(sysconfig.get_path("purelib"))
    for each in borrowed.iterdir():
        if not each.name.startswith(("prismongo", "__editable__", "prisma", "distutils-")):
            (site / each.name).symlink_to(each)
    shutil.copytree(borrowed / "prisma", site / "prisma")
    done = run(["-m", "prismongo", "generate"], folder)
    assert str(site / "prisma") in done
    return folder


def test_an_application_of_ones_own_starts(application: Path, mongo_url: str) -> None:
    pushed = run(["-m", "prismongo", "push", "--url", mongo_url], application)
    assert "+ collection  Book" in pushed
    told = run(["main.py"], application, DATABASE_URL=mongo_url)
    assert told.splitlines() == [
        "Analytical Engines by Ada",
        f"modules of Kraken's: []; database of {application / 'database'}",
    ]


@pytest.mark.parametrize("kind", ["fake", "mongo"])
def test_an_application_of_ones_own_is_tested(application: Path, kind: str, mongod: Mongod) -> None:
    options = [f"--prismongo={kind}", f"--prismongo-url={mongod.url('any')}"]
    told = run(["-m", "pytest", "-p", "no:cacheprovider", "-q", *options], application)
    assert "2 passed" in told


def run(arguments: list[str], directory: Path, **environment: str) -> str:
    """What a command prints; without a program, it is the Python of the directory's environment."""
    own = directory / ".venv" / "bin" / "python"
    command = arguments if arguments[0] == sys.executable else [str(own), *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        command,
        cwd=directory,
        env={**clean, "PYTHONPATH": "", **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- the lock ---


def locked() -> dict[str, str]:
    """What requirements.lock says of each project: all its lines."""
    text = (TOP / "requirements.lock").read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()
    return {canonicalize_name(entry.partition("==")[0]): entry for entry in entries}


def test_the_lock_has_every_dependency() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    extras = [
        item for extra in project["project"]["optional-dependencies"].values() for item in extra
    ]
    groups = [item for group in project["dependency-groups"].values() for item in group]
    entries = locked()
    for text in (*project["project"]["dependencies"], *extras, *groups):
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
