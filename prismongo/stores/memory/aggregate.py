"""Aggregates of documents, calculated like MongoDB: count, min, max, sum and average.

A sum of floats is kept in two parts, like on the server: so both round, cancel and overflow in the
same way.
Source: MongoDB, `util/summation.h`; the algorithms are 2Sum (Knuth) and Fast2Sum (Dekker).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, assert_never

from bson import Decimal128, Int64

from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.steps import Aggregation
from prismongo.query.values import decimal
from prismongo.query.values.int import INT64
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
            return summed(values)
        case "avg":
            numbers = _numbers(values)
            return _mean(_sum(numbers), len(numbers)) if numbers else None
        case "min":
            return min(reversed(values), key=key, default=None)  # of equals the last, as MongoDB
        case "max":
            return max(reversed(values), key=key, default=None)
        case _:
            assert_never(item.kind)


def summed(values: Iterable[Any]) -> Any:
    """The sum of what is a number, as `$sum` has it, and `$add` in a pipeline."""
    return _sum(_numbers(values))


def _numbers(values: Iterable[Any]) -> list[Any]:
    kinds = int | float | Decimal128
    return [one for one in values if isinstance(one, kinds) and not isinstance(one, bool)]


def _sum(numbers: Sequence[Any]) -> Any:
    decimals = [one for one in numbers if isinstance(one, Decimal128)]
    if decimals:
        others = [one for one in numbers if not isinstance(one, Decimal128)]
        return decimal.summed(decimals, *_float_parts(others))
    if any(isinstance(one, float) for one in numbers):
        return _float_parts(numbers)[0]
    whole = sum(numbers)
    return Int64(whole) if INT64[0] <= whole <= INT64[1] else float(whole)


def _mean(total: Any, count: int) -> Any:
    if isinstance(total, Decimal128):
        return decimal.calculated("divide", total, count)
    return float(total) / count


def _halves(number: int | float) -> tuple[float, ...]:
    if isinstance(number, float):
        return (number,)
    high = abs(number) // _HALF * (_HALF if number >= 0 else -_HALF)
    return float(number - high), float(high)


def _float_parts(numbers: Iterable[int | float]) -> tuple[float, float]:
    """The rounded sum, and what the rounding lost."""
    total = rest = plain = 0.0
    for number in (part for one in numbers for part in _halves(one)):
        plain += number
        near, rest = _fast_two_sum(number, rest)
        total, lost = _two_sum(total, near)
        rest += lost
    if not math.isfinite(total):
        return (total if total == total else plain), 0.0  # what was infinite on the way may not be
    return total, rest


def _fast_two_sum(large: float, small: float) -> tuple[float, float]:
    """The rounded sum and its rounding error; `small` must not be the larger number."""
    near = large + small
    return near, small - (near - large)


def _two_sum(first: float, second: float) -> tuple[float, float]:
    """The rounded sum and its rounding error."""
    near = first + second
    from_first = near - second
    return near, (first - from_first) + (second - (near - from_first))
