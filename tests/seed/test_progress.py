"""The bar: on a terminal, and nowhere else."""

from __future__ import annotations

import io

import pytest

from prismongo.seed import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(stream: io.StringIO, done: int, total: int) -> str:
    with progress_bar(stream) as progress:
        progress("messages", done, total)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(
    ("done", "total", "line"),
    [
        (1_000, 2_000, f"[{'#' * 15}{'.' * 15}] 1,000 of 2,000 messages"),
        (0, 5, f"[{'.' * 30}] 0 of 5 messages"),
        (5, 5, f"[{'#' * 30}] 5 of 5 messages"),
        (0, 0, f"[{'#' * 30}] 0 of 0 messages"),
    ],
)
def test_a_terminal_shows_a_line_and_is_clean_at_the_end(done: int, total: int, line: str) -> None:
    assert drawn(Terminal(), done, total) == f"\r\033[K{line}\r\033[K"


def test_the_line_is_cleared_after_an_error() -> None:
    stream = Terminal()
    with pytest.raises(ZeroDivisionError), progress_bar(stream) as progress:
        progress("messages", 1 // 0, 2)
    assert stream.getvalue() == "\r\033[K"


def test_a_file_and_a_terminal_that_cannot_clear_a_line_show_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert drawn(io.StringIO(), 1, 2) == ""
    monkeypatch.setenv("TERM", "dumb")
    assert drawn(Terminal(), 1, 2) == ""
