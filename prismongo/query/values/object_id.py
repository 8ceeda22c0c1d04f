"""`@db.ObjectId`: a String, or Bytes, stored as BSON's objectId."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import Final

from bson import ObjectId

from prismongo.query.values.bytes import BYTES, encode_bytes
from prismongo.query.values.scalar_type import Expected, MalformedError, refuse
from prismongo.query.values.string import STRING

_HEX: Final = re.compile(r"[0-9a-fA-F]{24}\Z")
_LEAST: Final = (ObjectId(b"\0" * 12),)
_BINARY: Final = "_ObjectId__id" if "_ObjectId__id" in vars(ObjectId) else "binary"
"""The property takes three times as long as the slot behind it, which may go."""

twelve_bytes: Final[Callable[[ObjectId], bytes]] = attrgetter(_BINARY)
"""The bytes of an ObjectId."""


def _encode(value: object) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if not isinstance(value, str):
        raise refuse(value, "an ObjectId as String")
    if _HEX.match(value) is None:
        raise MalformedError("malformed ObjectID: 24 hexadecimal digits are needed")
    return ObjectId(bytes.fromhex(value))


def _encode_bytes(value: object) -> ObjectId:
    twelve = encode_bytes(value)
    if len(twelve) != 12:
        raise MalformedError("malformed ObjectID: 12 bytes are needed")
    return ObjectId(twelve)


OBJECT_ID: Final = replace(
    STRING,
    takes=(str, ObjectId),
    encode=_encode,
    least=_LEAST,
    expected=Expected("type(v) is ObjectId", f"v.{_BINARY}.hex()", {"ObjectId": ObjectId}),
    given=Expected(
        # `fromhex` leaves spaces out, so that there are not twelve bytes
        "type(v) is str and len(v) == 24 and len(b := fromhex(v)) == 12",
        "ObjectId(b)",
        {"ObjectId": ObjectId, "fromhex": bytes.fromhex},
    ),
)
OBJECT_ID_AS_BYTES: Final = replace(BYTES, encode=_encode_bytes, least=_LEAST)
