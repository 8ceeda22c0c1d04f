"""Arguments that several commands have: the schema, the output folder, the URL."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from prismongo.errors import ConfigurationError
from prismongo.schema.datamodel import Datamodel, Function
from prismongo.seed import Size
from prismongo.url import with_database

DEFAULT_SCHEMA: Final = Path("schema.prisma")
DEFAULT_URL: Final = Function("env", ("DATABASE_URL",))


def schema_argument(parser: argparse.ArgumentParser) -> None:
    """`--schema FILE`."""
    parser.add_argument(
        "--schema",
        type=Path,
        default=DEFAULT_SCHEMA,
        metavar="FILE",
        help="the schema (default: %(default)s in the working directory)",
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
        "datasource says, from the environment or .env; DATABASE_NAME there replaces the name)",
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


def schema_text(path: Path) -> str:
    """The text of a schema.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"Cannot read {path}: it is not UTF-8.") from error
    except OSError as error:
        hint = " Name it with --schema FILE." if path == DEFAULT_SCHEMA else ""
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.{hint}") from error


def database_url(url: str | None, datamodel: Datamodel) -> str:
    """`url`, else the variable that the datasource names, from the environment, then from .env.

    Raises:
        ConfigurationError: nothing names a database.
        ConnectionError: P1013, the URL is of another form.
    """
    if url:
        return url
    declared = datamodel.datasources[0].url if datamodel.datasources else DEFAULT_URL
    if isinstance(declared, str):
        return declared
    variable = str(declared.arguments[0])
    environment = {**_env_file(), **os.environ}
    if not (found := environment.get(variable)):
        raise ConfigurationError(f"No database is named: give --url, or set {variable}.")
    name = environment.get("DATABASE_NAME")
    return with_database(found, name) if name else found


def _env_file() -> dict[str, str | None]:
    try:
        return dotenv_values(Path.cwd() / ".env", interpolate=False)
    except UnicodeDecodeError as error:
        raise ConfigurationError("Cannot read .env: it is not UTF-8.") from error
    except OSError as error:
        raise ConfigurationError(f"Cannot read .env: {error.strerror}.") from error
