"""Shows how far a seed is: a line on a terminal, and nothing elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

Progress = Callable[[str, int, int], None]
"""Called with what is being added, how many of it are done, and how many there will be."""

_WIDTH: Final = 30
_CLEAR: Final = "\r\033[K"


def no_progress(title: str, done: int, total: int) -> None:
    """Show nothing: for callers that want no bar."""


@contextmanager
def progress_bar(stream: TextIO) -> Iterator[Progress]:
    """A function that draws a bar over the last one; at the end the line is cleared.

    It draws nothing if `stream` is not a terminal, or one that cannot clear a line.
    """
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield no_progress
        return

    def draw(title: str, done: int, total: int) -> None:
        stream.write(f"{_CLEAR}{_line(title, done, total)}")
        stream.flush()

    try:
        yield draw
    finally:
        stream.write(_CLEAR)
        stream.flush()


def _line(title: str, done: int, total: int) -> str:
    filled = _WIDTH if done >= total else _WIDTH * done // total
    bar = "#" * filled + "." * (_WIDTH - filled)
    return f"[{bar}] {done:,} of {total:,} {title}"
