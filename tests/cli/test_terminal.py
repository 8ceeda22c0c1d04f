"""Colours: on a terminal that has them, and nowhere else."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest

from prismongo.cli.terminal import say


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def said(line: str) -> str:
    """What a terminal is sent."""
    with redirect_stdout(Terminal()) as terminal:
        say(line)
    return terminal.getvalue()


@pytest.fixture(autouse=True)
def terminal_with_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  + collection  User", "  \033[32m+\033[0m collection  User\n"),
        ("  ~ index       a", "  \033[33m~\033[0m index       a\n"),
        ("  - index       a", "  \033[31m-\033[0m index       a\n"),
        ("  ok      server", "  \033[32mok\033[0m      server\n"),
        ("  FAILED  server", "  \033[31mFAILED\033[0m  server\n"),
        ("The database x:", "The database x:\n"),
        ("+ is no sign here", "+ is no sign here\n"),
        ("  done in 0.1 s: x", "  done in 0.1 s: x\n"),
        ("", "\n"),
    ],
)
def test_signs_are_coloured_on_a_terminal(line: str, shown: str) -> None:
    assert said(line) == shown


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_colours(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert said("  + collection  User") == "  + collection  User\n"


def test_a_file_has_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    say("  + collection  User")
    assert capsys.readouterr().out == "  + collection  User\n"
