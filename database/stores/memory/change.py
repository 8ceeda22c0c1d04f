"""Changes applied to a document; the document given is left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, assert_never

from bson import Int64
from prisma.errors import DataError

from database.errors import data_error
from database.query.filters import Path
from database.query.steps import (
    AddToSet,
    Arithmetic,
    Change,
    DeleteElements,
    Pull,
    Push,
    Row,
    Set,
    Unset,
    UpdateElements,
    UpsertComposite,
)
from database.query.values import INT32, INT64
from database.stores.memory.compare import equal
from database.stores.memory.predicate import MISSING, Relations, predicate, value_at

_GONE: Final = object()


def changed(row: Row, changes: Sequence[Change], relations: Relations) -> Row:
    """The document after the changes."""
    for change in changes:
        row = _put(row, change.path, _value(change, value_at(row, change.path), relations))
    return row


def _put(row: Any, path: Path, value: Any) -> Row:
    """A copy of the document with one value replaced, or gone."""
    copy = dict(row) if isinstance(row, dict) else {}
    name, rest = path[0], path[1:]
    if rest:
        copy[name] = _put(copy.get(name), rest, value)
    elif value is _GONE:
        copy.pop(name, None)
    else:
        copy[name] = value
    return copy


def _value(change: Change, current: Any, relations: Relations) -> Any:
    match change:
        case Set(_, value):
            return value
        case Unset():
            return _GONE
        case Arithmetic():
            return _calculated(change, None if current is MISSING else current)
        case Push(_, values):
            return [*_as_list(current), *values]
        case AddToSet(_, values):
            result = list(_as_list(current))
            for value in values:
                if not any(equal(value, one) for one in result):
                    result.append(value)
            return result
        case Pull(_, values):
            return [
                one for one in _as_list(current) if not any(equal(one, value) for value in values)
            ]
        case UpsertComposite(path, value, changes):
            if not isinstance(current, dict):
                return value
            return changed(current, [_relative(inner, len(path)) for inner in changes], relations)
        case UpdateElements(_, where, changes):
            if not isinstance(current, list):
                return _GONE if current is MISSING else current
            holds = predicate(where, relations)
            return [changed(one, changes, relations) if holds(one) else one for one in current]
        case DeleteElements(_, where):
            if not isinstance(current, list):
                return _GONE if current is MISSING else current
            holds = predicate(where, relations)
            return [one for one in current if not holds(one)]
        case _:
            assert_never(change)


def _relative(change: Change, depth: int) -> Change:
    return replace(change, path=change.path[depth:])


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _calculated(change: Arithmetic, current: Any) -> Any:
    if current is None:
        return None
    operand: Any = change.operand
    match change.operator:
        case "increment":
            result = current + operand
        case "decrement":
            result = current - operand
        case "multiply":
            result = current * operand
        case "divide":
            result = _divided(current, operand, whole=change.is_integer)
        case _:
            assert_never(change.operator)
    return _fitting(result, operand) if change.is_integer else float(result)


def _divided(current: Any, operand: Any, *, whole: bool) -> Any:
    if not whole:
        return current / operand
    quotient = abs(int(current)) // abs(int(operand))
    return quotient if (current < 0) == (operand < 0) else -quotient


def _fitting(result: Any, operand: Any) -> Any:
    wide = isinstance(operand, Int64)
    low, high = INT64 if wide else INT32
    if not low <= result <= high:
        raise _out_of_range()
    return Int64(result) if wide else int(result)


def _out_of_range() -> DataError:
    return data_error("P2033", "A number does not fit into the type of its field.")
