"""Numbers where durations are wanted: deprecated upstream, and here in its words."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Final

_WORDS: Final = (
    "Passing {what} as `{name}` argument is deprecated and will be removed in the next major "
    "release. Use a `datetime.timedelta`{instance} instead."
)


def as_timedelta(
    value: float | timedelta,
    name: str,
    *,
    what: str = "an int",
    unit: timedelta = timedelta(seconds=1),
    stacklevel: int = 2,
) -> timedelta:
    """The duration; a number warns at the call of our caller.

    Args:
        value: a duration, or a number of units.
        name: the argument's name.
        what: the kind of number that the argument takes, in upstream's words.
        unit: what a number counts.
        stacklevel: how many calls the place to be warned about is above ours.
    """
    if isinstance(value, timedelta):
        return value
    instance = " instance" if what == "an int" else ""
    words = _WORDS.format(what=what, name=name, instance=instance)
    warnings.warn(words, DeprecationWarning, stacklevel=stacklevel + 1)
    return value * unit
