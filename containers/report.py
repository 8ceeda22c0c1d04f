"""The output of the demo: facts, timed steps, a table. Colours only on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

BOLD, DIM, RED, PLAIN = "\033[1m", "\033[2m", "\033[31m", "\033[0m"
STEP_WIDTH = 56


class Report:
    """Writes to a stream, line by line."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._is_coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._steps = 0

    def title(self, text: str) -> None:
        """A heading."""
        self._line(f"{self._paint(BOLD, text)}\n")

    def facts(self, facts: dict[str, str]) -> None:
        """Names and values, aligned."""
        width = max(map(len, facts))
        for name, value in facts.items():
            self._line(f"    {self._paint(DIM, name.ljust(width))}  {value}")
        self._line()

    @contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """A numbered step: prints its title, its time, and the details in the yielded list."""
        self._steps += 1
        details: list[str] = []
        begun = time.perf_counter()
        try:
            yield details
        except BaseException:
            self._line(f"{self._steps:3} {title.ljust(STEP_WIDTH)} {self._paint(RED, 'failed')}")
            raise
        milliseconds = (time.perf_counter() - begun) * 1000
        elapsed = self._paint(DIM, f"{milliseconds:8.1f} ms")
        self._line(f"{self._steps:3} {title.ljust(STEP_WIDTH)}{elapsed}")
        for detail in details:
            self._line(f"    {self._paint(DIM, detail)}")

    def table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table with a head, aligned."""
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        self._line(f"\n{self._paint(BOLD, title)}\n")
        self._line(f"    {self._paint(DIM, _row(head, widths))}")
        self._line(f"    {self._paint(DIM, _row(['-' * width for width in widths], widths))}")
        for row in rows:
            self._line(f"    {_row(row, widths)}")
        self._line()

    def end(self, text: str) -> None:
        """The last line."""
        self._line(self._paint(BOLD, text))

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{PLAIN}" if self._is_coloured else text

    def _line(self, text: str = "") -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
