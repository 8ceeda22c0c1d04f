"""The generator block of a schema: which one is ours, where it writes, and what it is set to."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from prismongo.errors import ConfigurationError, SchemaError
from prismongo.schema.datamodel import Datamodel, Function, Generator

# What upstream's documentation and its own suites give as the provider: a command that ends so.
_PROVIDER: Final = re.compile(r"(?:.*[/\\ ])?prisma-client-py|.+ -m prisma")
_NO_GENERATOR: Final = """No generator block for the Python client{found}. Add this one:

generator client {{
  provider = "prisma-client-py"
}}"""

# Upstream's settings, of which some do nothing here: types refer to each other to any depth, and
# Decimal is no experiment.
_KNOWN: Final = {
    "output",
    "previewFeatures",
    "binaryTargets",
    "interface",
    "partial_type_generator",
    "recursive_type_depth",
    "engine_type",
    "engineType",
    "enable_experimental_decimal",
}
_DEFAULT_SCRIPT: Final = "prisma/partial_types.py"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a generator block says.

    Attributes:
        output: the folder of the client's package.
        script: the partial type generator: a path, or the name of a module; None: there is none.
    """

    output: Path
    script: str | None


def package() -> Path:
    """The folder of the environment's `prisma` package."""
    spec = find_spec("prisma")
    if spec is None or spec.origin is None:
        raise ConfigurationError("The package prisma is not installed: pip install prisma==0.15.0.")
    return Path(spec.origin).parent


def refuse_settings(datamodel: Datamodel) -> None:
    """Refuse settings of the Python client's generator that are unknown, or cannot be.

    A schema without this generator is not refused: a database can be pushed of it.

    Raises:
        SchemaError: says all of it.
    """
    generator = _generator(datamodel)
    if generator is None:
        return
    reasons = [
        f"generator.config.{name}: Extra inputs are not permitted"
        for name in generator.properties
        if name not in _KNOWN
    ]
    if (_setting(generator, "interface") or "asyncio") != "asyncio":
        reasons.append('The engine is asyncio only: set interface = "asyncio" in this generator.')
    place = generator.position
    if reasons:
        raise SchemaError("\n".join(reasons), place.line, place.column)


def settings_of(generator: Generator, folder: Path) -> Settings:
    """The settings of a generator block, in a schema of this folder.

    Raises:
        ConfigurationError: the output comes from a variable that is not set.
    """
    script = _setting(generator, "partial_type_generator")
    if script is None and Path(_DEFAULT_SCRIPT).exists():
        script = _DEFAULT_SCRIPT
    return Settings(output_of(generator, folder), script)


def _setting(generator: Generator, name: str) -> str | None:
    """A setting; the environment goes before the schema, as upstream has it."""
    found = os.environ.get(f"PRISMA_PY_CONFIG_{name.upper()}")
    if found is None and name in generator.properties:
        found = resolved(generator.properties[name])
    return found


def python_generator(datamodel: Datamodel) -> Generator:
    """The generator block of the Python client.

    Raises:
        SchemaError: there is none; says what to add.
    """
    if generator := _generator(datamodel):
        return generator
    names = [f'"{resolved(item.provider)}"' for item in datamodel.generators]
    found = f", only {' and '.join(names)}" if names else ""
    raise SchemaError(_NO_GENERATOR.format(found=found))


def _generator(datamodel: Datamodel) -> Generator | None:
    found = (each for each in datamodel.generators if _PROVIDER.fullmatch(resolved(each.provider)))
    return next(found, None)


def output_of(generator: Generator, folder: Path) -> Path:
    """Where a generator writes: its `output`, from the schema's folder, else the environment."""
    output = generator.properties.get("output")
    if output is None:
        return package()
    value = resolved(output)
    if not value:
        raise ConfigurationError(
            f"The output of generator {generator.name} comes from an environment variable "
            "that is not set."
        )
    return folder / value


def resolved(value: Any) -> str:
    """A setting's text; that of an `env("…")` is the variable's, empty where it is unset."""
    if isinstance(value, Function):
        return os.environ.get(str(value.arguments[0]), "")
    return str(value)
