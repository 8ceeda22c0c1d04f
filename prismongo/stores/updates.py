"""Whether an update needs a pipeline, or update operators are enough: they calculate differently.

The mongo store compiles the update accordingly, and the memory store calculates accordingly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, assert_never

from bson import Decimal128, Int64

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
from prismongo.query.values.int import INT64

_IN_PIPELINES: Final = (dict, list)
"""The types of values that are set in a pipeline."""


def plain_values(updates: Iterable[FieldUpdate]) -> dict[str, object] | None:
    """The new values by field, if the updates do nothing else than set them; as most do."""
    values: dict[str, object] = {}
    for update in updates:
        if type(update) is not Set:
            return None
        path, value = update.path, update.value
        if len(path) > 1 or isinstance(value, _IN_PIPELINES) or path[0] in values:
            return None
        values[path[0]] = value
    return values


def by_operators(updates: Iterable[FieldUpdate]) -> bool:
    """Whether update operators are enough for the updates; otherwise they need a pipeline."""
    return all(_is_native(update) for update in updates)


def _is_native(update: FieldUpdate) -> bool:
    match update:
        case Set(path, value):
            return len(path) == 1 and not isinstance(value, _IN_PIPELINES)
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
