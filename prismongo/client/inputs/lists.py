"""The filters and changes of lists of scalars."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from typing_extensions import TypedDict

from prismongo.fields import Base64, Json
from prismongo.query.nodes.requests import FieldReference

__all__ = [
    "BigIntListFilter",
    "BigIntListUpdate",
    "BooleanListFilter",
    "BooleanListUpdate",
    "BytesListFilter",
    "BytesListUpdate",
    "DateTimeListFilter",
    "DateTimeListUpdate",
    "DecimalListFilter",
    "DecimalListUpdate",
    "FloatListFilter",
    "FloatListUpdate",
    "IntListFilter",
    "IntListUpdate",
    "JsonListFilter",
    "JsonListUpdate",
    "StringListFilter",
    "StringListUpdate",
]

T = TypeVar("T")


class ListFilter(TypedDict, Generic[T], total=False):
    """What a list is asked for."""

    equals: list[T] | FieldReference[list[T]] | None
    has: T | FieldReference[T]
    has_every: list[T] | FieldReference[list[T]]
    has_some: list[T] | FieldReference[list[T]]
    is_empty: bool
    is_set: bool


class ListChange(TypedDict, Generic[T], total=False):
    """What is done to a list: one of these."""

    set: list[T]
    push: T | list[T]
    add: T | list[T]
    remove: T | list[T]


StringListFilter = ListFilter[str]
BooleanListFilter = ListFilter[bool]
IntListFilter = ListFilter[int]
BigIntListFilter = ListFilter[int]
FloatListFilter = ListFilter[float]
DecimalListFilter = ListFilter[Decimal]
DateTimeListFilter = ListFilter[datetime]
BytesListFilter = ListFilter[Base64]
JsonListFilter = ListFilter[Json]
StringListUpdate = list[str] | ListChange[str]
BooleanListUpdate = list[bool] | ListChange[bool]
IntListUpdate = list[int] | ListChange[int]
BigIntListUpdate = list[int] | ListChange[int]
FloatListUpdate = list[float] | ListChange[float]
DecimalListUpdate = list[Decimal] | ListChange[Decimal]
DateTimeListUpdate = list[datetime] | ListChange[datetime]
BytesListUpdate = list[Base64] | ListChange[Base64]
JsonListUpdate = list[Json] | ListChange[Json]
