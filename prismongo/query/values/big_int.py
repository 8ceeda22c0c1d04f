"""BigInt: BSON's long. In JSON it is text, which is taken as well."""

from __future__ import annotations

import math
from typing import Final

from bson import Int64

from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.int import encode_whole
from prismongo.query.values.scalar_type import RANGE, Expected, ScalarType


def _encode(value: object) -> Int64:
    if isinstance(value, str):
        try:
            value = int(value) if value.isascii() and len(value) < 32 else value
        except ValueError:
            raise ValueError("expected BigInt, got a String that is not a whole number") from None
    return encode_whole(value, "BigInt")


def _read(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    raise refuse_stored(value)


BIG_INT: Final = ScalarType(
    name="BigInt",
    takes=(int, float, str),
    python_type=int,
    encode=_encode,
    python=_read,
    wire=lambda value: str(_read(value)),
    least=(-math.inf,),
    operators=RANGE,
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
