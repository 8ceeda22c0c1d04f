"""Builds what pydantic needs of records, however many models lead to each other (`deep`).

pydantic goes from a class into the classes of its fields, and from there on, by calling itself: a
hundred related models are more calls than Python's limit allows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

_CALLS: Final = 60
"""How many calls a class takes at most."""


class _Building:
    """How many classes there are, and how many are being built."""

    def __init__(self) -> None:
        self.classes = 0
        self.builds = 0
        self.limit = 0
        self.lock = Lock()


_building: Final = _Building()


def count_class() -> None:
    """A class of records or of composite values is there."""
    _building.classes += 1


@contextmanager
def deep() -> Iterator[None]:
    """Around what builds a class: Python's limit of calls inside calls is as high as it needs."""
    with _building.lock:
        if not _building.builds:
            _building.limit = sys.getrecursionlimit()
            sys.setrecursionlimit(_building.limit + _CALLS * _building.classes)
        _building.builds += 1
    try:
        yield
    finally:
        with _building.lock:
            _building.builds -= 1
            if not _building.builds:
                sys.setrecursionlimit(_building.limit)
