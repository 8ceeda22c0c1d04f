"""The process between us and an embedded mongod: it ends the server when we end, however we end.

Started by guarded.py, by path and never imported: `python watchdog.py PARENT REMOVE COMMAND…`.
Standard input is a pipe from the parent. Anything read from it, its end included, means stop;
a parent that was killed closes it too. A process forked off the parent holds the pipe open, so
the parent's id is watched as well. Standard output is closed when the server is gone.
Standard library only, so that it starts in milliseconds.
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

PARENT_CHECK = 1.0  # seconds between two looks at the parent's id
GRACE = 15.0  # seconds that a server with data to keep has to shut down
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
DEATH_SIGNAL_OPTION = 1  # PR_SET_PDEATHSIG, <linux/prctl.h>


def main(parent: int, directory: str, command: list[str]) -> None:
    """Runs `command` until the parent wants it no more, or is gone.

    Args:
        parent: the process never to outlive.
        directory: removed at the end; empty where the data is to be kept.
        command: the server's command line; its output goes to our standard error.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _leave)
    woken = _wake_on_child_exit()
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=_death_with_us()
    )
    try:
        _wait(server, parent, woken)
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end(server, gracefully=not directory)
        if directory:
            shutil.rmtree(directory, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], parent: int, woken: int) -> None:
    """Returns when the parent wants no server any more, or is gone; tells it if the server is."""
    told = False
    while os.getppid() == parent:
        ready, _, _ = select.select([sys.stdin.fileno(), woken], [], [], PARENT_CHECK)
        if sys.stdin.fileno() in ready:
            return
        if woken in ready:
            os.read(woken, 64)
        if not told and server.poll() is not None:
            told = True
            os.close(sys.stdout.fileno())


def _end(server: subprocess.Popen[bytes], *, gracefully: bool) -> None:
    """Ends the server and waits until it is gone; one whose data is removed needs no grace."""
    if gracefully:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(GRACE)
    server.kill()
    server.wait()


def _wake_on_child_exit() -> int:
    """A file descriptor that `select` finds readable once a child has ended."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    return readable


def _death_with_us() -> Callable[[], object] | None:
    """What the server runs before it starts: should we be killed ourselves, Linux kills it.

    Linux ties this to the thread that forks: here the only one, in a process that stays.
    """
    if sys.platform != "linux":
        return None
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(DEATH_SIGNAL_OPTION, signal.SIGKILL)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
