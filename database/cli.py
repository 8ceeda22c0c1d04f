"""`python -m database …`, also `kraken-db`: thin commands over the rooms of the house.

Each command is a `Command` in `COMMANDS`: its name, one line of help, its arguments, what it does.
Exit status 0 is done, 1 is an error that the message explains, 2 is wrong usage, 130 is ^C.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from prisma.errors import PrismaError

from database.errors import ConfigurationError, SchemaError
from database.mongod import Mongod
from database.schema import Datamodel, generate, parse, push
from database.schema.datamodel import Function
from database.settings import EMBEDDED_DATABASE
from database.stores.mongo.live.events import Event
from database.stores.mongo.live.text import event_lines
from database.url import with_database

DEFAULT_URL = Function("env", ("DATABASE_URL",))


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `add_arguments` declares what it takes, `run` does it and gives the status."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _generate_arguments(parser: argparse.ArgumentParser) -> None:
    _schema_argument(parser)
    parser.add_argument("--output", type=Path, help="folder of the generated package")


def _generate(arguments: argparse.Namespace) -> int:
    done = generate(arguments.schema, output=arguments.output)
    state = "Generated" if done.written else "Unchanged:"
    _say(f"{state} Prisma Client Python in {done.output}")
    return 0


def _push_arguments(parser: argparse.ArgumentParser) -> None:
    _schema_argument(parser)
    _url_argument(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what is to be done, no more")
    parser.add_argument(
        "--drop",
        action="store_true",
        help="also replace indexes that differ and remove those that the schema lacks, as far as "
        "they go by the schema's or Prisma's names; collections and documents always stay",
    )


def _push(arguments: argparse.Namespace) -> int:
    text = _schema_text(arguments.schema)
    datamodel = parse(text)
    pushing = push(
        datamodel,
        arguments.url or _declared_url(datamodel),
        dry_run=arguments.dry_run,
        drop=arguments.drop,
        report=_say_event,
    )
    try:
        return 1 if asyncio.run(pushing).violations else 0
    except SchemaError as error:  # of a comment: it has the place, not the text to show
        raise SchemaError(error.reason, error.line, error.column, text=text) from error


def _say_event(event: Event) -> None:
    for line in event_lines(event):
        _say(line)


def _sync_arguments(parser: argparse.ArgumentParser) -> None:
    _push_arguments(parser)
    parser.add_argument("--output", type=Path, help="folder of the generated package")


def _sync(arguments: argparse.Namespace) -> int:
    return _generate(arguments) or _push(arguments)


def _mongod_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the data in this directory")
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")


def _mongod(arguments: argparse.Namespace) -> int:
    return asyncio.run(_serve(Mongod(data=arguments.data, port=arguments.port)))


async def _serve(server: Mongod) -> int:
    """Run the server until SIGINT or SIGTERM, which is status 0, or until it ends by itself."""
    serving = asyncio.current_task()
    if serving is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        async with server:
            _say(server.url(EMBEDDED_DATABASE))
            await server.wait()
    except asyncio.CancelledError:
        return 0
    sys.stderr.write("mongod ended by itself.\n")
    return 1


COMMANDS: tuple[Command, ...] = (
    Command(
        "generate", "make the Python client from schema.prisma", _generate_arguments, _generate
    ),
    Command("push", "create the collections and indexes of the schema", _push_arguments, _push),
    Command("sync", "generate, then push", _sync_arguments, _sync),
    Command("mongod", "run a local replica set and print its URL", _mongod_arguments, _mongod),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; `arguments` are those after the program's name (`sys.argv` where None)."""
    parser = argparse.ArgumentParser(
        prog="kraken-db", description="The database's schema: from schema.prisma to a live server."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    namespace = parser.parse_args(arguments)
    try:
        status: int = namespace.run(namespace)
    except PrismaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _schema_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--schema",
        type=Path,
        default=Path("schema.prisma"),
        metavar="FILE",
        help="the schema (default: %(default)s)",
    )


def _schema_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"Cannot read {path}: {reason}.") from error


def _url_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        help="the database (default: as the schema's datasource says, from the environment or "
        "from .env; DATABASE_NAME replaces the name in it)",
    )


def _declared_url(datamodel: Datamodel) -> str:
    """What the datasource names, in the environment, then in .env of the working directory."""
    declared = datamodel.datasources[0].url if datamodel.datasources else DEFAULT_URL
    if isinstance(declared, str):
        return declared
    variable = str(declared.arguments[0])
    environment = {**dotenv_values(Path.cwd() / ".env", interpolate=False), **os.environ}
    if not (url := environment.get(variable)):
        raise ConfigurationError(f"No database is named: give --url, or set {variable}.")
    name = environment.get("DATABASE_NAME")
    return with_database(url, name) if name else url


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
