"""The shapes of calls: what is equal in calls that differ in the values of their filters.

Calls of one shape are validated, planned and compiled alike (`engine/calls.py`), but for values.
The data of a write is no part of its shape: it is validated whole at every call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from bson import ObjectId

from prismongo.query.nodes.requests import FieldReference, Request, Selection

QueryShape = tuple[object, ...]
"""The shape of a call; to be hashed and compared."""

LARGEST: Final = 256
"""The most parts of a shape."""

_FILLED: Final = frozenset({str, int, float, datetime, Decimal, ObjectId})
"""The types of values that a shape leaves open."""

WRITES: Final[Mapping[str, frozenset[str]]] = {
    "createOne": frozenset({"data"}),
    "updateOne": frozenset({"data"}),
    "upsertOne": frozenset({"create", "update"}),
    "deleteOne": frozenset(),
}
"""The writes that may have a shape, with the arguments that are no part of it."""

_NONE: Final[frozenset[str]] = frozenset()
_ACTIONS: Final = frozenset(WRITES) | {
    *("findUnique", "findUniqueOrThrow", "findMany", "findFirst", "findFirstOrThrow", "aggregate")
}
_FILTERS: Final = frozenset({"where", "cursor"})
"""The arguments that have open values."""
_MODES: Final = frozenset({"default", "insensitive"})
_DIRECTIONS: Final = ("asc", "desc")
_ARGUMENTS: Final = frozenset({"data", "where", "order", "take", "skip", "cursor", "distinct"})
"""The names of arguments that may be None, as clients write them."""


class ShapelessError(Exception):
    """A call holds what no shape describes."""


def query_shape(request: Request) -> QueryShape | None:
    """The shape of a request; None if it has none that is worth keeping."""
    if request.action not in _ACTIONS or request.words != "python":
        return None
    parts: list[object] = [request.action, request.model, request.declared]
    data = WRITES.get(request.action, _NONE)
    try:
        for name, value in request.arguments.items():
            if name in data:
                continue
            if value is not None:
                parts.append(name)
                (_add_filter if name in _FILTERS else _add_constant)(value, parts)
            elif name not in _ARGUMENTS:
                return None
        if request.selections:
            _add_selections(request.selections, parts)
    except (ShapelessError, RecursionError):
        return None
    return tuple(parts)


def _add_filter(value: Any, parts: list[object]) -> None:
    """Objects, lists, booleans, nulls and references as they are; of others, the type alone."""
    kind = type(value)
    if kind is dict:
        parts += (kind, len(value))
        for key, item in value.items():
            if type(key) is not str:
                raise ShapelessError
            if type(item) in _FILLED:
                parts += (key, item if _is_mode(key, item) else type(item))
            else:
                parts.append(key)
                _add_filter(item, parts)
    elif kind in _FILLED:
        parts.append(kind)
    elif value is None or kind is bool or kind is FieldReference:
        parts.append(value)
    elif kind is list:
        parts += (kind, len(value))
        for item in value:
            _add_filter(item, parts)
    elif issubclass(kind, str) and issubclass(kind, Enum):
        parts.append(kind)
    else:
        raise ShapelessError
    if len(parts) > LARGEST:
        raise ShapelessError


def _is_mode(key: str, value: object) -> bool:
    """Whether it may be the `mode` of a filter by texts, which is a part of the shape."""
    return key == "mode" and type(value) is str and value in _MODES


def _add_constant(value: Any, parts: list[object]) -> None:
    """The value as it is."""
    kind = type(value)
    if kind is dict:
        parts += (kind, len(value))
        for key, item in value.items():
            if key == "search" and item not in _DIRECTIONS:  # of `_relevance`: an open value
                raise ShapelessError
            _add_constant(key, parts)
            _add_constant(item, parts)
    elif kind is list:
        parts += (kind, len(value))
        for item in value:
            _add_constant(item, parts)
    elif kind is str or kind is int or kind is bool or value is None:
        parts += (kind, value)
    else:
        raise ShapelessError
    if len(parts) > LARGEST:
        raise ShapelessError


def _add_fixed(value: Any, parts: list[object]) -> None:
    """A filter without values; booleans and nulls are a part of the shape."""
    start = len(parts)
    _add_filter(value, parts)
    if not {each for each in parts[start:] if isinstance(each, type)} <= {dict, list}:
        raise ShapelessError


def _add_selections(selections: tuple[Selection, ...], parts: list[object]) -> None:
    """Names, and arguments as they are; in the filters of relations no value is open."""
    parts += (Selection, len(selections))
    for item in selections:
        parts += (item.name, item.declared, len(item.arguments))
        for name, value in item.arguments.items():
            parts.append(name)
            (_add_fixed if name in _FILTERS else _add_constant)(value, parts)
        _add_selections(item.selections, parts)
    if len(parts) > LARGEST:
        raise ShapelessError


def open_values(arguments: Mapping[str, Any]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The values in a call's arguments that its shape leaves open, each with its path."""
    for name in _FILTERS:
        yield from _open(arguments.get(name), (name,))


def _open(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if not _is_mode(key, item):
                yield from _open(item, (*path, key))
    elif kind is list:
        for index, item in enumerate(value):
            yield from _open(item, (*path, index))
    elif value is not None and kind is not bool and kind is not FieldReference:
        yield path, value
