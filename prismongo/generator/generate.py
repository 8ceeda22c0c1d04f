"""schema.prisma → the client's package (`generate`)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from prismongo.generator.modules import modules
from prismongo.generator.settings import package, python_generator, settings_of
from prismongo.generator.staging import PACKAGED_SCHEMA, move, prove, stage
from prismongo.generator.validate import validated
from prismongo.schema.files import read_schema, schema_of_text


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
        schema: the path of a schema.prisma, or of a folder of `.prisma` files; or its text (taken
            as that of ./schema.prisma).
        output: the folder of the client's package, in place of the generator's `output`.

    Raises:
        SchemaError: the schema is not valid, or a name of it cannot be one of Python's; names
            every mistake.
        ConfigurationError: the file cannot be read, the output not written, or the schema's
            partial type generator fails.
    """
    if isinstance(schema, Path):
        files = read_schema(schema.absolute())
    else:
        files = schema_of_text(schema, PACKAGED_SCHEMA.absolute())
    datamodel = validated(files)
    settings = settings_of(python_generator(datamodel), files.folder)
    target = (output or settings.output).absolute()
    # Another package that is called `prisma` finds upstream's modules as the environment's does.
    stands_alone = target.name != package().name
    written = modules(datamodel, files.path, files.text, stands_alone=stands_alone)
    with tempfile.TemporaryDirectory(prefix="prisma-client-") as scratch:
        staged = Path(scratch) / target.name
        stage(written, staged)
        prove(staged, script=settings.script)
        return Generated(target, move(staged, target))
