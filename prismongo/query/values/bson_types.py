"""MongoDB's names of the types that values are stored as, and which of them it compares."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bson import DatetimeMS, Decimal128, Int64, ObjectId, Timestamp

_NAMES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "bool"),
    (Int64, "long"),
    (int, "int"),
    (float, "double"),
    (str, "string"),
    (ObjectId, "objectId"),
    (datetime, "date"),
    (DatetimeMS, "date beyond Python's range"),
    (bytes, "binData"),
    (Decimal128, "decimal"),
    (Timestamp, "timestamp"),
    (dict, "object"),
    (list, "array"),
)
_NUMBERS: Final = ("int", "long", "double", "decimal")


def bson_type(value: object) -> str:
    """MongoDB's name for a stored value's type (`$type`'s alias), for errors."""
    if value is None:
        return "null"
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "another type")


def refuse_stored(value: object) -> ValueError:
    """The error for a stored value of another type."""
    return ValueError(bson_type(value))


def bracket(name: str) -> str:
    """MongoDB compares numbers of all types with one another, other types only to themselves."""
    return "number" if name in _NUMBERS else name
