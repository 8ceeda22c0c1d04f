"""Arguments that several commands have: the schema, the output folder, the URL."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prismongo.errors import ConfigurationError
from prismongo.project import DEFAULT_SCHEMA, environment, find_schema
from prismongo.schema.datamodel import Datamodel, Function
from prismongo.schema.files import SchemaFiles, read_schema
from prismongo.url import with_database

if TYPE_CHECKING:
    from prismongo.seed import Size

DEFAULT_URL: Final = Function("env", ("DATABASE_URL",))


def schema_argument(parser: argparse.ArgumentParser) -> None:
    """`--schema FILE`."""
    parser.add_argument(
        "--schema",
        type=Path,
        metavar="FILE",
        help="the schema: a file, or a folder of .prisma files (default: as `schema` of "
        "[tool.prismongo] in pyproject.toml says, else schema.prisma, prisma/schema.prisma or the "
        "folder prisma)",
    )


def output_argument(parser: argparse.ArgumentParser) -> None:
    """`--output DIR`."""
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder of the generated package (default: as the schema's generator says, else the "
        "package prisma of this Python environment)",
    )


def url_argument(parser: argparse.ArgumentParser) -> None:
    """`--url URL`."""
    parser.add_argument(
        "--url",
        help="the database, mongodb://host:27017/name?replicaSet=rs0 (default: as the schema's "
        "datasource says, from the environment, or from .env here or beside the schema; "
        "DATABASE_NAME there replaces the name in DATABASE_URL)",
    )


def wait_argument(parser: argparse.ArgumentParser) -> None:
    """`--wait SECONDS`."""
    parser.add_argument(
        "--wait",
        type=whole_number,
        metavar="SECONDS",
        help="wait so long for a server that is not up yet (default: 10; less if the URL's "
        "serverSelectionTimeoutMS or connectTimeoutMS is less)",
    )


def drop_argument(parser: argparse.ArgumentParser) -> None:
    """`--drop`."""
    parser.add_argument(
        "--drop",
        action="store_true",
        help="also replace indexes that differ and remove those that the schema lacks, as far as "
        "they go by the schema's or Prisma's names; collections and documents always stay",
    )


def shard_argument(parser: argparse.ArgumentParser) -> None:
    """`--shard`."""
    parser.add_argument(
        "--shard",
        action="store_true",
        help="also shard the collections for which the schema says @shardKey, on a sharded cluster",
    )


def count(text: str) -> int:
    """An integer of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a number from 0 up is wanted, not '{text}'")
    return int(text)


def whole_number(text: str) -> int:
    """An integer of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 up is wanted, not '{text}'")
    return int(text)


def size_argument(text: str) -> Size:
    """A size of a seed: one of its words, or a number."""
    match text:
        case "small" | "medium" | "large":
            return text
        case str() if text.isdecimal() and int(text) >= 1:
            return int(text)
        case str():
            raise argparse.ArgumentTypeError(
                f"small, medium, large or a number from 1 up is wanted, not '{text}'"
            )


def port_number(text: str) -> int:
    """A TCP port; 0 means any free port."""
    if not text.isdecimal() or int(text) >= 2**16:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not '{text}'")
    return int(text)


def schema_files(named: Path | None) -> SchemaFiles:
    """The schema that `--schema` names, else that of the project.

    Raises:
        ConfigurationError: it cannot be read, or there are several.
    """
    path = named or find_schema()
    try:
        return read_schema(path)
    except ConfigurationError as error:
        if path != DEFAULT_SCHEMA or path.exists():
            raise
        raise ConfigurationError(f"{error} Name it with --schema FILE.") from error


def database_url(url: str | None, datamodel: Datamodel, schema: SchemaFiles) -> str:
    """`url`, else the variable that the datasource names, from the environment, then from .env.

    DATABASE_NAME replaces the name in DATABASE_URL, as settings do, and in no other URL.

    Raises:
        ConfigurationError: nothing names a database, or a .env file cannot be used.
        ConnectionError: P1013, the URL is of another form.
    """
    if url:
        return url
    declared = datamodel.datasources[0].url if datamodel.datasources else DEFAULT_URL
    if isinstance(declared, str):
        return declared
    variable = str(declared.arguments[0])
    variables = environment(schema.folder)
    if not (found := variables.get(variable, "").strip()):
        raise ConfigurationError(f"No database is named: give --url, or set {variable}.")
    name = variables.get("DATABASE_NAME", "").strip() if declared == DEFAULT_URL else ""
    return with_database(found, name) if name else found
