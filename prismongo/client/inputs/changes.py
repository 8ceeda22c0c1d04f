"""The changes of single values, and orders: the same for every schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from typing_extensions import TypedDict

from prismongo.fields import Serializable as Serializable

__all__ = [
    "AtomicBigIntInput",
    "AtomicDecimalInput",
    "AtomicFloatInput",
    "AtomicIntInput",
    "Serializable",
    "SortOrder",
]

SortOrder = Literal["asc", "desc"]


class NoneType:
    """The type of no field's name, and of what identifies a view's row without a unique."""


class Unset(TypedDict):
    """Take the field out of the document."""

    unset: bool


class CountOrder(TypedDict):
    """The order of how many there are."""

    _count: SortOrder


class _IntSetInput(TypedDict):
    set: int


class _IntIncrementInput(TypedDict):
    increment: int


class _IntDecrementInput(TypedDict):
    decrement: int


class _IntMultiplyInput(TypedDict):
    multiply: int


class _IntDivideInput(TypedDict):
    divide: int


class _FloatSetInput(TypedDict):
    set: float


class _FloatIncrementInput(TypedDict):
    increment: float


class _FloatDecrementInput(TypedDict):
    decrement: float


class _FloatMultiplyInput(TypedDict):
    multiply: float


class _FloatDivideInput(TypedDict):
    divide: float


class _DecimalSetInput(TypedDict):
    set: Decimal


class _DecimalIncrementInput(TypedDict):
    increment: Decimal


class _DecimalDecrementInput(TypedDict):
    decrement: Decimal


class _DecimalMultiplyInput(TypedDict):
    multiply: Decimal


class _DecimalDivideInput(TypedDict):
    divide: Decimal


AtomicIntInput = (
    _IntSetInput | _IntIncrementInput | _IntDecrementInput | _IntMultiplyInput | _IntDivideInput
)
AtomicFloatInput = (
    _FloatSetInput
    | _FloatIncrementInput
    | _FloatDecrementInput
    | _FloatMultiplyInput
    | _FloatDivideInput
)
AtomicDecimalInput = (
    _DecimalSetInput
    | _DecimalIncrementInput
    | _DecimalDecrementInput
    | _DecimalMultiplyInput
    | _DecimalDivideInput
)
AtomicBigIntInput = AtomicIntInput
