"""Int: BSON's long; with `@db.Int` its int, of 32 bits. Whole floats are taken, too."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from bson import Int64

from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.scalar_type import (
    RANGE,
    Expected,
    ScalarType,
    TooLargeError,
    refuse,
)

INT32: Final = (-(2**31), 2**31 - 1)
INT64: Final = (-(2**63), 2**63 - 1)


def in_64_bits(value: int) -> int:
    """The number, or TooLargeError."""
    if not INT64[0] <= value <= INT64[1]:
        raise TooLargeError("the number does not fit into a 64 bit signed integer")
    return value


def encode_whole(value: object, wanted: str) -> Int64:
    """A whole number of 64 bits; `wanted` is the type in an error's words."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse(value, wanted)
    return Int64(in_64_bits(value))


def _encode(value: object) -> Int64:
    return encode_whole(value, "Int")


def _encode_32_bits(value: object) -> int:
    number = int(_encode(value))
    if not INT32[0] <= number <= INT32[1]:
        raise ValueError("the number does not fit into an INT4 (32-bit signed integer)")
    return number


def _read(value: object) -> int:
    """A double is cut, as Prisma cuts it."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return int(value)
    raise refuse_stored(value)


INT: Final = ScalarType(
    name="Int",
    takes=(int, float),
    python_type=int,
    encode=_encode,
    python=_read,
    wire=_read,
    least=(-math.inf,),
    operators=RANGE,
    # a plain int of the driver's own kind of it
    expected=Expected("type(v) is Int64", "0 + v", {"Int64": Int64}),
    given=Expected(
        "type(v) is int and -0x8000000000000000 <= v < 0x8000000000000000",
        "Int64(v)",
        {"Int64": Int64},
    ),
    is_whole=True,
    average="Float",
    native="whole",
)
INT_OF_32_BITS: Final = replace(
    INT, encode=_encode_32_bits, expected=Expected("type(v) is int", "v"), given=None
)
