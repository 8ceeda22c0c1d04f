"""How MongoDB compares values: first by type, then by value.

Values compare like their keys (`key`). Missing and null have the same key; if the difference
matters, check the document.
Source: MongoDB manual, "Comparison/Sort Order".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from bson import (
    Binary,
    Code,
    DatetimeMS,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)

ComparisonKey = tuple[Any, ...]
"""Hashable, and in the order of MongoDB. The first part is the rank of the type."""

NULL: Final[ComparisonKey] = (1,)
NAN: Final[ComparisonKey] = (2, 0)
EMPTY: Final[ComparisonKey] = (0, "undefined")
"""The key of an empty list, in a sort and in an index: less than null."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def key(value: Any) -> ComparisonKey:
    """The key of a value. A bool is no number; NaN is less than every other number.

    Raises:
        TypeError: BSON has no such type.
    """
    made = _KEYS.get(type(value))
    if made is not None:
        return made(value)
    for kind, made in _KEYS.items():
        if isinstance(value, kind):
            return made(value)
    raise TypeError(f"{type(value).__name__} has no place in MongoDB's order")


def equal(first: Any, second: Any) -> bool:
    """Whether two values are equal in MongoDB: 1 and 1.0 are, 1 and true are not."""
    return key(first) == key(second)


def same_type(first: Any, second: Any) -> bool:
    """Whether filters can compare the two values; all numbers are one type."""
    return bool(key(first)[0] == key(second)[0])


def order_value(value: Any, *, descending: bool) -> ComparisonKey:
    """The key that a value is sorted by: for a list, its least or (descending) greatest element."""
    if not isinstance(value, list):
        return key(value)
    elements = [key(item) for item in value]
    return (max if descending else min)(elements, default=EMPTY)


def _float(value: float) -> ComparisonKey:
    return (2, 1, value) if value == value else NAN


def _decimal(value: Decimal128) -> ComparisonKey:
    number = value.to_decimal()
    return NAN if number.is_nan() else (2, 1, number)


def _code(value: Code) -> ComparisonKey:
    """Code sorts after all other values, code with a scope last."""
    return (12, str(value)) if value.scope is None else (13, str(value), key(value.scope))


def _document(value: dict[str, Any]) -> ComparisonKey:
    parts = [(name, key(item)) for name, item in value.items()]
    return (4, tuple((part[0], name, part) for name, part in parts))


def _binary(value: bytes) -> ComparisonKey:
    subtype = value.subtype if isinstance(value, Binary) else 0
    return (6, len(value), subtype, bytes(value))


def _moment(value: datetime) -> ComparisonKey:
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return (9, (aware - _EPOCH) // _MILLISECOND)


_KEYS: Final[dict[type, Callable[[Any], ComparisonKey]]] = {
    type(None): lambda _: NULL,
    bool: lambda value: (8, value),  # before the numbers: Python's bool is an int
    Code: _code,  # before text, which it is to Python
    str: lambda value: (3, value),
    ObjectId: lambda value: (7, value.binary),
    Int64: lambda value: (2, 1, int(value)),
    int: lambda value: (2, 1, value),
    float: _float,
    datetime: _moment,
    DatetimeMS: lambda value: (9, int(value)),
    bytes: _binary,
    dict: _document,
    DBRef: lambda value: _document(value.as_doc()),  # what the driver makes of a `$ref`
    list: lambda value: (5, tuple(key(item) for item in value)),
    Decimal128: _decimal,
    Timestamp: lambda value: (10, value.time, value.inc),
    Regex: lambda value: (11, value.pattern, value.flags),
    MinKey: lambda _: (0,),
    MaxKey: lambda _: (127,),
}


# --- text without case ---


def fold(text: str) -> str:
    """The text in lower case, as a regular expression that ignores case compares it."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    """A letter is replaced by one letter: `ß` does not become `ss`."""
    return next((each for each in (letter.casefold(), letter.lower()) if len(each) == 1), letter)


_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def to_lower(text: str | None) -> str:
    """The result of `$toLower`: only ASCII changes, and null becomes an empty text."""
    return (text or "").translate(_LOWER)
