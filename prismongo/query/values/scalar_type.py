"""The form of a row in the table of scalar types (`scalars.py`), and its functions' errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from prismongo.native import _rows

EQUALITY: Final = ("equals", "not")
MEMBERSHIP: Final = ("equals", "in", "notIn", "not")
RANGE: Final = ("equals", "in", "notIn", "lt", "lte", "gt", "gte", "not")


class MalformedError(ValueError):
    """A text of the right type that cannot be read (P2023 rather than P2009)."""


class TooLargeError(ValueError):
    """A whole number beyond 64 bits (P2033 rather than P2009)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Values of the one type that is nearly always there, for generated readers and writers.

    `test` and `value` are expressions over `v`, the value, and over `names`, of which each means
    the same in every row of the table.
    """

    test: str
    value: str
    names: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScalarType:
    """All that one scalar type means to a query. Its functions raise ValueError, without values.

    Attributes:
        name: Prisma's.
        takes: the Python types of what clients write.
        python_type: the class that generated models declare for it.
        encode: what a client writes, or the text door's JSON → BSON.
        python: BSON → what generated models hold.
        wire: BSON → what Prisma's engine answers in JSON.
        least: the least value of every BSON type that is stored: the lower bounds of the partial
            index of an optional unique.
        operators: the operators of its filters; with `lt` among them it is in an order.
        expected: the fast path of generated readers.
        given: the fast path of generated writers; it says nothing that `encode` does not.
        native: which function of the accelerator reads the values that are as expected.
        is_whole: whether a division leaves no fraction.
        average: the type of its averages; None where it is no number.
        is_any: whether its values are of any BSON type, objects and lists too.
    """

    name: str
    takes: tuple[type, ...]
    python_type: type
    encode: Callable[[Any], object]
    python: Callable[[Any], object]
    wire: Callable[[Any], object]
    least: tuple[Any, ...]
    operators: tuple[str, ...]
    expected: Expected | None = None
    given: Expected | None = None
    native: _rows.Kind = "other"
    is_whole: bool = False
    average: str | None = None
    is_any: bool = False


def refuse(value: object, wanted: str) -> ValueError:
    """The error for what a client wrote, where it is of another type."""
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
        case float():
            return "Float"
        case Decimal():
            return "Decimal"
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
