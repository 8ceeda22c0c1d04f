"""The filters of groups (`having`): a field's own value, or what is calculated of it."""

from __future__ import annotations

from prismongo.client.inputs.scalars import (
    BooleanFilter,
    BytesFilter,
    DateTimeFilter,
    DecimalFilter,
    FloatFilter,
    IntFilter,
    JsonFilter,
    StringFilter,
)

__all__ = [
    "BigIntWithAggregatesFilter",
    "BooleanWithAggregatesFilter",
    "BytesWithAggregatesFilter",
    "DateTimeWithAggregatesFilter",
    "DecimalWithAggregatesFilter",
    "FloatWithAggregatesFilter",
    "IntWithAggregatesFilter",
    "JsonWithAggregatesFilter",
    "StringWithAggregatesFilter",
]


class StringWithAggregatesFilter(StringFilter, total=False):
    """String fields."""

    _max: StringFilter
    _min: StringFilter
    _sum: StringFilter
    _avg: StringFilter
    _count: IntFilter


class BooleanWithAggregatesFilter(BooleanFilter, total=False):
    """Boolean fields."""

    _max: BooleanFilter
    _min: BooleanFilter
    _sum: BooleanFilter
    _avg: BooleanFilter
    _count: IntFilter


class IntWithAggregatesFilter(IntFilter, total=False):
    """Int fields."""

    _max: IntFilter
    _min: IntFilter
    _sum: IntFilter
    _avg: FloatFilter
    _count: IntFilter


class FloatWithAggregatesFilter(FloatFilter, total=False):
    """Float fields."""

    _max: FloatFilter
    _min: FloatFilter
    _sum: FloatFilter
    _avg: FloatFilter
    _count: IntFilter


class DecimalWithAggregatesFilter(DecimalFilter, total=False):
    """Decimal fields."""

    _max: DecimalFilter
    _min: DecimalFilter
    _sum: DecimalFilter
    _avg: DecimalFilter
    _count: IntFilter


class DateTimeWithAggregatesFilter(DateTimeFilter, total=False):
    """DateTime fields."""

    _max: DateTimeFilter
    _min: DateTimeFilter
    _sum: DateTimeFilter
    _avg: DateTimeFilter
    _count: IntFilter


class BytesWithAggregatesFilter(BytesFilter, total=False):
    """Bytes fields."""

    _max: BytesFilter
    _min: BytesFilter
    _sum: BytesFilter
    _avg: BytesFilter
    _count: IntFilter


class JsonWithAggregatesFilter(JsonFilter, total=False):
    """Json fields."""

    _max: JsonFilter
    _min: JsonFilter
    _sum: JsonFilter
    _avg: JsonFilter
    _count: IntFilter


BigIntWithAggregatesFilter = IntWithAggregatesFilter
