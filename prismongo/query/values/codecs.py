"""Values in both directions: what a client hands in → BSON, and stored BSON → Python or wire.

One row a scalar type in `CODECS`. `encode` takes what the generated client's users write (datetime,
`prisma.Json`, `prisma.Base64`, enums) as well as the text door's JSON forms. `python` gives what
the generated models hold, `wire` what Prisma's engine answers in JSON. Each raises `ValueError`
with a reason that holds no value.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bson import Decimal128, Int64, ObjectId, Timestamp, json_util
from bson.errors import BSONError
from prisma.fields import Base64, Json

from prismongo.query.values.readings import (
    RELAXED,
    as_utc,
    read_big_int,
    read_boolean,
    read_bytes,
    read_date_time,
    read_decimal,
    read_float,
    read_int,
    read_json,
    read_string,
    wire_date_time,
    wire_json,
)
from prismongo.schema.datamodel import Field

INT32: Final = (-(2**31), 2**31 - 1)
INT64: Final = (-(2**63), 2**63 - 1)
_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z")
_HEX: Final = re.compile(r"[0-9a-fA-F]{24}\Z")


class MalformedError(ValueError):
    """A text of the right type that cannot be read (P2023 rather than P2009)."""


class TooLargeError(ValueError):
    """A whole number beyond 64 bits (P2033 rather than P2009)."""


def serialized(value: object) -> object:
    """What upstream's `serializer` makes of a value; users extend it by types of their own.

    Raises:
        TypeError: it does not know the type.
    """
    from prisma._builder import serializer  # its module imports an HTTP client

    return serializer(value)


@dataclass(frozen=True, slots=True)
class Codec:
    """How one scalar type is written and read; each function may raise ValueError."""

    encode: Callable[[Any], object]
    python: Callable[[Any], object]
    wire: Callable[[Any], object]


def _refuse(value: object, wanted: str) -> ValueError:
    return ValueError(f"expected {wanted}, got {kind_of(value)}")


def kind_of(value: object) -> str:
    """The kind of a value in an error's words; never the value itself."""
    match value:
        case None:
            return "null"
        case bool():
            return "Boolean"
        case int():
            return "Int"
        case float() | Decimal():
            return "Float"
        case str():
            return "String"
        case datetime():
            return "DateTime"
        case Mapping():
            return "an object"
        case list() | tuple() | set():
            return "a list"
        case _:
            return type(value).__name__


# --- encode: client → BSON ---


def _encode_string(value: object) -> str:
    if not isinstance(value, str):
        raise _refuse(value, "String")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("the text holds a lone surrogate, which UTF-8 cannot say") from None
    return str.__str__(value)  # exactly a str, and of a `class Mine(str, Enum)` its value


def _encode_object_id(value: object) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if not isinstance(value, str):
        raise _refuse(value, "an ObjectId as String")
    if _HEX.match(value) is None:
        raise MalformedError("malformed ObjectID: 24 hexadecimal digits are needed")
    return ObjectId(bytes.fromhex(value))


def _encode_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _refuse(value, "Boolean")
    return value


def _whole(value: object, wanted: str) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refuse(value, wanted)
    return value


def _in_range(value: int, limits: tuple[int, int], name: str) -> int:
    if not limits[0] <= value <= limits[1]:
        raise ValueError(f"the number does not fit into {name}")
    return value


def in_64_bits(value: int) -> int:
    """The number, or TooLargeError."""
    if not INT64[0] <= value <= INT64[1]:
        raise TooLargeError("the number does not fit into a 64 bit signed integer")
    return value


def _encode_int(value: object) -> Int64:
    return Int64(in_64_bits(_whole(value, "Int")))


def _encode_int32(value: object) -> int:
    return _in_range(_whole(value, "Int"), INT32, "an INT4 (32-bit signed integer)")


def _encode_big_int(value: object) -> Int64:
    if isinstance(value, str):
        try:
            value = int(value) if value.isascii() and len(value) < 32 else value
        except ValueError:
            raise ValueError("expected BigInt, got a String that is not a whole number") from None
    return Int64(in_64_bits(_whole(value, "BigInt")))


def _encode_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _refuse(value, "Float")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError("the number does not fit into a Float") from None
    if not math.isfinite(number):
        raise ValueError("a Float must be finite")
    return number


def _encode_decimal(value: object) -> Decimal128:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _refuse(value, "Decimal")
    try:
        return Decimal128(str(value))
    except ArithmeticError:
        raise ValueError("expected Decimal, got what is not a number of 34 digits") from None


def _encode_date_time(value: object) -> datetime:
    if isinstance(value, str):
        value = _parse_date_time(value)
    if not isinstance(value, datetime):
        raise _refuse(value, "DateTime")
    try:
        moment = as_utc(value) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the DateTime is out of range in UTC") from None
    return _to_milliseconds(moment)


def _parse_date_time(text: str) -> datetime:
    try:
        if _RFC3339.match(text) is not None:
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # digits that are no date
    raise ValueError(
        "expected DateTime, got a String that is not ISO 8601 with date, time and offset"
    )


def _encode_bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str | Base64):
        raise _refuse(value, "Bytes (prisma.Base64)")
    try:
        text = str(value) if isinstance(value, Base64) else value
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, AttributeError):  # a Base64 may hold anything
        raise ValueError("expected Bytes, got a String that is not base64") from None


NO_EXTENDED_JSON: Final = (
    *(BSONError, TypeError, ValueError, KeyError),
    *(AttributeError, ArithmeticError),
)
"""What `bson.json_util` raises for an object that only looks like extended JSON."""


def _encode_json(value: object) -> object:
    if isinstance(value, Json):
        value = value.data
    elif isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("expected Json, got a String that is not JSON") from None
    else:
        raise _refuse(value, "Json (prisma.Json)")
    try:
        return encode_json(value)
    except RecursionError:
        raise ValueError("the Json is nested too deeply") from None


def encode_json(value: object) -> object:
    """JSON as MongoDB stores it: relaxed extended JSON (`{"$oid": …}`) becomes its BSON type."""
    match value:
        case None | bool():
            return value
        case str():
            return _encode_string(value)
        case int():
            return in_64_bits(value)
        case float():
            if not math.isfinite(value):
                raise ValueError("NaN and Infinity are not JSON")
            return value
        case list() | tuple():
            return [encode_json(item) for item in value]
        case Mapping():
            return _encode_json_object(value)
        case _:
            return encode_json(serialized(value))  # a DateTime is text here, as upstream has it


def _encode_json_object(value: Mapping[Any, Any]) -> object:
    document: dict[str, Any] = {}
    for key, item in value.items():
        name = _json_key(key)
        if "\0" in name:
            raise ValueError("the keys of a Json object must be text without NUL")
        document[name] = encode_json(item)
    if any(key.startswith("$") for key in document):
        try:
            return json_util.object_hook(document, RELAXED)
        except NO_EXTENDED_JSON:
            return document
    return document


def _json_key(key: object) -> str:
    """Keys as Python's json writes them, which is how upstream does."""
    if isinstance(key, str):
        return _encode_string(key)
    if key is None or isinstance(key, bool | int | float):
        return json.dumps(key)
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


CODECS: Final[Mapping[str, Codec]] = {
    "String": Codec(_encode_string, read_string, read_string),
    "Boolean": Codec(_encode_boolean, read_boolean, read_boolean),
    "Int": Codec(_encode_int, read_int, read_int),
    "BigInt": Codec(_encode_big_int, read_big_int, lambda v: str(read_big_int(v))),
    "Float": Codec(_encode_float, read_float, read_float),
    "Decimal": Codec(_encode_decimal, read_decimal, lambda v: str(read_decimal(v))),
    "DateTime": Codec(_encode_date_time, read_date_time, wire_date_time),
    "Bytes": Codec(
        _encode_bytes,
        lambda v: Base64.encode(read_bytes(v)),
        lambda v: base64.b64encode(read_bytes(v)).decode(),
    ),
    "Json": Codec(_encode_json, read_json, wire_json),
}

_NATIVE_ENCODERS: Final[Mapping[tuple[str, str], Callable[[Any], object]]] = {
    ("String", "ObjectId"): _encode_object_id,
    ("Bytes", "ObjectId"): lambda v: _object_id_from_bytes(_encode_bytes(v)),
    ("Int", "Int"): _encode_int32,
    ("Int", "Double"): lambda v: float(_encode_int(v)),
    ("BigInt", "Int"): lambda v: _encode_int32(int(_encode_big_int(v))),
    ("BigInt", "Double"): lambda v: float(_encode_big_int(v)),
    ("Float", "Int"): lambda v: _encode_int32(int(_encode_float(v))),
    ("Float", "Long"): lambda v: _encode_int(int(_encode_float(v))),
    ("DateTime", "Timestamp"): lambda v: Timestamp(_encode_date_time(v), 0),
}


def _object_id_from_bytes(value: bytes) -> ObjectId:
    if len(value) != 12:
        raise MalformedError("malformed ObjectID: 12 bytes are needed")
    return ObjectId(value)


def encoder(field: Field) -> Callable[[Any], object]:
    """How one value of a scalar field (one element, of a list) is written."""
    native = field.native_type.name if field.native_type else ""
    return _NATIVE_ENCODERS.get((field.type, native), CODECS[field.type].encode)


def now() -> datetime:
    """The present in UTC, to the millisecond that MongoDB keeps."""
    return _to_milliseconds(datetime.now(UTC))


def _to_milliseconds(moment: datetime) -> datetime:
    beyond = moment.microsecond % 1000
    return moment - timedelta(microseconds=beyond) if beyond else moment


__all__ = [
    "CODECS",
    "Codec",
    "MalformedError",
    "encode_json",
    "encoder",
    "kind_of",
    "now",
]
