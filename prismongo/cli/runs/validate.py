"""`prismongo validate`."""

from __future__ import annotations

import argparse

from prismongo.cli.arguments import schema_files
from prismongo.cli.terminal import say
from prismongo.generator.validate import validated


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    schema = schema_files(arguments.schema)
    validated(schema)
    say(f"The schema {schema.path} is valid.")
    return 0
