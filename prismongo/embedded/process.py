"""A process that ends with this one: what mongod.py starts, and watchdog.py ends.

    GuardedProcess → watchdog.py → the process          each the child of the one before
           └── a pipe ──┘

The pipe is the life line: the watchdog ends its child when a byte or the end of the pipe arrives,
so that a killed process leaves nothing behind. A parent-death signal would not do: Linux ties it
to the thread that started the child.
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
    """A running process. It belongs to us alone: a process forked off us cannot end it.

    Dropped without `end`, it ends all the same: the garbage collector closes the pipe.
    """

    def __init__(self, command: list[str], *, output: Path, remove: Path | None) -> None:
        """Starts it, which takes milliseconds and waits for nothing.

        Args:
            command: the command line.
            output: the file that gets what it writes; overwritten.
            remove: a directory to remove once it has ended. None: it holds data that is kept,
                so the process is asked to end and has time for it; otherwise it is killed.

        Raises:
            OSError: there is no such file, or no room for a process.
        """
        self._owner = os.getpid()
        watchdog = [sys.executable, "-I", "-S", str(WATCHDOG), str(self._owner), str(remove or "")]
        told, life_line = os.pipe()
        news, tells = os.pipe()
        self._life_line = os.fdopen(life_line, "wb", buffering=0)
        self._news = os.fdopen(news, "rb", buffering=0)
        os.set_blocking(news, False)
        try:
            with output.open("wb") as log:
                # A session of its own: Ctrl-C in a terminal is for us, who then end the process.
                self._watchdog = subprocess.Popen(
                    [*watchdog, *command],
                    stdin=told,
                    stdout=tells,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                )
        finally:
            os.close(told)
            os.close(tells)

    @property
    def is_running(self) -> bool:
        """Whether it runs: the watchdog closes its end of the news once it does not."""
        if self._news.closed or self._owner != os.getpid():
            return False
        return self._news.read(1) is None

    async def end(self) -> None:
        """Ends it and waits until it is gone; it ends as well if the wait is cancelled."""
        if self._life_line.closed or self._owner != os.getpid():
            return
        # A byte first: the pipe's end alone is not seen while a forked process holds it open.
        with contextlib.suppress(BrokenPipeError):
            self._life_line.write(b"x")
        self._life_line.close()
        self._news.close()
        await asyncio.to_thread(self._watchdog.wait)
