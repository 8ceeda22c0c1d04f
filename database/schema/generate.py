"""schema.prisma → the generated client of `prisma-client-py`, without Node.js (`generate`).

Makes the DMMF, has upstream's generator render it beside a copy of its package (`render`), and
moves what differs into place: a run that changes nothing writes nothing, and a run that fails or is
killed leaves the client that was there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from database.errors import ConfigurationError, SchemaError
from database.schema.datamodel import Datamodel, Datasource, Function, Generator
from database.schema.dmmf import dmmf
from database.schema.parser import parse

PROVIDERS: Final = ("prisma-client-py", "python -m prisma", "python3 -m prisma")
_PACKAGED_SCHEMA: Final = "schema.prisma"
_IGNORED: Final = frozenset({"__pycache__"})


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` did: where the client stands, and the files that changed there."""

    output: Path
    written: tuple[Path, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.written)


def generate(schema: Path | str, *, output: Path | None = None) -> Generated:
    """Generate the client of a schema where its generator says, else in this environment.

    Args:
        schema: the path of a schema.prisma, or its text (taken as that of ./schema.prisma).
        output: the folder of the client's package, in place of the generator's `output`.

    Raises:
        SchemaError: the schema is not valid, or the Python client cannot express it.
        ConfigurationError: the file cannot be read, the output not written, or the schema's
            partial type generator fails.
    """
    path = schema if isinstance(schema, Path) else Path(_PACKAGED_SCHEMA)
    text = _text(schema) if isinstance(schema, Path) else schema
    path = path.absolute()
    datamodel = parse(text)
    generator = python_generator(datamodel)
    _refuse_composites(datamodel, text)
    target = (output or output_of(generator, path)).absolute()
    with tempfile.TemporaryDirectory(prefix="prisma-client-") as scratch:
        staged = Path(scratch) / "prisma"
        _copy_package(staged)
        _render(_data(datamodel, generator, path, text, staged), Path(scratch))
        return Generated(target, _move(staged, target))


def package() -> Path:
    """The folder of the environment's `prisma` package."""
    spec = find_spec("prisma")
    if spec is None or spec.origin is None:
        raise ConfigurationError("The package prisma is not installed: pip install prisma==0.15.0.")
    return Path(spec.origin).parent


def generated_schema(output: Path | None = None) -> str | None:
    """The schema text that the generated client was made of; None where there is no client."""
    folder = output or package()
    if not (folder / "client.py").exists():
        return None
    try:
        return (folder / _PACKAGED_SCHEMA).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def python_generator(datamodel: Datamodel) -> Generator:
    """The generator block for the Python client.

    Raises:
        SchemaError: there is none; says what to add.
    """
    for generator in datamodel.generators:
        if _resolve(generator.provider) in PROVIDERS:
            return generator
    found = ", ".join(f'"{_resolve(item.provider)}"' for item in datamodel.generators)
    raise SchemaError(
        f"No generator for the Python client{f' (found: {found})' if found else ''}. "
        'Add: generator python { provider = "prisma-client-py" recursive_type_depth = -1 }, '
        "one setting a line."
    )


def output_of(generator: Generator, schema_path: Path) -> Path:
    """Where a generator writes: its `output`, from the schema's folder, else the environment."""
    output = generator.properties.get("output")
    if output is None:
        return package()
    value = _resolve(output)
    if not value:
        raise ConfigurationError(f"The output of generator {generator.name} is not set.")
    return schema_path.parent / value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error


def _refuse_composites(datamodel: Datamodel, text: str) -> None:
    for item in datamodel.types:
        raise SchemaError(
            f"Composite type {item.name}: prisma-client-py {_version()} generates no composite "
            "types. Use a model of its own, or a Json field.",
            item.position.line,
            item.position.column,
            text=text,
        )


def _version() -> str:
    from prisma import __version__

    return __version__


def _data(
    datamodel: Datamodel, generator: Generator, path: Path, text: str, output: Path
) -> dict[str, Any]:
    """What the CLI of Prisma hands to a generator."""
    from prisma import config

    return {
        "datamodel": text,
        "version": config.expected_engine_version,
        "schemaPath": str(path),
        "dmmf": dmmf(datamodel),
        "generator": _generator(generator) | {"output": {"value": str(output), "fromEnvVar": None}},
        "otherGenerators": [
            _generator(other) for other in datamodel.generators if other is not generator
        ],
        "datasources": [_datasource(item, path) for item in datamodel.datasources],
        "binaryPaths": {},
    }


def _generator(generator: Generator) -> dict[str, Any]:
    properties = dict(generator.properties)
    output = properties.pop("output", None)
    features = properties.pop("previewFeatures", ())
    properties.pop("binaryTargets", None)
    config = {name: _setting(value) for name, value in properties.items()}
    if _resolve(generator.provider) in PROVIDERS:
        # Upstream prints a screen of advice where this is unset, and takes 5.
        config.setdefault("recursive_type_depth", "5")
    return {
        "name": generator.name,
        "provider": _from_environment(generator.provider),
        "output": _from_environment(output or ""),
        "config": config,
        "binaryTargets": [],
        "previewFeatures": list(features) if isinstance(features, tuple) else [],
    }


def _datasource(item: Datasource, path: Path) -> dict[str, Any]:
    return {
        "name": item.name,
        "provider": item.provider,
        "activeProvider": item.provider,
        "url": _from_environment(item.url),
        "sourceFilePath": str(path),
    }


def _setting(value: object) -> object:
    """A setting as the CLI passes it: text, or a list of text."""
    match value:
        case tuple():
            return [_setting(item) for item in value]
        case bool():
            return str(value).lower()
        case Function():
            return _resolve(value)
        case _:
            return str(value)


def _from_environment(value: object) -> dict[str, str | None]:
    if isinstance(value, Function):
        return {"fromEnvVar": str(value.arguments[0]), "value": None}
    return {"fromEnvVar": None, "value": str(value)}


def _resolve(value: object) -> str:
    if isinstance(value, Function):
        return os.environ.get(str(value.arguments[0]), "")
    return str(value)


def _copy_package(target: Path) -> None:
    """Copy upstream's package without a client that was generated into it."""
    source = package()
    rendered = set(_rendered_files(source))
    for file in _files(source):
        if file not in rendered:
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            (target / file).write_bytes((source / file).read_bytes())


def _rendered_files(source: Path) -> Iterator[Path]:
    templates = source / "generator" / "templates"
    for file in templates.rglob("*.py.jinja"):
        if not file.name.startswith("_"):
            yield file.relative_to(templates).with_suffix("")
    yield Path(_PACKAGED_SCHEMA)


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_file() and not _IGNORED.intersection(file.parts):
            yield file.relative_to(folder)


def _render(data: dict[str, Any], scratch: Path) -> None:
    report = scratch / "report.json"
    paths = [str(scratch), *(path for path in sys.path if path)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "database.schema.render", str(report)],
        input=json.dumps(data),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PRISMA_GENERATOR_INVOCATION": "true",
        },
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return
    if not report.exists():
        raise ConfigurationError(f"Upstream's generator failed:\n{done.stderr.strip()}")
    failure = json.loads(report.read_text(encoding="utf-8"))
    if failure["kind"] == "partials":
        raise ConfigurationError(f"The partial type generator failed:\n{failure['message']}")
    raise SchemaError(f"prisma-client-py refuses it: {failure['message']}")


def _move(staged: Path, target: Path) -> tuple[Path, ...]:
    """Put every file that differs into place, each at once; the paths that were written."""
    written = []
    for file in sorted(_files(staged)):
        content, place = (staged / file).read_bytes(), target / file
        if place.exists() and place.read_bytes() == content:
            continue
        try:
            _replace(place, content)
        except OSError as error:
            reason = f"Cannot write the client to {target}: {error.strerror}."
            raise ConfigurationError(reason) from error
        written.append(place)
    return tuple(written)


def _replace(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(content)
    temporary = Path(file.name)
    temporary.chmod(0o644)
    temporary.replace(place)
