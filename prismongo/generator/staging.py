"""Puts a package into place: written beside, proved by an import, then moved file by file.

A run that changes nothing writes nothing. A run that fails before the move leaves the client that
was there; one that is ended within it leaves no client: never a mixture that can be imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from prismongo.client.partial import GENERATING
from prismongo.errors import ConfigurationError
from prismongo.project import is_client

PACKAGED_SCHEMA: Final = Path("schema.prisma")
_ENTRY: Final = Path("client.py")  # without it there is no client


def stage(files: Mapping[str, str], folder: Path) -> None:
    """Write the files of a package into a new folder."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def prove(staged: Path, *, script: str | None) -> None:
    """Import a staged package in a process of its own; run the partial type generator in it.

    Raises:
        ConfigurationError: the script failed, or the package cannot be imported.
    """
    report = staged.with_suffix(".report")
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "prismongo.generator.proof",
            str(staged),
            str(report),
            script or "",
        ],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONDONTWRITEBYTECODE": "1",
            GENERATING: "true",
        },
        encoding="utf-8",
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return
    failure = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    message = failure.get("message", done.stderr.strip())
    if failure.get("kind") == "partials":
        raise ConfigurationError(f"The partial type generator failed:\n{message}")
    raise ConfigurationError(f"The generated client cannot be imported:\n{message}")


def move(staged: Path, target: Path) -> tuple[Path, ...]:
    """Put every file that differs into place; the paths that were written.

    Raises:
        ConfigurationError: the folder cannot be written, or holds something else than a client.
    """
    try:
        _refuse_what_is_no_client(staged, target)
        return tuple(target / file for file in _move(staged, target))
    except OSError as error:
        reason = f"Cannot write the client to {target}: {error.strerror}."
        raise ConfigurationError(reason) from error


def _move(staged: Path, target: Path) -> list[Path]:
    changed = [file for file in sorted(_files(staged)) if not _same(staged / file, target / file)]
    if changed and _ENTRY not in changed:
        changed.append(_ENTRY)
    changed.sort(key=lambda file: file == _ENTRY)  # the entry leaves first and comes back last
    written = [(_beside(target / file, (staged / file).read_bytes()), file) for file in changed]
    if changed:
        (target / _ENTRY).unlink(missing_ok=True)
    for temporary, file in written:
        temporary.replace(target / file)
        _forget(target / file)
    return changed


def _forget(module: Path) -> None:
    """Remove a module's bytecode, which fits any text of the same second and size."""
    for cached in module.parent.glob(f"__pycache__/{module.stem}.*.pyc"):
        cached.unlink(missing_ok=True)


def _refuse_what_is_no_client(staged: Path, target: Path) -> None:
    """A folder of somebody's own, whose client.py or types.py would be lost."""
    if is_client(target):
        return
    # What a first run that was killed left is a part of the client.
    other = next((file for file in _files(target) if not _same(target / file, staged / file)), None)
    if other is not None:
        raise ConfigurationError(
            f"Cannot write the client to {target}: it holds other files, such as {other}. "
            "Name a folder of the client's own."
        )


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(folder)


def _same(staged: Path, place: Path) -> bool:
    return place.is_file() and place.read_bytes() == staged.read_bytes()


def _beside(place: Path, content: bytes) -> Path:
    """The content in a temporary file of the same folder, from which it can be renamed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(content)
    temporary = Path(file.name)
    temporary.chmod(0o644)
    return temporary
