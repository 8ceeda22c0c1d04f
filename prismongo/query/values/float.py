"""Float: BSON's double, finite. NaN and Infinity are read where others have stored them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.scalar_type import RANGE, Expected, ScalarType, refuse


def _encode(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refuse(value, "Float")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError("the number does not fit into a Float") from None
    if not math.isfinite(number):
        raise ValueError("a Float must be finite")
    return number


def _read(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise refuse_stored(value)


FLOAT: Final = ScalarType(
    name="Float",
    takes=(int, float, Decimal),
    python_type=float,
    encode=_encode,
    python=_read,
    wire=_read,
    least=(-math.inf,),
    operators=RANGE,
    expected=Expected("type(v) is float", "v"),
    average="Float",
    native="float",
)
