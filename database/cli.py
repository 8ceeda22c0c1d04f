"""`python -m database …`, also `kraken-db`: thin commands over the rooms of the house.

Each command is a `Command` in `COMMANDS`: its name, one line of help, its arguments, what it does.
Exit status 0 is done, 1 is an error that the message explains, 2 is wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from prisma.errors import PrismaError

from database.mongod import Mongod
from database.schema import generate
from database.settings import EMBEDDED_DATABASE


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
    return status


def _schema_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--schema",
        type=Path,
        default=Path("schema.prisma"),
        metavar="FILE",
        help="the schema (default: %(default)s)",
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
