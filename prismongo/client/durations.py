"""Time limits as arguments: seconds, or a timedelta."""

from __future__ import annotations

import math
from datetime import timedelta

from prismongo.query.errors.input import invalid

Duration = float | timedelta
"""Seconds, or a timedelta."""


def as_limit(value: object, name: str) -> timedelta:
    """The time limit.

    Args:
        value: seconds, or a timedelta.
        name: the argument's name.

    Raises:
        DataError: P2009, it is not a duration, or not greater than 0.
    """
    if isinstance(value, timedelta):
        limit = value
    elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise invalid((name,), "expected seconds or a timedelta")
    else:
        try:
            limit = timedelta(seconds=value)
        except OverflowError:
            raise invalid((name,), "it is too long") from None
    if limit <= timedelta(0):
        raise invalid((name,), "expected a time greater than 0")
    return limit
