"""`prismongo validate`."""

from __future__ import annotations

import argparse

from prismongo.cli.arguments import schema_files
from prismongo.cli.terminal import say
from prismongo.errors import SchemaError
from prismongo.generator.settings import python_generator
from prismongo.generator.validate import validated
from prismongo.project import shown


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    schema = schema_files(arguments.schema)
    datamodel = validated(schema)
    say(f"The schema {shown(schema.path)} is valid.")
    try:
        python_generator(datamodel)
    except SchemaError as error:
        say(f"`prismongo generate` would make no client of it. {error.reason}")
    return 0
