"""Renders the client beside a copy of upstream's package, then moves what differs into place.

A run that changes nothing writes nothing. A run that fails leaves the client that was there, and
one that is killed leaves that or none: never a mixture that cannot be imported.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from prismongo.errors import ConfigurationError, SchemaError

PACKAGED_SCHEMA: Final = Path("schema.prisma")
_OURS: Final = Path("generator", "templates", "client.py.jinja")  # upstream's, in each copy of it
_ENTRY: Final = Path("client.py")  # without it, `import prisma` takes the client as not generated


def package() -> Path:
    """The folder of the environment's `prisma` package."""
    spec = find_spec("prisma")
    if spec is None or spec.origin is None:
        raise ConfigurationError("The package prisma is not installed: pip install prisma==0.15.0.")
    return Path(spec.origin).parent


def copy_package(target: Path) -> None:
    """Copy upstream's package without a client that was generated into it."""
    source = package()
    rendered = {source / file for file in _rendered(source)}

    def generated(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(folder, name) in rendered]

    # With their times, which keeps upstream's compiled modules good: half of the work, else.
    shutil.copytree(source, target, ignore=generated, copy_function=shutil.copy2)


def render(data: dict[str, Any], scratch: Path) -> None:
    """Run upstream's generator on `data` in a process that imports `prisma` from `scratch`.

    Raises:
        SchemaError: upstream cannot express the schema.
        ConfigurationError: the partial type generator failed, or upstream's generator did.
    """
    report = scratch / "report.json"
    paths = [str(scratch), *filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "prismongo.generator.render", str(report)],
        input=json.dumps(data),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PRISMA_GENERATOR_INVOCATION": "true",
        },
        encoding="utf-8",
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return
    if not report.exists():
        raise ConfigurationError(f"prisma-client-py's generator failed:\n{done.stderr.strip()}")
    failure = json.loads(report.read_text(encoding="utf-8"))
    if failure["kind"] == "partials":
        raise ConfigurationError(f"The partial type generator failed:\n{failure['message']}")
    raise SchemaError(f"prisma-client-py cannot express it: {failure['message']}")


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
    if changed:
        (target / _ENTRY).unlink(missing_ok=True)
    for file in changed:
        _replace(target / file, (staged / file).read_bytes())
    return changed


def _refuse_what_is_no_client(staged: Path, target: Path) -> None:
    """A folder of somebody's own, whose client.py or types.py would be lost."""
    if (target / _OURS).exists():
        return
    # What a first run that was killed left is a part of the client.
    other = next((file for file in _files(target) if not _same(target / file, staged / file)), None)
    if other is not None:
        raise ConfigurationError(
            f"Cannot write the client to {target}: it holds other files, such as {other}. "
            "Name a folder of the client's own."
        )


def _rendered(source: Path) -> Iterator[Path]:
    templates = source / "generator" / "templates"
    for file in templates.rglob("*.py.jinja"):
        if not file.name.startswith("_"):
            yield file.relative_to(templates).with_suffix("")
    yield PACKAGED_SCHEMA


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(folder)


def _same(staged: Path, place: Path) -> bool:
    return place.is_file() and place.read_bytes() == staged.read_bytes()


def _replace(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(content)
    temporary = Path(file.name)
    temporary.chmod(0o644)
    temporary.replace(place)
