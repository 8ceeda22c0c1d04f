"""What says in a partial index that a field has a value of its type (`presence`).

`{$gte: least value}`, unlike `$exists` or `$type`, leaves out nulls and is implied by every
equality on the field, so that the partial index of an optional unique answers look-ups. MongoDB
compares within a type, all numbers being one, so that no bound lets in another type (manual,
"Comparison/Sort Order"). `$or` in a partial filter needs MongoDB 6.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson.json_util import CANONICAL_JSON_OPTIONS, dumps

from prismongo.query.values.scalars import ROWS, SCALARS, scalar_of
from prismongo.query.values.string import STRING
from prismongo.schema.datamodel import Field


def presence(path: str, field: Field) -> dict[str, Any] | None:
    """The condition that `path` holds a value of the field's type; None where it has none known."""
    return _condition(path, _least_values(field))


def _least_values(field: Field) -> tuple[Any, ...]:
    """The least value of each type that the field can be stored as; empty for `Unsupported`."""
    if field.kind == "enum":
        return STRING.least
    return scalar_of(field).least if field.type in SCALARS else ()


def present_paths(partial: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The paths whose presence is all that a filter asks for; None where it asks for more."""
    if partial.keys() == {"$and"}:
        conditions = partial["$and"]
    else:
        conditions = [{key: value} for key, value in partial.items()]
    paths = [_present_path(condition) for condition in conditions]
    return tuple(path for path in paths if path is not None) if None not in paths else None


def _condition(path: str, bounds: tuple[Any, ...]) -> dict[str, Any] | None:
    conditions = [{path: {"$gte": bound}} for bound in bounds]
    if len(conditions) > 1:
        return {"$or": conditions}
    return conditions[0] if conditions else None


def _present_path(condition: Mapping[str, Any]) -> str | None:
    parts = condition["$or"] if condition.keys() == {"$or"} else [condition]
    paths = [*dict.fromkeys(path for part in parts for path in part)]
    text = _canonical(condition)  # Python's False is 0
    for row in ROWS:
        if len(paths) == 1 and text == _canonical(_condition(paths[0], row.least)):
            return str(paths[0])
    return None


def _canonical(value: Mapping[str, Any] | None) -> str:
    return dumps(value, json_options=CANONICAL_JSON_OPTIONS)
