"""How MongoDB compares values: types first, then values of one type.

Source: MongoDB manual, "Comparison/Sort Order". Missing and null are one value here; who must tell
them apart asks the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cmp_to_key
from typing import Any, Final

from bson import Decimal128, ObjectId, Regex, Timestamp

_BRACKETS: Final[tuple[tuple[type | tuple[type, ...], int], ...]] = (
    (bool, 8),  # before the numbers: Python's bool is an int, MongoDB's is not
    ((int, float, Decimal128), 2),
    (str, 3),
    (dict, 4),
    (list, 5),
    (bytes, 6),
    (ObjectId, 7),
    (datetime, 9),
    (Timestamp, 10),
    (Regex, 11),
)


def bracket(value: object) -> int:
    """The rank of a value's type; comparisons of a filter stay within one."""
    if value is None:
        return 1
    for kind, rank in _BRACKETS:
        if isinstance(value, kind):
            return rank
    return 12


def compare(first: Any, second: Any) -> int:
    """Negative, zero or positive, as `first` sorts before, with or after `second`."""
    ranks = bracket(first), bracket(second)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if isinstance(first, dict):
        return _sequences(
            [_pair(item) for item in first.items()], [_pair(i) for i in second.items()]
        )
    if isinstance(first, list):
        return _sequences(first, second)
    if isinstance(first, bytes):
        first, second = (len(first), first), (len(second), second)
    if isinstance(first, Decimal128) or isinstance(second, Decimal128):
        first, second = _decimal(first), _decimal(second)
    if ranks[0] in (1, 11, 12) or first == second:
        return 0
    return -1 if first < second else 1


def equal(first: Any, second: Any) -> bool:
    """Whether two values are the same to MongoDB: 1 and 1.0 are, 1 and true are not."""
    return compare(first, second) == 0 if bracket(first) not in (11, 12) else first == second


def _pair(item: tuple[str, Any]) -> list[Any]:
    return [bracket(item[1]), item[0], item[1]]


def _sequences(first: Sequence[Any], second: Sequence[Any]) -> int:
    for left, right in zip(first, second, strict=False):
        order = compare(left, right)
        if order:
            return order
    return (len(first) > len(second)) - (len(first) < len(second))


def _decimal(value: Any) -> Any:
    return value.to_decimal() if isinstance(value, Decimal128) else value


sort_key = cmp_to_key(compare)
"""A key for `sorted`, in MongoDB's order."""


def order_value(value: Any, *, descending: bool) -> Any:
    """What an array sorts by: its least element going up, its greatest going down."""
    if not isinstance(value, list):
        return value
    if not value:
        return None
    return (max if descending else min)(value, key=sort_key)


def hashable(value: Any) -> Any:
    """A key under which equal values meet in a dict."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return ("list", tuple(hashable(item) for item in value))
    if isinstance(value, dict):
        return ("dict", tuple((key, hashable(item)) for key, item in value.items()))
    if isinstance(value, Decimal128):
        return value.to_decimal()
    return value
