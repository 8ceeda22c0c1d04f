"""Readings: stored BSON → what generated models hold (`read_…`), or the engine's JSON (`wire_…`).

Each raises `ValueError` with the BSON type's name where the value is of another type.
`values.CODECS` puts them beside their opposites.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from bson import Binary, DatetimeMS, Decimal128, Int64, ObjectId, Timestamp, json_util
from bson.json_util import JSONMode, JSONOptions

RELAXED: Final = JSONOptions(json_mode=JSONMode.RELAXED, tz_aware=True, tzinfo=UTC)
"""Relaxed extended JSON, as Prisma reads and writes what JSON alone cannot say."""


def read_string(value: object) -> str:
    """A String; an ObjectId gives its hexadecimal digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, ObjectId):
        return str(value)
    raise refuse_stored(value)


def read_boolean(value: object) -> bool:
    """A Boolean."""
    if isinstance(value, bool):
        return value
    raise refuse_stored(value)


def read_int(value: object) -> int:
    """An Int; a double is cut, as Prisma cuts it."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return int(value)
    raise refuse_stored(value)


def read_big_int(value: object) -> int:
    """A BigInt."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    raise refuse_stored(value)


def read_float(value: object) -> float:
    """A Float; whole numbers are fine."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise refuse_stored(value)


def read_decimal(value: object) -> Decimal:
    """A Decimal."""
    if isinstance(value, Decimal128):
        return value.to_decimal()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    raise refuse_stored(value)


def read_date_time(value: object) -> datetime:
    """A DateTime, aware and in UTC."""
    if isinstance(value, datetime):
        return as_utc(value)  # the store's rows leave it out
    if isinstance(value, Timestamp):
        return value.as_datetime()
    raise refuse_stored(value)


def as_utc(value: datetime) -> datetime:
    """The moment as one in UTC, whatever it says; `replace` takes six times as long."""
    return datetime.combine(value, value.time(), UTC)


def read_bytes(value: object) -> bytes:
    """Bytes; an ObjectId gives its twelve."""
    if isinstance(value, bytes | Binary):
        return bytes(value)
    if isinstance(value, ObjectId):
        return value.binary
    raise refuse_stored(value)


def read_json(value: object) -> object:
    """Json: anything, as relaxed extended JSON."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return int(value)
        case float():
            return value
        case list():
            return [read_json(item) for item in value]
        case dict():
            return {key: read_json(item) for key, item in value.items()}
        case _:
            return read_json(json_util.default(value, RELAXED))


def wire_date_time(value: object) -> str:
    """A DateTime as ISO 8601 with milliseconds and `Z`."""
    moment = read_date_time(value)
    clock = f"{moment:%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return f"{moment.year:04d}-{clock}"  # strftime leaves out the zeros of an early year


def wire_json(value: object) -> str:
    """Json as text."""
    return json.dumps(read_json(value), ensure_ascii=False, separators=(",", ":"))


def refuse_stored(value: object) -> ValueError:
    """The error for a value of another type."""
    return ValueError(bson_type(value))


_BSON_NAMES: Final[tuple[tuple[type, str], ...]] = (
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


def bson_type(value: object) -> str:
    """MongoDB's name for a stored value's type (`$type`'s alias), for errors."""
    if value is None:
        return "null"
    return next((name for kind, name in _BSON_NAMES if isinstance(value, kind)), "another type")
