"""`prismongo seed`."""

from __future__ import annotations

import argparse
import asyncio
import sys

from prismongo.cli.arguments import database_url, schema_files
from prismongo.cli.project import seed_script
from prismongo.cli.terminal import say
from prismongo.seed import load_script, progress_bar, run_script
from prismongo.settings import DatabaseSettings


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    script = load_script(arguments.script or seed_script())
    schema = schema_files(arguments.schema)
    url = database_url(arguments.url, schema.parse(), schema)
    chosen = {"size": arguments.size, "number": arguments.number}
    options = {name: value for name, value in chosen.items() if value is not None}
    with progress_bar(sys.stderr) as progress:
        answer = asyncio.run(run_script(script, DatabaseSettings(url=url), options, progress))
    say(answer or f"Done: {script.name}.")
    return 0
