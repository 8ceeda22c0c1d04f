"""schema.prisma → the client's package (`generate`)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from prismongo.errors import ConfigurationError, SchemaError
from prismongo.generator.modules import modules
from prismongo.generator.names import refuse_names
from prismongo.generator.settings import package, python_generator, settings_of
from prismongo.generator.staging import PACKAGED_SCHEMA, move, prove, stage
from prismongo.schema.parser import parse


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` did: where the client stands, and the files that it wrote there."""

    output: Path
    written: tuple[Path, ...]


def generate(schema: Path | str, *, output: Path | None = None) -> Generated:
    """Generate the client of a schema where its generator says, else in this environment.

    A run that changes nothing writes nothing; one that fails leaves the client that is there.
    Modules of a client that this process has imported already stay what they are.

    Args:
        schema: the path of a schema.prisma, or its text (taken as that of ./schema.prisma).
        output: the folder of the client's package, in place of the generator's `output`.

    Raises:
        SchemaError: the schema is not valid, or a name of it cannot be one of Python's.
        ConfigurationError: the file cannot be read, the output not written, or the schema's
            partial type generator fails.
    """
    path = (schema if isinstance(schema, Path) else PACKAGED_SCHEMA).absolute()
    text = _text(schema) if isinstance(schema, Path) else schema
    datamodel = parse(text)
    settings = settings_of(python_generator(datamodel), path, text)
    target = (output or settings.output).absolute()
    # Another package that is called `prisma` finds upstream's modules as the environment's does.
    stands_alone = target.name != package().name
    try:
        refuse_names(datamodel)
        files = modules(datamodel, path, text, stands_alone=stands_alone)
    except SchemaError as error:
        raise SchemaError(error.reason, error.line, error.column, text=text) from error
    with tempfile.TemporaryDirectory(prefix="prisma-client-") as scratch:
        staged = Path(scratch) / target.name
        stage(files, staged)
        prove(staged, script=settings.script)
        return Generated(target, move(staged, target))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"Cannot read {path}: it is not UTF-8.") from error
