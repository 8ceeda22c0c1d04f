"""Upstream's `serializer`, for values of types that no scalar takes."""

from __future__ import annotations


def serialized(value: object) -> object:
    """What upstream's `serializer` makes of a value; users extend it by types of their own.

    Raises:
        TypeError: it does not know the type.
    """
    from prisma._builder import serializer  # its module imports an HTTP client

    return serializer(value)
