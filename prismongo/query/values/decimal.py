"""Decimal: BSON's decimal128, of up to 34 digits and finite. In JSON it is text.

Prisma's connector has none in models: what it means here is MongoDB's own. NaN and Infinity are
read where others have stored them, or a calculation has ended so. The arithmetic is the server's,
for stores and plans that calculate themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from bson import Decimal128
from bson.decimal128 import create_decimal128_context

from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.scalar_type import RANGE, Expected, ScalarType, refuse
from prismongo.schema.literals import decimal_of_text, of_34_digits

_CONTEXT: Final = create_decimal128_context()
_OPERATIONS: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "increment": _CONTEXT.add,
    "decrement": _CONTEXT.subtract,
    "multiply": _CONTEXT.multiply,
    "divide": _CONTEXT.divide,
}


def _encode(value: object) -> Decimal128:
    """A float counts by its text: 0.1 is one tenth."""
    match value:
        case bool():
            raise refuse(value, "Decimal")
        case str():
            number = _of_text(value)
        case float():
            number = Decimal(float.__repr__(value))
        case int() | Decimal():
            number = Decimal(value)
        case Decimal128():
            number = value.to_decimal()
        case _:
            raise refuse(value, "Decimal")
    if not number.is_finite():
        raise ValueError("a Decimal must be finite")
    return Decimal128(of_34_digits(number))


def _of_text(text: str) -> Decimal:
    try:
        return decimal_of_text(text)
    except ValueError:
        raise ValueError("expected Decimal, got a String that is not a number") from None


def _read(value: object) -> Decimal:
    if isinstance(value, Decimal128):
        return value.to_decimal()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    raise refuse_stored(value)


DECIMAL: Final = ScalarType(
    name="Decimal",
    takes=(Decimal, int, float, str, Decimal128),
    python_type=Decimal,
    encode=_encode,
    python=_read,
    wire=lambda value: str(_read(value)),
    least=(-math.inf,),
    operators=RANGE,
    expected=Expected("type(v) is Decimal128", "v.to_decimal()", {"Decimal128": Decimal128}),
    average="Decimal",
)


def comparable(value: Any) -> Any:
    """A stored value as Python compares and hashes it: a Decimal128 itself knows only its bits."""
    return value.to_decimal() if isinstance(value, Decimal128) else value


def calculated(operator: str, first: Any, second: Any) -> Decimal128:
    """What MongoDB's operators make of two numbers, one of which is a decimal.

    Rounded to 34 digits; a double has 15 of them.
    """
    return Decimal128(_OPERATIONS[operator](_of_15_digits(first), _of_15_digits(second)))


def summed(decimals: list[Decimal128], *others: float) -> Decimal128:
    """What `$sum` and `$add` make of decimals, in their order, and of doubles, which come last."""
    total = Decimal(0)
    for each in decimals:
        total = _CONTEXT.add(total, each.to_decimal())
    rest = Decimal(0)
    for other in others:
        rest = _CONTEXT.add(rest, Decimal(other))
    return Decimal128(_CONTEXT.add(total, rest))


def _of_15_digits(number: Any) -> Decimal:
    if isinstance(number, float) and number and math.isfinite(number):
        return Decimal(f"{number:.14e}")
    return Decimal(comparable(number))
