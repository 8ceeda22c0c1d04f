"""Applies field updates to a copy of a document.

Update operators and pipelines of MongoDB calculate differently. So numbers are calculated in the
way that the mongo store would use (`stores/updates.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, assert_never

from bson import Decimal128, Int64

from prismongo.query.nodes.filters import Path
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.updates import (
    AddValues,
    Arithmetic,
    DeleteElements,
    FieldUpdate,
    Push,
    RemoveValues,
    Set,
    Unset,
    UpdateElements,
    UpsertComposite,
)
from prismongo.query.values import decimal
from prismongo.query.values.decimal import comparable
from prismongo.query.values.int import INT32, INT64
from prismongo.stores.errors import assertion, null_number, out_of_range
from prismongo.stores.memory.aggregate import summed
from prismongo.stores.memory.compare import ComparisonKey, equal, key
from prismongo.stores.memory.predicate import MISSING, Relations, predicate, value_at
from prismongo.stores.updates import by_operators, negative

_REMOVED: Final = object()

_NOT_AN_OBJECT: Final = 4161105
"""The server's number for `$setField` on what is no object."""


def updated(row: Row, updates: Sequence[FieldUpdate], relations: Relations) -> Row:
    """The document after the updates.

    Raises:
        DataError: P2020, a result does not fit its type; P2035, MongoDB cannot calculate it.
    """
    native = by_operators(updates)
    for update in sorted(updates, key=_name) if native else updates:
        row = _put(row, update.path, _value(update, value_at(row, update.path), relations, native))
    return row


def _name(update: FieldUpdate) -> str:
    """Update operators add fields in the order of their names."""
    return update.path[0]


def _put(row: Any, path: Path, value: Any) -> Row:
    """A copy of the document with one value replaced or removed."""
    copy = dict(row) if isinstance(row, dict) else {}
    name, rest = path[0], path[1:]
    if not rest and value is _REMOVED:
        copy.pop(name, None)
    elif not rest:
        copy[name] = value
    elif value is not _REMOVED or isinstance(copy.get(name), dict):
        copy[name] = _put(copy.get(name), rest, value)
    return copy


def _value(update: FieldUpdate, current: Any, relations: Relations, native: bool) -> Any:
    match update:
        case Set(_, value):
            return value
        case Unset():
            return _REMOVED
        case Arithmetic():
            return _by_operator(update, current) if native else _by_pipeline(update, current)
        case Push() | AddValues() | RemoveValues():
            return _list(update, current)
        case UpsertComposite(path, value, updates):
            if not isinstance(current, dict):
                return value
            return _updated_composite(
                current, [_relative(inner, len(path)) for inner in updates], relations
            )
        case UpdateElements(_, where, updates):
            if not isinstance(current, list):
                return _REMOVED if current is MISSING else current
            holds = predicate(where, relations)
            return [
                _updated_element(one, updates, relations) if holds(one) else one for one in current
            ]
        case DeleteElements(_, where):
            if not isinstance(current, list):
                return _REMOVED if current is MISSING else current
            holds = predicate(where, relations)
            return [one for one in current if not holds(one)]
        case _:
            assert_never(update)


def _list(update: Push | AddValues | RemoveValues, current: Any) -> Any:
    match update:
        case Push(_, values):
            return [*_as_list(current), *values]
        case AddValues(_, values):
            return _added(current, values)
        case RemoveValues(_, values):
            return _kept(current, values)
        case _:
            assert_never(update)


def _added(current: Any, values: Sequence[object]) -> list[Any]:
    """The list, and the values that it does not have yet, each once."""
    held = {key(one) for one in _as_list(current)}
    new: dict[ComparisonKey, object] = {}
    for value in values:
        if key(value) not in held:
            new.setdefault(key(value), value)
    return [*_as_list(current), *new.values()]


def _kept(current: Any, values: Sequence[object]) -> Any:
    """The list without the values; what is no list stays as it is."""
    if not isinstance(current, list):
        return _REMOVED if current is MISSING else current
    going = {key(value) for value in values}
    return [one for one in current if key(one) not in going]


def _updated_element(one: Any, updates: Sequence[FieldUpdate], relations: Relations) -> Any:
    """An element of a list of composites after the updates.

    Raises:
        DataError: P2035, it is no composite, as the server says.
    """
    if one is None:
        return None
    if not isinstance(one, dict):
        raise assertion(_NOT_AN_OBJECT)
    return _updated_composite(one, updates, relations)


def _updated_composite(row: Row, updates: Sequence[FieldUpdate], relations: Relations) -> Row:
    """A composite after the updates; the result is null if it is no object."""
    for name in dict.fromkeys(update.path[0] for update in updates):
        mine = [update for update in updates if update.path[0] == name]
        current = row.get(name, MISSING)
        deeper = [_relative(update, 1) for update in mine if len(update.path) > 1]
        if not deeper:
            value = _value(mine[-1], current, relations, native=False)
        elif isinstance(current, dict):
            value = _updated_composite(current, deeper, relations)
        else:
            value = None
        row = _put(row, (name,), value)
    return row


def _relative(update: FieldUpdate, depth: int) -> FieldUpdate:
    return replace(update, path=update.path[depth:])


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# --- numbers ---


def _by_operator(update: Arithmetic, current: Any) -> Any:
    """`$inc` and `$mul`: a missing value is 0, and an Int becomes a BigInt if necessary.

    A double or decimal that stays equal stays as it is: 1.50 plus 0.000 is no 1.500.
    """
    if current is MISSING and update.operator != "multiply":
        return negative(update.operand) if update.operator == "decrement" else update.operand
    if current is MISSING:
        current = 0
    if not _is_number(current):
        raise null_number(update.path[0]) if current is None else assertion(14)
    result = _calculated(update, current)
    if isinstance(result, float | Decimal128):
        return current if type(current) is type(result) and equal(current, result) else result
    if not INT64[0] <= result <= INT64[1]:
        raise out_of_range()
    wide = isinstance(current, Int64) or isinstance(update.operand, Int64)
    return Int64(result) if wide or not INT32[0] <= result <= INT32[1] else int(result)


def _by_pipeline(update: Arithmetic, current: Any) -> Any:
    if current is None or current is MISSING:
        return None
    if update.is_integer:
        if not isinstance(current, int | float | Decimal128):  # `$toDecimal` takes a bool
            raise out_of_range()
        return _whole(_calculated(update, current), update.operand)
    if not _is_number(current):
        raise assertion(16554 if update.operator == "increment" else 14)
    if update.operator == "increment" and _is_decimal(current, update.operand):
        return summed((current, update.operand))  # `$add` is no `$inc` here: a double keeps more
    result = _calculated(update, current)
    return result if isinstance(result, Decimal128) else float(result)


def _whole(result: Any, operand: Any) -> int:
    """The result without its fraction, as wide as the operand."""
    wide = isinstance(operand, Int64)
    low, high = INT64 if wide else INT32
    number = comparable(result)
    if not math.isfinite(number) or not low <= math.trunc(number) <= high:
        raise out_of_range()
    return Int64(math.trunc(number)) if wide else math.trunc(number)


def _calculated(update: Arithmetic, current: Any) -> Any:
    operand: Any = update.operand
    if _is_decimal(current, operand):
        return decimal.calculated(update.operator, current, operand)
    match update.operator:
        case "increment":
            result = current + operand
        case "decrement":
            result = current - operand
        case "multiply":
            result = current * operand
        case "divide":
            if operand == 0:
                raise assertion(2)
            result = _divided(current, operand) if update.is_integer else current / operand
        case _:
            assert_never(update.operator)
    return float(result) if isinstance(result, float) else int(result)


def _is_decimal(*numbers: Any) -> bool:
    return any(isinstance(number, Decimal128) for number in numbers)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal128) and not isinstance(value, bool)


def _divided(current: Any, operand: int) -> int | float:
    """The integer part of the quotient, without rounding errors."""
    if not isinstance(current, int):
        return float(current) / operand
    whole = abs(current) // abs(operand)
    return whole if (current < 0) == (operand < 0) else -whole
