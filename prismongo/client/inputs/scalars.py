"""The filters of scalar fields; `in` and `not` are keywords, hence the calls.

Source: Prisma Client reference, "Filter conditions and operators".
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from prisma.fields import Base64, Json
from typing_extensions import TypedDict

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
    "FloatFilter",
    "FloatNullableFilter",
    "IntFilter",
    "IntNullableFilter",
    "JsonFilter",
    "JsonNullableFilter",
    "SortMode",
    "StringFilter",
    "StringNullableFilter",
]

SortMode = Literal["default", "insensitive"]

StringFilter = TypedDict(
    "StringFilter",
    {
        "equals": str,
        "in": list[str],
        "not_in": list[str],
        "lt": str,
        "lte": str,
        "gt": str,
        "gte": str,
        "contains": str,
        "startswith": str,
        "endswith": str,
        "mode": SortMode,
        "not": "str | StringFilter",
    },
    total=False,
)
StringNullableFilter = TypedDict(
    "StringNullableFilter",
    {
        "equals": str | None,
        "in": list[str] | list[str | None],
        "not_in": list[str] | list[str | None],
        "lt": str,
        "lte": str,
        "gt": str,
        "gte": str,
        "contains": str,
        "startswith": str,
        "endswith": str,
        "mode": SortMode,
        "not": "str | StringNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
BooleanFilter = TypedDict(
    "BooleanFilter",
    {
        "equals": bool,
        "not": "bool | BooleanFilter",
    },
    total=False,
)
BooleanNullableFilter = TypedDict(
    "BooleanNullableFilter",
    {
        "equals": bool | None,
        "not": "bool | BooleanNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
IntFilter = TypedDict(
    "IntFilter",
    {
        "equals": int,
        "in": list[int],
        "not_in": list[int],
        "lt": int,
        "lte": int,
        "gt": int,
        "gte": int,
        "not": "int | IntFilter",
    },
    total=False,
)
IntNullableFilter = TypedDict(
    "IntNullableFilter",
    {
        "equals": int | None,
        "in": list[int] | list[int | None],
        "not_in": list[int] | list[int | None],
        "lt": int,
        "lte": int,
        "gt": int,
        "gte": int,
        "not": "int | IntNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
FloatFilter = TypedDict(
    "FloatFilter",
    {
        "equals": float,
        "in": list[float],
        "not_in": list[float],
        "lt": float,
        "lte": float,
        "gt": float,
        "gte": float,
        "not": "float | FloatFilter",
    },
    total=False,
)
FloatNullableFilter = TypedDict(
    "FloatNullableFilter",
    {
        "equals": float | None,
        "in": list[float] | list[float | None],
        "not_in": list[float] | list[float | None],
        "lt": float,
        "lte": float,
        "gt": float,
        "gte": float,
        "not": "float | FloatNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
DecimalFilter = TypedDict(
    "DecimalFilter",
    {
        "equals": Decimal,
        "in": list[Decimal],
        "not_in": list[Decimal],
        "lt": Decimal,
        "lte": Decimal,
        "gt": Decimal,
        "gte": Decimal,
        "not": "Decimal | DecimalFilter",
    },
    total=False,
)
DecimalNullableFilter = TypedDict(
    "DecimalNullableFilter",
    {
        "equals": Decimal | None,
        "in": list[Decimal] | list[Decimal | None],
        "not_in": list[Decimal] | list[Decimal | None],
        "lt": Decimal,
        "lte": Decimal,
        "gt": Decimal,
        "gte": Decimal,
        "not": "Decimal | DecimalNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
DateTimeFilter = TypedDict(
    "DateTimeFilter",
    {
        "equals": datetime,
        "in": list[datetime],
        "not_in": list[datetime],
        "lt": datetime,
        "lte": datetime,
        "gt": datetime,
        "gte": datetime,
        "not": "datetime | DateTimeFilter",
    },
    total=False,
)
DateTimeNullableFilter = TypedDict(
    "DateTimeNullableFilter",
    {
        "equals": datetime | None,
        "in": list[datetime] | list[datetime | None],
        "not_in": list[datetime] | list[datetime | None],
        "lt": datetime,
        "lte": datetime,
        "gt": datetime,
        "gte": datetime,
        "not": "datetime | DateTimeNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
BytesFilter = TypedDict(
    "BytesFilter",
    {
        "equals": Base64,
        "in": list[Base64],
        "not_in": list[Base64],
        "not": "Base64 | BytesFilter",
    },
    total=False,
)
BytesNullableFilter = TypedDict(
    "BytesNullableFilter",
    {
        "equals": Base64 | None,
        "in": list[Base64] | list[Base64 | None],
        "not_in": list[Base64] | list[Base64 | None],
        "not": "Base64 | BytesNullableFilter | None",
        "is_set": bool,
    },
    total=False,
)
JsonFilter = TypedDict(
    "JsonFilter",
    {
        "equals": Json,
        "not": Json,
    },
    total=False,
)
JsonNullableFilter = TypedDict(
    "JsonNullableFilter",
    {
        "equals": Json | None,
        "not": Json | None,
        "is_set": bool,
    },
    total=False,
)
BigIntFilter = IntFilter
BigIntNullableFilter = IntNullableFilter
