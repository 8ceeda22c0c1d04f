"""The life line: a guarded process ends with its parent, whatever happens to either."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prismongo.embedded.process import GuardedProcess
from tests.processes import is_alive, line_of, running, until

# What every program below begins with: it guards a shell, whose process id is in the file `id`.
GUARDING = """
import asyncio, os, signal, sys, time
from pathlib import Path
from prismongo.embedded.process import GuardedProcess
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by runs in the background
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored under nohup
directory = Path(sys.argv[1])
guarded = GuardedProcess(
    ["/bin/sh", "-c", f"echo $$ > {directory}/new; mv {directory}/new {directory}/id; sleep 600"],
    output=directory / "output",
    remove=directory,
)
while not (directory / "id").exists():
    time.sleep(0.01)
"""
FORKING = """
if os.fork() == 0:
    time.sleep(600)
"""
WAITING = """
print("waiting", flush=True)
time.sleep(600)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Made for a guarded process, which is to remove it."""
    path = tmp_path / "own"
    path.mkdir()
    return path


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_it_ends_when_its_parent_is_killed(directory: Path, number: int) -> None:
    with guarding(directory, then="") as program:
        process = process_id(directory)
        program.send_signal(number)

        until(lambda: not is_alive(process) and not directory.exists())


def test_a_process_forked_off_its_parent_does_not_keep_it_alive(directory: Path) -> None:
    with guarding(directory, FORKING) as program:
        process = process_id(directory)
        program.kill()

        until(lambda: not is_alive(process) and not directory.exists())


def test_a_process_forked_off_its_parent_does_not_delay_the_end(directory: Path) -> None:
    with guarding(directory, FORKING + "asyncio.run(guarded.end())"):
        assert not directory.exists()


def test_a_process_forked_off_its_parent_cannot_end_it(directory: Path) -> None:
    then = """
if os.fork() == 0:
    asyncio.run(guarded.end())
    os._exit(guarded.is_running)
_, status = os.wait()
assert status == 0
assert guarded.is_running
"""
    with guarding(directory, then):
        assert is_alive(process_id(directory))


def test_dropping_it_ends_it(directory: Path) -> None:
    with guarding(directory, "del guarded"):
        until(lambda: not directory.exists())


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's parent-death signal")
def test_it_ends_when_the_watchdog_is_killed(directory: Path) -> None:
    with guarding(directory, "os.kill(guarded._watchdog.pid, 9)"):
        process = process_id(directory)

        until(lambda: not is_alive(process))


async def test_what_it_writes_is_kept_and_its_end_is_seen(tmp_path: Path) -> None:
    output = tmp_path / "output"
    guarded = GuardedProcess(["/bin/sh", "-c", "echo a; echo b >&2"], output=output, remove=None)
    until(lambda: not guarded.is_running)
    await guarded.end()

    assert output.read_text() == "a\nb\n"


async def test_one_with_data_to_keep_is_asked_to_end(tmp_path: Path) -> None:
    output = tmp_path / "output"
    command = "trap 'echo bye; exit' TERM; echo up; while :; do sleep 0.01; done"
    guarded = GuardedProcess(["/bin/sh", "-c", command], output=output, remove=None)
    until(lambda: output.read_text() == "up\n")
    await guarded.end()

    assert output.read_text() == "up\nbye\n"


async def test_a_command_that_does_not_exist_ends_with_a_reason(tmp_path: Path) -> None:
    output = tmp_path / "output"
    guarded = GuardedProcess([str(tmp_path / "nothing")], output=output, remove=None)
    until(lambda: not guarded.is_running)
    await guarded.end()

    assert "No such file or directory" in output.read_text()


@contextmanager
def guarding(directory: Path, then: str) -> Iterator[subprocess.Popen[str]]:
    """A program that guards a process, then does what a test is about, says so, and waits."""
    arguments = ["-W", "ignore", "-c", GUARDING + then + WAITING, str(directory)]
    with running(arguments) as program:
        assert line_of(program) == "waiting"
        yield program


def process_id(directory: Path) -> int:
    return int((directory / "id").read_text())
