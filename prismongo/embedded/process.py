"""GuardedProcess: a child process that ends when this process ends, even if this one is killed.

    GuardedProcess → watchdog.py → the process          each is the child of the one before
           └── a pipe ──┘

The watchdog ends its child when it reads a byte or the end of the pipe. If this process is killed,
the system closes the pipe. A parent-death signal is not enough: on Linux it depends on the thread
that started the child.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

WATCHDOG = Path(__file__).with_name("watchdog.py")


class GuardedProcess:
    """A running process. A process that is forked from this one cannot end it.

    Without `end` it ends too, because the garbage collector closes the pipe.
    """

    def __init__(self, command: list[str], *, output: Path, remove: Path | None) -> None:
        """Start it; this takes milliseconds and does not wait for the process.

        Args:
            command: the command line.
            output: the file for its output; overwritten.
            remove: a directory to remove after it has ended; then the process is killed. None:
                the process is terminated, and has time to shut down.

        Raises:
            OSError: the process cannot be started.
        """
        self._owner = os.getpid()
        watchdog = [sys.executable, "-I", "-S", str(WATCHDOG), str(self._owner), str(remove or "")]
        stop_reader, stop_writer = os.pipe()
        alive_reader, alive_writer = os.pipe()
        self._stop_pipe = os.fdopen(stop_writer, "wb", buffering=0)
        self._alive_pipe = os.fdopen(alive_reader, "rb", buffering=0)
        os.set_blocking(alive_reader, False)
        try:
            with output.open("wb") as log:
                # A new session: Ctrl-C in a terminal goes to this process only, which then ends it.
                self._watchdog = subprocess.Popen(
                    [*watchdog, *command],
                    stdin=stop_reader,
                    stdout=alive_writer,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                )
        finally:
            os.close(stop_reader)
            os.close(alive_writer)

    @property
    def is_running(self) -> bool:
        """Whether it runs: the watchdog closes its end of the pipe after the process has ended."""
        if self._alive_pipe.closed or self._owner != os.getpid():
            return False
        return self._alive_pipe.read(1) is None

    async def end(self) -> None:
        """End it and wait until it has ended; it also ends if the wait is cancelled."""
        if self._stop_pipe.closed or self._owner != os.getpid():
            return
        # A byte first: a forked process may hold the pipe open, and then there is no end of it.
        with contextlib.suppress(BrokenPipeError):
            self._stop_pipe.write(b"x")
        self._stop_pipe.close()
        self._alive_pipe.close()
        await asyncio.to_thread(self._watchdog.wait)
