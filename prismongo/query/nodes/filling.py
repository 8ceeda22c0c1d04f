"""Filters with other values: each value of a filter is given to a function, and its answer put."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from prismongo.query.nodes.filters import (
    After,
    And,
    Compare,
    Complement,
    Elements,
    Filter,
    Has,
    In,
    IsEmpty,
    IsSet,
    Or,
    Reference,
    Related,
    Search,
    Text,
)

New = Callable[[object], object]
"""The value of a filter → the value in its place."""


def fillable(item: Filter) -> list[object]:
    """The objects in a filter that `filled` can replace."""
    found: list[object] = []

    def kept(value: object) -> object:
        found.append(value)
        return value

    _renewed(item, kept)
    return found


def by_marks(marks: Sequence[object], values: Sequence[object]) -> Mapping[int, object]:
    """What `filled` puts in place of marks: one value for each."""
    return dict(zip(map(id, marks), values, strict=True))


def filled(item: Filter, values: Mapping[int, object]) -> Filter:
    """The filter with other values; `values` are the new ones by the `id` of the old ones."""
    return _renewed(item, lambda value: values.get(id(value), value))


def _renewed(item: Filter, new: New) -> Filter:
    match item:
        case And(filters):
            return And(tuple([_renewed(part, new) for part in filters]))
        case Or(filters):
            return Or(tuple([_renewed(part, new) for part in filters]))
        case Complement(inner):
            return Complement(_renewed(inner, new))
        case Compare(path, operator, value):
            return Compare(path, operator, _value(value, new), item.insensitive, item.exact)
        case In(values=tuple(given)) | Has(values=tuple(given)):
            return replace(item, values=tuple([new(each) for each in given]))
        case Text(text=str(text)):
            return replace(item, text=str(new(text)))
        case Search(paths, text):
            return Search(paths, str(new(text)))
        case Elements() | Related():
            return replace(item, filter=_renewed(item.filter, new))
        case In() | Text() | IsSet() | Has() | IsEmpty() | After():
            return item
        case _:
            assert_never(item)


def _value(value: object, new: New) -> object:
    """A value, or a whole list or composite."""
    kind = type(value)
    if kind is dict and isinstance(value, dict):
        return {key: _value(each, new) for key, each in value.items()}
    if kind is list and isinstance(value, list):
        return [_value(each, new) for each in value]
    return value if kind is Reference else new(value)
