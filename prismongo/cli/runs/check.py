"""`prismongo check`."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from prismongo.check import as_dict, check, is_well, report_lines
from prismongo.cli.arguments import database_url, schema_files
from prismongo.cli.project import selection_modules
from prismongo.cli.terminal import say
from prismongo.errors import SchemaError
from prismongo.generator.settings import output_of, python_generator
from prismongo.schema import Datamodel


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    schema = schema_files(arguments.schema)
    datamodel = schema.parse()
    checking = check(
        datamodel,
        database_url(arguments.url, datamodel, schema),
        output=arguments.output or _output(datamodel, schema.folder.absolute()),
        sample=arguments.sample,
        selections=selection_modules(),
        wait=arguments.wait,
    )
    with schema.located():
        checked = asyncio.run(checking)
    for line in (
        [json.dumps(as_dict(checked), indent=2)] if arguments.json else report_lines(checked)
    ):
        say(line)
    return 0 if is_well(checked) else 1


def _output(datamodel: Datamodel, folder: Path) -> Path | None:
    """The folder of the generated client; None: the package of the environment."""
    try:
        return output_of(python_generator(datamodel), folder)
    except SchemaError:
        return None
