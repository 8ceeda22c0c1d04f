"""The filters of scalar fields; `in` and `not` are keywords, hence the calls.

A value of a filter may be a reference to another field of the same type.
Source: Prisma Client reference, "Filter conditions and operators".
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from typing_extensions import TypedDict

from prismongo.fields import Base64, Json
from prismongo.query.nodes.requests import FieldReference

__all__ = [
    "BigIntFilter",
    "BigIntNullableFilter",
    "BooleanFilter",
    "BooleanNullableFilter",
    "BytesFilter",
    "BytesNullableFilter",
    "DateTimeFilter",
    "DateTimeNullableFilter",
    "DecimalFilter",
    "DecimalNullableFilter",
    "FieldReference",
    "FloatFilter",
    "FloatNullableFilter",
    "IntFilter",
    "IntNullableFilter",
    "JsonFilter",
    "JsonNullableFilter",
    "SortMode",
    "StringFilter",
    "StringNullableFilter",
    "StringNullableSearchFilter",
    "StringSearchFilter",
]

SortMode = Literal["default", "insensitive"]

_String = str | FieldReference[str]
_StringList = list[str] | FieldReference[list[str]]
_StringNullableList = _StringList | list[str | None]
_Boolean = bool | FieldReference[bool]
_Int = int | FieldReference[int]
_IntList = list[int] | FieldReference[list[int]]
_IntNullableList = _IntList | list[int | None]
_Float = float | FieldReference[float]
_FloatList = list[float] | FieldReference[list[float]]
_FloatNullableList = _FloatList | list[float | None]
_Decimal = Decimal | FieldReference[Decimal]
_DecimalList = list[Decimal] | FieldReference[list[Decimal]]
_DecimalNullableList = _DecimalList | list[Decimal | None]
_DateTime = datetime | FieldReference[datetime]
_DateTimeList = list[datetime] | FieldReference[list[datetime]]
_DateTimeNullableList = _DateTimeList | list[datetime | None]
_Bytes = Base64 | FieldReference[Base64]
_BytesList = list[Base64] | FieldReference[list[Base64]]
_BytesNullableList = _BytesList | list[Base64 | None]
_Json = Json | FieldReference[Json]

StringFilter = TypedDict(
    "StringFilter",
    {
        "equals": _String,
        "in": _StringList,
        "not_in": _StringList,
        "lt": _String,
        "lte": _String,
        "gt": _String,
        "gte": _String,
        "contains": _String,
        "startswith": _String,
        "endswith": _String,
        "mode": SortMode,
        "not": "_String | StringFilter",
    },
    total=False,
)
StringNullableFilter = TypedDict(
    "StringNullableFilter",
    {
        "equals": _String | None,
        "in": _StringNullableList,
        "not_in": _StringNullableList,
        "lt": _String,
        "lte": _String,
        "gt": _String,
        "gte": _String,
        "contains": _String,
        "startswith": _String,
        "endswith": _String,
        "mode": SortMode,
        "not": "_String | StringNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)


class StringSearchFilter(StringFilter, total=False):
    """The filter of a text that the model's text index covers."""

    search: str


class StringNullableSearchFilter(StringNullableFilter, total=False):
    """The same of an optional text."""

    search: str


BooleanFilter = TypedDict(
    "BooleanFilter",
    {
        "equals": _Boolean,
        "not": "_Boolean | BooleanFilter",
    },
    total=False,
)
BooleanNullableFilter = TypedDict(
    "BooleanNullableFilter",
    {
        "equals": _Boolean | None,
        "not": "_Boolean | BooleanNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
IntFilter = TypedDict(
    "IntFilter",
    {
        "equals": _Int,
        "in": _IntList,
        "not_in": _IntList,
        "lt": _Int,
        "lte": _Int,
        "gt": _Int,
        "gte": _Int,
        "not": "_Int | IntFilter",
    },
    total=False,
)
IntNullableFilter = TypedDict(
    "IntNullableFilter",
    {
        "equals": _Int | None,
        "in": _IntNullableList,
        "not_in": _IntNullableList,
        "lt": _Int,
        "lte": _Int,
        "gt": _Int,
        "gte": _Int,
        "not": "_Int | IntNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
FloatFilter = TypedDict(
    "FloatFilter",
    {
        "equals": _Float,
        "in": _FloatList,
        "not_in": _FloatList,
        "lt": _Float,
        "lte": _Float,
        "gt": _Float,
        "gte": _Float,
        "not": "_Float | FloatFilter",
    },
    total=False,
)
FloatNullableFilter = TypedDict(
    "FloatNullableFilter",
    {
        "equals": _Float | None,
        "in": _FloatNullableList,
        "not_in": _FloatNullableList,
        "lt": _Float,
        "lte": _Float,
        "gt": _Float,
        "gte": _Float,
        "not": "_Float | FloatNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
DecimalFilter = TypedDict(
    "DecimalFilter",
    {
        "equals": _Decimal,
        "in": _DecimalList,
        "not_in": _DecimalList,
        "lt": _Decimal,
        "lte": _Decimal,
        "gt": _Decimal,
        "gte": _Decimal,
        "not": "_Decimal | DecimalFilter",
    },
    total=False,
)
DecimalNullableFilter = TypedDict(
    "DecimalNullableFilter",
    {
        "equals": _Decimal | None,
        "in": _DecimalNullableList,
        "not_in": _DecimalNullableList,
        "lt": _Decimal,
        "lte": _Decimal,
        "gt": _Decimal,
        "gte": _Decimal,
        "not": "_Decimal | DecimalNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
DateTimeFilter = TypedDict(
    "DateTimeFilter",
    {
        "equals": _DateTime,
        "in": _DateTimeList,
        "not_in": _DateTimeList,
        "lt": _DateTime,
        "lte": _DateTime,
        "gt": _DateTime,
        "gte": _DateTime,
        "not": "_DateTime | DateTimeFilter",
    },
    total=False,
)
DateTimeNullableFilter = TypedDict(
    "DateTimeNullableFilter",
    {
        "equals": _DateTime | None,
        "in": _DateTimeNullableList,
        "not_in": _DateTimeNullableList,
        "lt": _DateTime,
        "lte": _DateTime,
        "gt": _DateTime,
        "gte": _DateTime,
        "not": "_DateTime | DateTimeNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
BytesFilter = TypedDict(
    "BytesFilter",
    {
        "equals": _Bytes,
        "in": _BytesList,
        "not_in": _BytesList,
        "not": "_Bytes | BytesFilter",
    },
    total=False,
)
BytesNullableFilter = TypedDict(
    "BytesNullableFilter",
    {
        "equals": _Bytes | None,
        "in": _BytesNullableList,
        "not_in": _BytesNullableList,
        "not": "_Bytes | BytesNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
JsonFilter = TypedDict(
    "JsonFilter",
    {
        "equals": _Json,
        "not": _Json,
    },
    total=False,
)
JsonNullableFilter = TypedDict(
    "JsonNullableFilter",
    {
        "equals": _Json | None,
        "not": _Json | None,
        "is_set": bool,
    },
    total=False,
)
BigIntFilter = IntFilter
BigIntNullableFilter = IntNullableFilter
