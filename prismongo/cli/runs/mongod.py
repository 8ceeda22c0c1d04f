"""`prismongo mongod`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from prismongo.cli.terminal import say
from prismongo.embedded.mongod import Mongod
from prismongo.errors import ConfigurationError
from prismongo.settings import EMBEDDED_DATABASE


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
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
