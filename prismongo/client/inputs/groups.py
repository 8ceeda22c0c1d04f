"""The filters of groups (`having`): a field's own value, or what is calculated of it."""

from __future__ import annotations

from prismongo.client.inputs.scalars import (
    BooleanFilter,
    BooleanNullableFilter,
    BytesFilter,
    BytesNullableFilter,
    DateTimeFilter,
    DateTimeNullableFilter,
    DecimalFilter,
    DecimalNullableFilter,
    FloatFilter,
    FloatNullableFilter,
    IntFilter,
    IntNullableFilter,
    JsonFilter,
    JsonNullableFilter,
    StringFilter,
    StringNullableFilter,
)

__all__ = [
    "BigIntNullableWithAggregatesFilter",
    "BigIntWithAggregatesFilter",
    "BooleanNullableWithAggregatesFilter",
    "BooleanWithAggregatesFilter",
    "BytesNullableWithAggregatesFilter",
    "BytesWithAggregatesFilter",
    "DateTimeNullableWithAggregatesFilter",
    "DateTimeWithAggregatesFilter",
    "DecimalNullableWithAggregatesFilter",
    "DecimalWithAggregatesFilter",
    "FloatNullableWithAggregatesFilter",
    "FloatWithAggregatesFilter",
    "IntNullableWithAggregatesFilter",
    "IntWithAggregatesFilter",
    "JsonNullableWithAggregatesFilter",
    "JsonWithAggregatesFilter",
    "StringNullableWithAggregatesFilter",
    "StringWithAggregatesFilter",
]


class StringWithAggregatesFilter(StringFilter, total=False):
    """String fields."""

    _max: StringFilter
    _min: StringFilter
    _sum: StringFilter
    _avg: StringFilter
    _count: IntFilter


class StringNullableWithAggregatesFilter(StringNullableFilter, total=False):
    """String fields that may be null: so may be what is calculated of nulls alone."""

    _max: StringNullableFilter
    _min: StringNullableFilter
    _sum: StringNullableFilter
    _avg: StringNullableFilter
    _count: IntFilter


class BooleanWithAggregatesFilter(BooleanFilter, total=False):
    """Boolean fields."""

    _max: BooleanFilter
    _min: BooleanFilter
    _sum: BooleanFilter
    _avg: BooleanFilter
    _count: IntFilter


class BooleanNullableWithAggregatesFilter(BooleanNullableFilter, total=False):
    """Boolean fields that may be null: so may be what is calculated of nulls alone."""

    _max: BooleanNullableFilter
    _min: BooleanNullableFilter
    _sum: BooleanNullableFilter
    _avg: BooleanNullableFilter
    _count: IntFilter


class IntWithAggregatesFilter(IntFilter, total=False):
    """Int fields."""

    _max: IntFilter
    _min: IntFilter
    _sum: IntFilter
    _avg: FloatFilter
    _count: IntFilter


class IntNullableWithAggregatesFilter(IntNullableFilter, total=False):
    """Int fields that may be null: so may be what is calculated of nulls alone."""

    _max: IntNullableFilter
    _min: IntNullableFilter
    _sum: IntNullableFilter
    _avg: FloatNullableFilter
    _count: IntFilter


class FloatWithAggregatesFilter(FloatFilter, total=False):
    """Float fields."""

    _max: FloatFilter
    _min: FloatFilter
    _sum: FloatFilter
    _avg: FloatFilter
    _count: IntFilter


class FloatNullableWithAggregatesFilter(FloatNullableFilter, total=False):
    """Float fields that may be null: so may be what is calculated of nulls alone."""

    _max: FloatNullableFilter
    _min: FloatNullableFilter
    _sum: FloatNullableFilter
    _avg: FloatNullableFilter
    _count: IntFilter


class DecimalWithAggregatesFilter(DecimalFilter, total=False):
    """Decimal fields."""

    _max: DecimalFilter
    _min: DecimalFilter
    _sum: DecimalFilter
    _avg: DecimalFilter
    _count: IntFilter


class DecimalNullableWithAggregatesFilter(DecimalNullableFilter, total=False):
    """Decimal fields that may be null: so may be what is calculated of nulls alone."""

    _max: DecimalNullableFilter
    _min: DecimalNullableFilter
    _sum: DecimalNullableFilter
    _avg: DecimalNullableFilter
    _count: IntFilter


class DateTimeWithAggregatesFilter(DateTimeFilter, total=False):
    """DateTime fields."""

    _max: DateTimeFilter
    _min: DateTimeFilter
    _sum: DateTimeFilter
    _avg: DateTimeFilter
    _count: IntFilter


class DateTimeNullableWithAggregatesFilter(DateTimeNullableFilter, total=False):
    """DateTime fields that may be null: so may be what is calculated of nulls alone."""

    _max: DateTimeNullableFilter
    _min: DateTimeNullableFilter
    _sum: DateTimeNullableFilter
    _avg: DateTimeNullableFilter
    _count: IntFilter


class BytesWithAggregatesFilter(BytesFilter, total=False):
    """Bytes fields."""

    _max: BytesFilter
    _min: BytesFilter
    _sum: BytesFilter
    _avg: BytesFilter
    _count: IntFilter


class BytesNullableWithAggregatesFilter(BytesNullableFilter, total=False):
    """Bytes fields that may be null: so may be what is calculated of nulls alone."""

    _max: BytesNullableFilter
    _min: BytesNullableFilter
    _sum: BytesNullableFilter
    _avg: BytesNullableFilter
    _count: IntFilter


class JsonWithAggregatesFilter(JsonFilter, total=False):
    """Json fields."""

    _max: JsonFilter
    _min: JsonFilter
    _sum: JsonFilter
    _avg: JsonFilter
    _count: IntFilter


class JsonNullableWithAggregatesFilter(JsonNullableFilter, total=False):
    """Json fields that may be null: so may be what is calculated of nulls alone."""

    _max: JsonNullableFilter
    _min: JsonNullableFilter
    _sum: JsonNullableFilter
    _avg: JsonNullableFilter
    _count: IntFilter


BigIntWithAggregatesFilter = IntWithAggregatesFilter
BigIntNullableWithAggregatesFilter = IntNullableWithAggregatesFilter
