"""Programs that tests start, watch and kill."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prismongo.embedded.mongod import Mongod
from tests.project import TOP
from tests.waiting import PATIENCE


@contextmanager
def running(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A Python of its own at the project's top, killed at the end with all it forked."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=TOP,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        try:
            yield program
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


def line_of(program: subprocess.Popen[str]) -> str:
    """The next line that it prints; empty if it has ended."""
    assert program.stdout is not None
    return program.stdout.readline().strip()


def process_id(data: Path) -> int:
    """Of the server that has its data there."""
    return int((data / "mongod.lock").read_text())


async def kill(server: Mongod) -> None:
    """End a server with SIGKILL, as a crash does."""
    os.kill(process_id(server.directory), signal.SIGKILL)
    while server.is_running:
        await asyncio.sleep(0.01)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def is_alive(process: int) -> bool:
    """Whether it runs: one that nobody has waited for has an id still, and does not run."""
    status = Path(f"/proc/{process}/stat")
    if status.parent.parent.joinpath("self").exists():
        try:
            return status.read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):  # it may end while it is looked at
            return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def until(reached: Callable[[], bool]) -> None:
    """Returns once it is reached, and fails the test where it is not."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)
