"""`main` runs a command and returns its exit status: 0 success, 1 error, 2 wrong usage, 130 ^C.

A mistake of the user is reported in a line on standard error, with a traceback only after
`--traceback`.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from prisma.errors import PrismaError

from prismongo.cli.commands import COMMANDS
from prismongo.cli.project import enter_project
from prismongo.cli.version import Version

_DESCRIPTION: Final = """\
From schema.prisma to a live MongoDB, without migrations.

After a change to schema.prisma:
  1. edit       schema.prisma
  2. generate   the Python client of it
  3. push       collections and indexes to the database
  4. restart    the application, which loads the new client
`sync` is 2 and 3 in one; `check` tells whether all is well."""

_EPILOG: Final = """\
The database is that of --url, else of DATABASE_URL, from the environment or from .env.
`%(prog)s COMMAND --help` tells more about a command. docs/schema.md tells everything.

Exit status: 0 done, 1 an error or a failed check, 2 wrong usage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; `arguments` are those after the program's name (None: of `sys.argv`)."""
    enter_project()
    namespace, unknown = _parser().parse_known_args(arguments)
    if unknown:  # the parser of the command shows its own options
        namespace.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        status: int = namespace.run(namespace)
    except PrismaError as error:
        _tell(error, whole=namespace.traceback)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has closed it, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a full disk, say: of the output, or of temporary files
        _tell(error, whole=namespace.traceback)
        return 1
    return status


def _tell(error: Exception, *, whole: bool) -> None:
    """The error alone, or where it comes from, too."""
    lines = traceback.format_exception(error) if whole else [f"{error}\n"]
    sys.stderr.write("".join(lines))


def _traceback_argument(parser: argparse.ArgumentParser, default: object) -> None:
    """`--traceback`, before the command or after it."""
    parser.add_argument(
        "--traceback",
        action="store_true",
        default=default,
        help="where something fails, show where the error comes from, too",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prismongo",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _traceback_argument(parser, default=False)
    parser.add_argument(
        "--version",
        action=Version,
        nargs=0,
        help="tell the versions of this, Python and PyMongo, and whether the accelerator is in use",
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    for command in COMMANDS:
        one = commands.add_parser(
            command.name,
            help=command.help,
            description=command.description,
            epilog=command.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(one)
        _traceback_argument(one, default=argparse.SUPPRESS)  # what stands before the command stays
        one.set_defaults(run=command.run, parser=one)
    return parser
