"""The commands: name, help text, arguments and function of each."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prismongo.check import as_dict, check, is_well, report_lines
from prismongo.cli.arguments import (
    database_url,
    drop_argument,
    output_argument,
    port_number,
    schema_argument,
    schema_files,
    shard_argument,
    size_argument,
    url_argument,
    wait_argument,
    whole_number,
)
from prismongo.cli.diagram import diagram, diagram_arguments
from prismongo.cli.files import write
from prismongo.cli.project import seed_script, selection_modules
from prismongo.cli.terminal import say
from prismongo.embedded.mongod import Mongod
from prismongo.errors import ConfigurationError, SchemaError
from prismongo.generator import generate
from prismongo.generator.settings import output_of, python_generator
from prismongo.generator.validate import validated
from prismongo.project import find_schema
from prismongo.pull import SAMPLE, pull, pulled_lines
from prismongo.schema import Datamodel, push
from prismongo.schema.files import read_schema, schema_of_text
from prismongo.seed import load_script, progress_bar, run_script
from prismongo.settings import EMBEDDED_DATABASE, DatabaseSettings
from prismongo.stores.mongo.push.events import PushEvent
from prismongo.stores.mongo.push.text import event_lines


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `add_arguments` declares its arguments, `run` returns the exit status."""

    name: str
    help: str
    description: str
    epilog: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


# --- generate ---


def _generate_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    output_argument(parser)


def _generate(arguments: argparse.Namespace) -> int:
    schema = schema_files(arguments.schema)  # raises an error that mentions --schema
    done = generate(schema.path, output=arguments.output)
    state = "Generated" if done.written else "Unchanged:"
    say(f"{state} Prisma Client Python in {done.output}")
    return 0


# --- validate ---


def _validate(arguments: argparse.Namespace) -> int:
    schema = schema_files(arguments.schema)
    validated(schema)
    say(f"The schema {schema.path} is valid.")
    return 0


# --- push, sync ---


def _push_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    url_argument(parser)
    wait_argument(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what push would do, no more")
    drop_argument(parser)
    shard_argument(parser)


def _push(arguments: argparse.Namespace) -> int:
    schema = schema_files(arguments.schema)
    datamodel = schema.parse()
    pushing = push(
        datamodel,
        database_url(arguments.url, datamodel, schema),
        dry_run=arguments.dry_run,
        drop=arguments.drop,
        shard=arguments.shard,
        report=_say_event,
        wait=arguments.wait,
    )
    with schema.located():
        return 1 if asyncio.run(pushing).violations else 0


def _say_event(event: PushEvent) -> None:
    for line in event_lines(event):
        say(line)


def _sync_arguments(parser: argparse.ArgumentParser) -> None:
    _push_arguments(parser)
    output_argument(parser)


def _sync(arguments: argparse.Namespace) -> int:
    return _generate(arguments) or _push(arguments)


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


def _check(arguments: argparse.Namespace) -> int:
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


# --- pull ---


def _pull_arguments(parser: argparse.ArgumentParser) -> None:
    schema_argument(parser)
    url_argument(parser)
    wait_argument(parser)
    parser.add_argument(
        "--sample",
        type=whole_number,
        default=SAMPLE,
        metavar="N",
        help="read N documents of each collection, chosen by chance, or all if there are fewer "
        "(default: %(default)s)",
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


def _pull(arguments: argparse.Namespace) -> int:
    path = arguments.schema or find_schema()
    schema = read_schema(path) if path.exists() else None
    before = schema or schema_of_text("", path)
    url = database_url(arguments.url, before.parse(), before)
    options = {name: getattr(arguments, name) for name in ("sample", "enums", "force", "wait")}
    with progress_bar(sys.stderr) as progress:
        pulled = asyncio.run(pull(url, schema, path, **options, progress=progress))
    for file, text in pulled.files.items():
        if arguments.dry_run:
            say(text.rstrip("\n"))
        else:
            write(file, text)
    if not arguments.dry_run:
        for line in pulled_lines(pulled, path):
            say(line)
    return 0


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


def _seed(arguments: argparse.Namespace) -> int:
    script = load_script(arguments.script or seed_script())
    schema = schema_files(arguments.schema)
    url = database_url(arguments.url, schema.parse(), schema)
    chosen = {"size": arguments.size, "number": arguments.number}
    options = {name: value for name, value in chosen.items() if value is not None}
    with progress_bar(sys.stderr) as progress:
        answer = asyncio.run(run_script(script, DatabaseSettings(url=url), options, progress))
    say(answer or f"Done: {script.name}.")
    return 0


# --- mongod ---


def _mongod_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the data in this directory")
    parser.add_argument(
        "--port", type=port_number, default=0, help="the port (default: a free one)"
    )


def _mongod(arguments: argparse.Namespace) -> int:
    try:
        return asyncio.run(_serve(Mongod(data=arguments.data, port=arguments.port)))
    except OSError as error:  # about the directory, with the message of the system
        raise ConfigurationError(f"The server cannot be started: {error}.") from error


async def _serve(server: Mongod) -> int:
    """Run the server until SIGINT or SIGTERM (status 0), or until it ends by itself (status 1)."""
    serving = asyncio.current_task()
    if serving is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        async with server:
            say(server.url(EMBEDDED_DATABASE))
            await server.wait()
    except asyncio.CancelledError:
        return 0
    sys.stderr.write("mongod ended by itself.\n")
    return 1


COMMANDS: tuple[Command, ...] = (
    Command(
        "generate",
        "make the Python client from schema.prisma",
        "Make the Python client from schema.prisma. No Node.js, no download; a second run with\n"
        "nothing changed writes nothing. Restart the application afterwards.",
        "Example: %(prog)s --schema schema.prisma",
        _generate_arguments,
        _generate,
    ),
    Command(
        "validate",
        "tell every mistake of the schema",
        "Read the schema and tell every mistake in it with its place: in Prisma's language, in\n"
        "options of comments, in names that the Python client cannot have. Nothing is written,\n"
        "and no server is asked.",
        "Exit status 0: the schema is valid. 1: it is not.\nExample: %(prog)s --schema prisma",
        schema_argument,
        _validate,
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
        _push,
    ),
    Command(
        "sync",
        "generate, then push",
        "Generate the client, then push collections and indexes. With --dry-run the client is\n"
        "generated, and the plan of the push only shown.",
        "Example: %(prog)s --url 'mongodb://localhost:27017/chat?replicaSet=rs0'",
        _sync_arguments,
        _sync,
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
        _check,
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
        _pull,
    ),
    Command(
        "seed",
        "fill the database with the application's data for development",
        'Run the function that pyproject.toml names: [tool.prismongo] seed = "app.seed:seed".\n'
        "It is `async def seed(database: DatabaseService)`, and may take size, number, progress.\n"
        "Push the schema first.",
        "Examples: %(prog)s --size small\n          %(prog)s --script app.seed:few --number 7",
        _seed_arguments,
        _seed,
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
        diagram_arguments,
        diagram,
    ),
    Command(
        "mongod",
        "run a local replica set and print its URL",
        "Run a local MongoDB, a replica set of one, until ^C, and print its URL. Without --data\n"
        "its documents go with it. For development and tests: it listens on 127.0.0.1 alone, and\n"
        "asks for no password.",
        "Example: %(prog)s --data ~/chat-data --port 27017",
        _mongod_arguments,
        _mongod,
    ),
)
