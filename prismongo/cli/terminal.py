"""Writes lines to standard output, in colours on a terminal."""

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
"""Colours by the first sign of a line."""


def say(text: str) -> None:
    """Write a line to standard output at once; on a terminal its sign has a colour."""
    sys.stdout.write(f"{_coloured(text) if _has_colours() else text}\n")
    sys.stdout.flush()


def _has_colours() -> bool:
    """Whether to use colours: on a terminal with colours, unless `NO_COLOR` is set.

    Source: https://no-color.org.
    """
    environment = os.environ
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def _coloured(text: str) -> str:
    sign, _, rest = text.lstrip().partition(" ")
    if not text.startswith("  ") or sign not in _COLOURS:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    return f"{indent}\033[{_COLOURS[sign]}m{sign}\033[0m {rest}"
