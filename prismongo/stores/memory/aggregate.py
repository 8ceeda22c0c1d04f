"""Aggregates of documents, calculated like MongoDB: count, min, max, sum and average.

A sum of floats is kept in two parts, like on the server: so both round, cancel and overflow in the
same way.
Source: MongoDB, `util/summation.h`; the algorithms are 2Sum (Knuth) and Fast2Sum (Dekker).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, assert_never

from bson import Int64

from prismongo.query.nodes.steps import Aggregation, Row
from prismongo.query.values.codecs import INT64
from prismongo.stores.memory.compare import key

_HALF: Final = 2**32
"""An integer of 64 bits is added as two parts, each of which a float represents exactly."""


def aggregated(aggregations: Sequence[Aggregation], rows: Sequence[Row]) -> Row:
    """The aggregates of the rows, by `Aggregation.key`."""
    return {item.key: _aggregate(item, rows) for item in aggregations}


def _aggregate(item: Aggregation, rows: Sequence[Row]) -> Any:
    if item.field is None:
        return len(rows)
    name = item.field.db_name
    values = [row[name] for row in rows if row.get(name) is not None]
    match item.kind:
        case "count":
            return len(values)
        case "sum":
            return _sum(_numbers(values))
        case "avg":
            numbers = _numbers(values)
            return float(_sum(numbers)) / len(numbers) if numbers else None
        case "min":
            return min(values, key=key, default=None)
        case "max":
            return max(values, key=key, default=None)
        case _:
            assert_never(item.kind)


def _numbers(values: Iterable[Any]) -> list[int | float]:
    return [one for one in values if isinstance(one, int | float) and not isinstance(one, bool)]


def _sum(numbers: Sequence[int | float]) -> int | float:
    if any(isinstance(one, float) for one in numbers):
        return _float_sum(part for one in numbers for part in _halves(one))
    whole = sum(numbers)
    return Int64(whole) if INT64[0] <= whole <= INT64[1] else float(whole)


def _halves(number: int | float) -> tuple[float, ...]:
    if isinstance(number, float):
        return (number,)
    high = abs(number) // _HALF * (_HALF if number >= 0 else -_HALF)
    return float(number - high), float(high)


def _float_sum(numbers: Iterable[float]) -> float:
    total = rest = plain = 0.0
    for number in numbers:
        plain += number
        near, rest = _fast_two_sum(number, rest)
        total, lost = _two_sum(total, near)
        rest += lost
    return total if total == total else plain  # NaN: what was infinite on the way may not be


def _fast_two_sum(large: float, small: float) -> tuple[float, float]:
    """The rounded sum and its rounding error; `small` must not be the larger number."""
    near = large + small
    return near, small - (near - large)


def _two_sum(first: float, second: float) -> tuple[float, float]:
    """The rounded sum and its rounding error."""
    near = first + second
    from_first = near - second
    return near, (first - from_first) + (second - (near - from_first))
