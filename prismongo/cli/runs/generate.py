"""`prismongo generate`."""

from __future__ import annotations

import argparse

from prismongo.cli.arguments import schema_files
from prismongo.cli.terminal import say
from prismongo.generator import generate


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    schema = schema_files(arguments.schema)  # raises an error that mentions --schema
    done = generate(schema.path, output=arguments.output)
    state = "Generated" if done.written else "Unchanged:"
    say(f"{state} Prisma Client Python in {done.output}")
    return 0
