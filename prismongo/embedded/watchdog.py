"""The process between parent and server: ends the server when the parent ends, for any reason.

process.py starts it by path; it is never imported: `python watchdog.py PARENT REMOVE COMMAND…`.
Standard input is a pipe from the parent. A byte, or the end of the pipe, means stop; the end also
comes if the parent is killed. A process that is forked from the parent holds the pipe open, so the
parent's id is checked too. Standard output is closed after the server has ended. It uses only the
standard library, so that it starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType

PARENT_CHECK = 1.0  # seconds between two checks of the parent's id
SHUTDOWN_TIMEOUT = 15.0  # seconds that a server has to shut down if its data is kept
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
DEATH_SIGNAL_OPTION = 1  # PR_SET_PDEATHSIG, <linux/prctl.h>


def main(parent: int, directory: str, command: list[str]) -> None:
    """Run `command` until the parent stops it, or has ended.

    Args:
        parent: the id of the parent process.
        directory: removed at the end; empty if the data is kept.
        command: the server's command line; its output goes to our standard error.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _exit)
    child_exited = _wake_on_child_exit()
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=_kill_with_parent()
    )
    try:
        _wait(server, parent, child_exited)
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end(server, gracefully=not directory)
        if directory:
            shutil.rmtree(directory, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], parent: int, child_exited: int) -> None:
    """Wait for the parent to stop it or to end; report to the parent if the server ends."""
    reported = False
    while os.getppid() == parent:
        ready, _, _ = select.select([sys.stdin.fileno(), child_exited], [], [], PARENT_CHECK)
        if sys.stdin.fileno() in ready:
            return
        if child_exited in ready:
            os.read(child_exited, 64)
        if not reported and server.poll() is not None:
            reported = True
            os.close(sys.stdout.fileno())


def _end(server: subprocess.Popen[bytes], *, gracefully: bool) -> None:
    """End the server and wait; if its data is removed it is killed at once."""
    if gracefully:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(SHUTDOWN_TIMEOUT)
    server.kill()
    server.wait()


def _wake_on_child_exit() -> int:
    """A file descriptor that becomes readable when a child has ended."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    return readable


def _kill_with_parent() -> Callable[[], object] | None:
    """A function that the server calls before it starts: if the watchdog is killed, Linux kills it.

    On Linux this depends on the thread that forks; the watchdog has only one.
    """
    if sys.platform != "linux":
        return None
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(DEATH_SIGNAL_OPTION, signal.SIGKILL)


def _exit(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
