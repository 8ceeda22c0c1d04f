"""What the commands write, and its colours on a terminal. Beside the commands."""

from __future__ import annotations

import os
import sys
from typing import Final

_GREEN, _YELLOW, _RED = "32", "33", "31"
_COLOURS: Final = {
    "+": _GREEN,
    "ok": _GREEN,
    "~": _YELLOW,
    "?": _YELLOW,
    "note": _YELLOW,
    "-": _RED,
    "!": _RED,
    "FAILED": _RED,
}
"""By the sign that a line begins with."""


def say(text: str) -> None:
    """A line on standard output, at once; its sign coloured where a person sees it."""
    sys.stdout.write(f"{_coloured(text) if _has_colours() else text}\n")
    sys.stdout.flush()


def _has_colours() -> bool:
    """On a terminal, unless `NO_COLOR` is set (https://no-color.org) or it has none."""
    environment = os.environ
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def _coloured(text: str) -> str:
    sign, _, rest = text.lstrip().partition(" ")
    if not text.startswith("  ") or sign not in _COLOURS:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    return f"{indent}\033[{_COLOURS[sign]}m{sign}\033[0m {rest}"
