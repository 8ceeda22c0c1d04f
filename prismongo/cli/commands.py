"""The commands: name, help text, arguments and function of each."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from prismongo.cli.arguments import (
    count,
    drop_argument,
    output_argument,
    port_number,
    schema_argument,
    shard_argument,
    size_argument,
    url_argument,
    wait_argument,
    whole_number,
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `add_arguments` declares its arguments, `run` returns the exit status."""

    name: str
    help: str
    description: str
    epilog: str
    add_arguments: Callable[[argparse.ArgumentParser], None]

    def run(self, arguments: argparse.Namespace) -> int:
        """Import what the command does, from `prismongo.cli.runs`, and do it."""
        status: int = import_module(f"prismongo.cli.runs.{self.name}").run(arguments)
        return status


# --- generate ---


def _generate_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    output_argument(parser)


# --- push, sync ---


def _push_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    url_argument(parser)
    wait_argument(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what push would do, no more")
    drop_argument(parser)
    shard_argument(parser)


def _sync_arguments(parser: argparse.ArgumentParser) -> None:
    _push_arguments(parser)
    output_argument(parser)


# --- check ---


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    url_argument(parser)
    wait_argument(parser)
    output_argument(parser)
    parser.add_argument(
        "--sample",
        type=whole_number,
        metavar="N",
        help="also read N documents of each model, chosen by chance, and tell which do not fit",
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")


# --- pull ---


def _pull_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    url_argument(parser)
    wait_argument(parser)
    parser.add_argument(
        "--sample",
        type=whole_number,
        metavar="N",
        help="read N documents of each collection, chosen by chance, or all if there are fewer "
        "(default: 1000)",
    )
    parser.add_argument(
        "--enums", action="store_true", help="make an enum of a field with few different texts"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="make all models anew; what the schema says of them is lost",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="write no file: print what would be in it"
    )


# --- seed ---


def _seed_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    url_argument(parser)
    parser.add_argument(
        "--script",
        metavar="MODULE:FUNCTION",
        help="the function (default: `seed` of [tool.prismongo] in pyproject.toml)",
    )
    parser.add_argument(
        "--size",
        type=size_argument,
        help="how much to add: small, medium, large or a number (default: the function's)",
    )
    parser.add_argument(
        "--number",
        type=whole_number,
        metavar="N",
        help="the number of a random generator: one number gives the same data each time "
        "(default: the function's)",
    )


# --- diagram ---


def _diagram_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="NAME",
        help="draw these models, views or composite types alone, and the composite types in them",
    )
    parser.add_argument(
        "--depth",
        type=count,
        metavar="N",
        help="with --models: also the models that N relations lead to (default: 0)",
    )
    parser.add_argument("--no-fields", action="store_true", help="draw the names alone")
    parser.add_argument(
        "--container",
        metavar="MODULE:CLASS",
        help="draw a container of dependency-injector, not the schema",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="the file: .svg is drawn by Graphviz, .dot or .gv is its language, .mmd or .mermaid "
        "is Mermaid (default: Mermaid, to standard output)",
    )


# --- mongod ---


def _mongod_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the data in this directory")
    parser.add_argument(
        "--port", type=port_number, default=0, help="the port (default: a free one)"
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "generate",
        "make the Python client from schema.prisma",
        "Make the Python client from schema.prisma. No Node.js, no download; a second run with\n"
        "nothing changed writes nothing. Restart the application afterwards.",
        "Example: %(prog)s --schema schema.prisma",
        _generate_arguments,
    ),
    Command(
        "validate",
        "tell every mistake of the schema",
        "Read the schema and tell every mistake in it with its place: in Prisma's language, in\n"
        "options of comments, in names that the Python client cannot have. Nothing is written,\n"
        "and no server is asked.",
        "Exit status 0: the schema is valid. 1: it is not.\nExample: %(prog)s --schema prisma",
        schema_argument,
    ),
    Command(
        "push",
        "create the collections and indexes of the schema",
        "Compare the database with the schema, show what differs, then create the collections and\n"
        "indexes that are missing. No document is ever changed; a second push does nothing.",
        "In the plan: + is created, ~ differs, ? is not in the schema, ! cannot be.\n"
        "Examples: %(prog)s --dry-run        only show the plan\n"
        "          %(prog)s --drop           also replace and remove indexes",
        _push_arguments,
    ),
    Command(
        "sync",
        "generate, then push",
        "Generate the client, then push collections and indexes. With --dry-run the client is\n"
        "generated, and the plan of the push only shown.",
        "Example: %(prog)s --url 'mongodb://localhost:27017/chat?replicaSet=rs0'",
        _sync_arguments,
    ),
    Command(
        "check",
        "tell whether all is well, by an exit status too",
        "Tell on one screen whether all is well: the server and what it is, the generated client,\n"
        "the live indexes, and with --sample the stored documents. Nothing is changed.",
        "Exit status 0: all is well, notes apart. 1: something has FAILED, and a deployment\n"
        "should not go on.\n"
        "Examples: %(prog)s --sample 1000\n"
        "          %(prog)s --json | python -m json.tool",
        _check_arguments,
    ),
    Command(
        "pull",
        "make a schema of an existing database, or add what one lacks",
        "Read some documents of each collection, and all indexes, and write what they tell as a\n"
        "schema. A schema that is there is added to: its names, comments and attributes stay.\n"
        "The database is not changed.",
        "Examples: %(prog)s --url 'mongodb://localhost:27017/shop?replicaSet=rs0' --enums\n"
        "          %(prog)s --sample 10000 --dry-run",
        _pull_arguments,
    ),
    Command(
        "seed",
        "fill the database with the application's data for development",
        'Run the function that pyproject.toml names: [tool.prismongo] seed = "app.seed:seed".\n'
        "It is `async def seed(database: DatabaseService)`, and may take size, number, progress.\n"
        "Push the schema first.",
        "Examples: %(prog)s --size small\n          %(prog)s --script app.seed:few --number 7",
        _seed_arguments,
    ),
    Command(
        "diagram",
        "draw the schema, or a container",
        "Draw the schema as Mermaid: models, composite types, relations with their cardinality.\n"
        "Or a container: its providers, what is injected where, the order of resources.\n"
        "The container is imported and made, and not started.",
        "Examples: %(prog)s --models Message --depth 1\n"
        "          %(prog)s --output schema.svg\n"
        "          %(prog)s --container containers:ApplicationContainer",
        _diagram_arguments,
    ),
    Command(
        "mongod",
        "run a local replica set and print its URL",
        "Run a local MongoDB, a replica set of one, until ^C, and print its URL. Without --data\n"
        "its documents go with it. For development and tests: it listens on 127.0.0.1 alone, and\n"
        "asks for no password.",
        "Example: %(prog)s --data ~/chat-data --port 27017",
        _mongod_arguments,
    ),
)
