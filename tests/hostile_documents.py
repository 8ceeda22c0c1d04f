"""Stored values of every BSON type, and documents made of bytes that no driver would write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from bson import (
    Binary,
    Code,
    DatetimeMS,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.raw_bson import RawBSONDocument

VALUES: Final[dict[str, Any]] = {
    "double": 1.5,
    "nan": float("nan"),
    "string": "x",
    "nul": "a\0b",
    "object": {"a": 1},
    "odd names": {"__proto__": 1, "$where": 2, "a.b": {"$set": 3}, "": 4},
    "array": [1, "x", None, [2], {"a": 1}],
    "binary": b"\xff",
    "uuid": Binary(bytes(16), 4),
    "other binary": Binary(b"x", 128),
    "id": ObjectId(),
    "bool": True,
    "date": datetime(2024, 1, 1, tzinfo=UTC),
    "far date": DatetimeMS(2**60),
    "null": None,
    "regex": Regex("a", "i"),
    "ref": DBRef("a", 1),
    "code": Code("f()"),
    "scoped code": Code("f()", {"a": 1}),
    "int": 1,
    "large int": Int64(2**62),
    "timestamp": Timestamp(1, 1),
    "decimal": Decimal128("1.5"),
    "infinity": Decimal128("Infinity"),
    "min": MinKey(),
    "max": MaxKey(),
}


def text_of(data: bytes) -> bytes:
    """A BSON string of any bytes."""
    return len(data + b"\0").to_bytes(4, "little") + data + b"\0"


def document(*elements: tuple[bytes, bytes, bytes]) -> RawBSONDocument:
    """A document of elements: type, name, value."""
    body = b"".join(kind + name + b"\0" + value for kind, name, value in elements) + b"\0"
    return RawBSONDocument((len(body) + 4).to_bytes(4, "little") + body)


def numbered(number: int, *elements: tuple[bytes, bytes, bytes]) -> RawBSONDocument:
    """A document with an id."""
    return document((b"\x10", b"_id", number.to_bytes(4, "little")), *elements)


BAD: Final = text_of(b"\xff\xfe")
