"""What says in a partial index that a field has a value of its type (`presence`).

`{$gte: least value}`, unlike `$exists` or `$type`, leaves out nulls and is implied by every
equality on the field, so that the partial index of an optional unique answers look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bson import ObjectId, Timestamp
from bson.json_util import CANONICAL_JSON_OPTIONS, dumps

from prismongo.schema.datamodel import Field

# MongoDB compares within a type, all numbers being one, so that no bound lets in another type
# (manual, "Comparison/Sort Order"). `$or` in a partial filter needs MongoDB 6.0.
_NUMBER: Final = (float("-inf"),)
BY_SCALAR: Final[dict[str, tuple[Any, ...]]] = {
    "String": ("",),
    "Boolean": (False,),
    "Int": _NUMBER,
    "BigInt": _NUMBER,
    "Float": _NUMBER,
    "DateTime": (datetime.min.replace(tzinfo=UTC),),
    "Bytes": (b"",),
    "Json": ("", *_NUMBER, {}, [], False),
}
BY_NATIVE_TYPE: Final[dict[str, tuple[Any, ...]]] = {
    "ObjectId": (ObjectId(b"\0" * 12),),
    "Timestamp": (Timestamp(0, 0),),
}


def presence(path: str, field: Field) -> dict[str, Any] | None:
    """The condition that `path` holds a value of the field's type; None where it has none known."""
    return _condition(path, least_values(field))


def least_values(field: Field) -> tuple[Any, ...]:
    """The least value of each type that the field can be stored as; empty for `Unsupported`."""
    if field.native_type is not None and field.native_type.name in BY_NATIVE_TYPE:
        return BY_NATIVE_TYPE[field.native_type.name]
    return BY_SCALAR["String"] if field.kind == "enum" else BY_SCALAR.get(field.type, ())


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
    for bounds in (*BY_SCALAR.values(), *BY_NATIVE_TYPE.values()):
        if len(paths) == 1 and text == _canonical(_condition(paths[0], bounds)):
            return str(paths[0])
    return None


def _canonical(value: Mapping[str, Any] | None) -> str:
    return dumps(value, json_options=CANONICAL_JSON_OPTIONS)
