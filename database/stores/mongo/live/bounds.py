"""The least value of each stored type: `{$gte: bound}` says that a field has a value of its type.

A filter with it, unlike `$exists` or `$type`, leaves out nulls and is implied by every equality
and range on the field, so that the partial index of an optional unique answers them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from bson import ObjectId, Timestamp

from database.schema.datamodel import Field

# Comparison is by type in MongoDB: numbers of every width have one order, and no bound lets in
# another type (manual, "Comparison/Sort Order").
BY_SCALAR: Final[dict[str, Any]] = {
    "String": "",
    "Boolean": False,
    "Int": float("-inf"),
    "BigInt": float("-inf"),
    "Float": float("-inf"),
    "DateTime": datetime.min.replace(tzinfo=UTC),
    "Bytes": b"",
}
BY_NATIVE_TYPE: Final[dict[str, Any]] = {
    "ObjectId": ObjectId(b"\0" * 12),
    "Timestamp": Timestamp(0, 0),
}


def lower_bound(field: Field) -> Any | None:
    """The least value that the field can be stored as; None where it has no one type (Json)."""
    if field.native_type is not None and field.native_type.name in BY_NATIVE_TYPE:
        return BY_NATIVE_TYPE[field.native_type.name]
    return "" if field.kind == "enum" else BY_SCALAR.get(field.type)
