"""Json: a value of whatever BSON type it is; what JSON cannot say is relaxed extended JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from bson import json_util
from bson.errors import BSONError
from bson.json_util import JSONMode, JSONOptions

from prismongo.fields import Json
from prismongo.query.values.int import in_64_bits
from prismongo.query.values.scalar_type import EQUALITY, ScalarType, kind_of
from prismongo.query.values.serializer import serialized
from prismongo.query.values.string import encode_string

RELAXED: Final = JSONOptions(json_mode=JSONMode.RELAXED, tz_aware=True, tzinfo=UTC)
"""Relaxed extended JSON, as Prisma reads and writes what JSON alone cannot say."""

NO_EXTENDED_JSON: Final = (
    *(BSONError, TypeError, ValueError, KeyError),
    *(AttributeError, ArithmeticError),
)
"""What `bson.json_util` raises for an object that only looks like extended JSON."""


def _encode(value: object) -> object:
    if isinstance(value, Json):
        value = value.data
    elif isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("expected Json, got a String that is not JSON") from None
    else:
        raise ValueError(f"expected Json, got {kind_of(value)}: wrap it in prisma.Json")
    try:
        return _encode_inside(value)
    except RecursionError:
        raise ValueError("the Json is nested too deeply") from None


def _encode_inside(value: object) -> object:
    """JSON as MongoDB stores it: relaxed extended JSON (`{"$oid": …}`) becomes its BSON type."""
    match value:
        case None | bool():
            return value
        case str():
            return encode_string(value)
        case int():
            return in_64_bits(value)
        case float():
            if not math.isfinite(value):
                raise ValueError("NaN and Infinity are not JSON")
            return value
        case list() | tuple():
            return [_encode_inside(item) for item in value]
        case Mapping():
            return _encode_object(value)
        case _:
            return _encode_inside(serialized(value))  # a DateTime is text here, as upstream has it


def _encode_object(value: Mapping[Any, Any]) -> object:
    document: dict[str, Any] = {}
    for key, item in value.items():
        name = _encode_key(key)
        if "\0" in name:
            raise ValueError("the keys of a Json object must be text without NUL")
        document[name] = _encode_inside(item)
    if any(key.startswith("$") for key in document):
        try:
            return json_util.object_hook(document, RELAXED)
        except NO_EXTENDED_JSON:
            return document
    return document


def _encode_key(key: object) -> str:
    """Keys as Python's json writes them, which is how upstream does."""
    if isinstance(key, str):
        return encode_string(key)
    if key is None or isinstance(key, bool | int | float):
        return json.dumps(key)
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


def _read(value: object) -> object:
    """Anything, as relaxed extended JSON."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return int(value)
        case float():
            return value
        case list():
            return [_read(item) for item in value]
        case dict():
            return {key: _read(item) for key, item in value.items()}
        case _:
            return _read(json_util.default(value, RELAXED))


def _wire(value: object) -> str:
    return json.dumps(_read(value), ensure_ascii=False, separators=(",", ":"))


JSON: Final = ScalarType(
    name="Json",
    takes=(Json, str),
    python_type=Json,
    encode=_encode,
    python=_read,
    wire=_wire,
    least=("", -math.inf, {}, [], False),
    operators=EQUALITY,
    is_any=True,
)
