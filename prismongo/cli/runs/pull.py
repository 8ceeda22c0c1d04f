"""`prismongo pull`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from prismongo.cli.arguments import database_url
from prismongo.cli.files import write
from prismongo.cli.terminal import say
from prismongo.errors import ConfigurationError
from prismongo.project import DEFAULT_SCHEMA, files_below, find_schema, is_client, read_text, shown
from prismongo.pull import pull, pulled_lines
from prismongo.schema.files import SchemaFiles, read_schema, schema_of_text
from prismongo.seed import progress_bar


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    path = _place(arguments.schema or find_schema(may_lack=True))
    schema = read_schema(path) if path.exists() else None
    before = schema or schema_of_text("", path)
    url = database_url(arguments.url, before.parse(), before)
    options = {name: getattr(arguments, name) for name in ("enums", "force", "wait")}
    if arguments.sample is not None:
        options["sample"] = arguments.sample
    with progress_bar(sys.stderr) as progress:
        pulled = asyncio.run(pull(url, schema, path, **options, progress=progress))
    if arguments.dry_run and pulled.files:
        _show(pulled.files)
        return 0
    _check_unchanged(pulled.files, schema)
    for file, text in pulled.files.items():
        write(file, text)
    for line in pulled_lines(pulled, path):
        say(line)
    return 0


def _place(path: Path) -> Path:
    """Where the schema stands, or will: in a folder without one it is schema.prisma.

    A name that is not there yet is a folder's, if it does not end in `.prisma`.
    """
    is_folder = path.is_dir() if path.exists() else path.suffix != DEFAULT_SCHEMA.suffix
    if is_folder and not files_below(path) and not is_client(path):
        return path / DEFAULT_SCHEMA
    return path


def _check_unchanged(files: Iterable[Path], schema: SchemaFiles | None) -> None:
    """Check that what is about to be written is still what was read; sampling takes time.

    Raises:
        ConfigurationError: a file is another one.
    """
    before = {} if schema is None else {each.path: each.text for each in schema.files}
    for file in files:
        now = read_text(file) if file.exists() else None
        if now != before.get(file):
            raise ConfigurationError(
                f"{shown(file)} has changed while the database was read, and stays as it is. "
                "Run the command again."
            )


def _show(files: Mapping[Path, str]) -> None:
    """Print what would be in the files; of several, which is which."""
    for file, text in files.items():
        if len(files) > 1:
            say(f"// {shown(file)}")
        say(text.rstrip("\n"))
