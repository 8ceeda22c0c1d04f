"""Upstream's `serializer`, for values of types that no scalar takes."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def serialized(value: object) -> object:
    """What upstream's `serializer` makes of a value; users extend it by types of their own.

    Raises:
        TypeError: it does not know the type.
    """
    builder: Any = import_module("prisma._builder")  # which imports an HTTP client
    result: object = builder.serializer(value)
    return result
