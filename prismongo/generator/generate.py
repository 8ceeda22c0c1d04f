"""schema.prisma → the generated client of `prisma-client-py`, without Node.js (`generate`).

What Prisma's CLI would tell the generator is made here (`told`, `dmmf`); upstream's own generator
renders it (`staging`, `render`).
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prismongo.errors import ConfigurationError, SchemaError
from prismongo.generator.dmmf import fingerprint
from prismongo.generator.parameters import generator_parameters, resolved
from prismongo.generator.staging import PACKAGED_SCHEMA, copy_package, move, package, render
from prismongo.schema.datamodel import Datamodel, Generator
from prismongo.schema.parser import parse

# What upstream's documentation and its own suites give as the provider: a command that ends so.
_PROVIDER: Final = re.compile(r"(?:.*[/\\ ])?prisma-client-py|.+ -m prisma")
_NO_GENERATOR: Final = """No generator block for the Python client{found}. Add this one:

generator client {{
  provider             = "prisma-client-py"
  recursive_type_depth = -1
}}"""


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` did: where the client stands, and the files that it wrote there."""

    output: Path
    written: tuple[Path, ...]


def generate(schema: Path | str, *, output: Path | None = None) -> Generated:
    """Generate the client of a schema where its generator says, else in this environment.

    A run that changes nothing writes nothing. Modules of a client that this process has imported
    already stay what they are.

    Args:
        schema: the path of a schema.prisma, or its text (taken as that of ./schema.prisma).
        output: the folder of the client's package, in place of the generator's `output`.

    Raises:
        SchemaError: the schema is not valid, or the Python client cannot express it.
        ConfigurationError: the file cannot be read, the output not written, or the schema's
            partial type generator fails.
    """
    path = (schema if isinstance(schema, Path) else PACKAGED_SCHEMA).absolute()
    text = _text(schema) if isinstance(schema, Path) else schema
    datamodel = parse(text)
    generator = python_generator(datamodel)
    _refuse_what_upstream_lacks(datamodel, generator, text)
    target = (output or output_of(generator, path)).absolute()
    with tempfile.TemporaryDirectory(prefix="prisma-client-") as scratch:
        staged = Path(scratch) / "prisma"
        copy_package(staged)
        render(generator_parameters(datamodel, generator, path, text, staged), Path(scratch))
        return Generated(target, move(staged, target))


def generated_schema(output: Path | None = None) -> str | None:
    """The text of the schema that the generated client was made of; None where there is none.

    Args:
        output: the folder of the client's package; the environment's `prisma` where None.
    """
    folder = output or package()
    if not (folder / "client.py").exists():
        return None
    try:
        return (folder / PACKAGED_SCHEMA).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def is_generated_from(datamodel: Datamodel, output: Path | None = None) -> bool:
    """Whether the generated client is one of this schema, comments and layout apart."""
    text = generated_schema(output)
    if text is None:
        return False
    try:
        return fingerprint(parse(text)) == fingerprint(datamodel)
    except SchemaError:
        return False


def python_generator(datamodel: Datamodel) -> Generator:
    """The generator block of the Python client.

    Raises:
        SchemaError: there is none; says what to add.
    """
    for generator in datamodel.generators:
        if _PROVIDER.fullmatch(resolved(generator.provider)):
            return generator
    names = [f'"{resolved(item.provider)}"' for item in datamodel.generators]
    found = f", only {' and '.join(names)}" if names else ""
    raise SchemaError(_NO_GENERATOR.format(found=found))


def output_of(generator: Generator, schema_path: Path) -> Path:
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
    return schema_path.parent / value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"Cannot read {path}: it is not UTF-8.") from error


def _refuse_what_upstream_lacks(datamodel: Datamodel, generator: Generator, text: str) -> None:
    for item in datamodel.types:
        reason = (
            f"prisma-client-py generates no composite types, and {item.name} is one. "
            "Use a model of its own or a Json field in its place."
        )
        raise SchemaError(reason, item.position.line, item.position.column, text=text)
    if generator.properties.get("interface", "asyncio") != "asyncio":
        reason = 'The engine is asyncio only: set interface = "asyncio" in this generator.'
        place = generator.position
        raise SchemaError(reason, place.line, place.column, text=text)
