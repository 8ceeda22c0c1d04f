"""The optional accelerator: an extension in C, from the server's replies to records.

It is built where a C compiler is. Without it, or with `PRISMONGO_NATIVE=0`, the Python path does
the same. `module.c` says what goes in and what comes out.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import Final, Literal

SWITCH: Final = "PRISMONGO_NATIVE"
"""The environment variable; `0` turns the accelerator off for whatever connects from then on."""

MOST_COLUMNS: Final = 256
"""How many columns a reader of the accelerator has at most."""


def _module() -> ModuleType | None:
    try:
        return import_module("prismongo.native._rows")
    except ImportError:
        return None


_MODULE: Final = _module()

IS_BUILT: Final = _MODULE is not None
"""Whether the extension is there, turned off or not."""

_ROWS: Final[tuple[type, ...]] = () if _MODULE is None else (_MODULE.Row,)


def is_row(row: object) -> bool:
    """Whether it is a row that the accelerator has made, which may still be bytes."""
    return isinstance(row, _ROWS)


State = Literal["in use", "turned off", "not built"]


def state() -> State:
    """Whether the accelerator is in use, and why it is not."""
    if not IS_BUILT:
        return "not built"
    return "turned off" if os.environ.get(SWITCH) == "0" else "in use"
