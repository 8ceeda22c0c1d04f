"""Whether an update needs a pipeline, or update operators are enough: they calculate differently.

The mongo store compiles the update accordingly, and the memory store calculates accordingly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from bson import Decimal128, Int64

from prismongo.query.nodes.steps import (
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
from prismongo.query.values.int import INT64


def by_operators(updates: Iterable[FieldUpdate]) -> bool:
    """Whether update operators are enough for the updates; otherwise they need a pipeline."""
    return all(_is_native(update) for update in updates)


def _is_native(update: FieldUpdate) -> bool:
    match update:
        case Set(path, value):
            return len(path) == 1 and not isinstance(value, dict | list)
        case Unset(path):
            return len(path) == 1
        case Arithmetic(path, operator, operand):
            has_negative = operator != "decrement" or operand != INT64[0]
            return (
                len(path) == 1 and operator != "divide" and not update.may_be_null and has_negative
            )
        case (
            Push()
            | AddValues()
            | RemoveValues()
            | UpsertComposite()
            | UpdateElements()
            | DeleteElements()
        ):
            return False
        case _:
            assert_never(update)


def negative(number: Any) -> Any:
    """The number with its sign turned, as the same BSON type: `$inc` of it decrements."""
    if isinstance(number, Decimal128):
        return Decimal128(number.to_decimal().copy_negate())
    return Int64(-number) if isinstance(number, Int64) else -number
