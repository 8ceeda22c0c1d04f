"""The garbage collector, while many objects are made of which none is garbage."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def without_collecting(make: Callable[[], T]) -> T:
    """What `make` makes while the garbage collector rests.

    It would walk over all new objects again and again: for 10,000 records that takes a third of the
    time, for 1,000 new ones a fifth. `make` awaits nothing.
    """
    if not gc.isenabled():
        return make()
    gc.disable()
    try:
        return make()
    finally:
        gc.enable()
