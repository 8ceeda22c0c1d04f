"""The shapes of calls: what is equal in calls that differ in the values of their filters.

Calls of one shape are validated, planned and compiled alike (`engine/calls.py`), but for values.
The filters of a selection have open values as those of the call. The data of a write is no part of
its shape: it is validated whole at every call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from bson import ObjectId

from prismongo.fields import Base64, Json
from prismongo.query.errors.input import ArgumentPath
from prismongo.query.nodes.requests import FieldReference, Request, Selection
from prismongo.query.validate.search import RELEVANCE
from prismongo.query.validate.select import COUNT, word_of

QueryShape = tuple[object, ...]
"""The shape of a call; to be hashed and compared."""

LARGEST: Final = 256
"""The most parts of a shape."""

LARGEST_SELECTED: Final = 48
"""The most parts of the arguments of a selection: with longer lists nothing is won."""

_FILLED: Final = frozenset({str, int, float, datetime, Decimal, ObjectId, bytes, Base64})
"""The types of values that a shape leaves open."""

_INSIDE: Final = frozenset({dict, list, tuple})
"""The other types of what is in a `Json` that a shape leaves open."""

WRITES: Final[Mapping[str, frozenset[str]]] = {
    "createOne": frozenset({"data"}),
    "updateOne": frozenset({"data"}),
    "upsertOne": frozenset({"create", "update"}),
    "deleteOne": frozenset(),
}
"""The writes that may have a shape, with the arguments that are no part of it."""

_NONE: Final[frozenset[str]] = frozenset()
_ACTIONS: Final = frozenset(WRITES) | {
    *("findUnique", "findUniqueOrThrow", "findMany", "findFirst", "findFirstOrThrow"),
    *("aggregate", "groupBy"),
}
_FILTERS: Final = frozenset({"where", "cursor", "having"})
"""The arguments that have open values."""
_MODES: Final = frozenset({"default", "insensitive"})


class ShapelessError(Exception):
    """A call holds what no shape describes."""


class UnmarkedError(Exception):
    """A value is stored as what there is no mark for (`marks.py`)."""


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
            parts.append(name)
            (_add_filter if name in _FILTERS else _add_constant)(value, parts)
        if request.selections:
            _add_selections(request.selections, parts)
    except (ShapelessError, RecursionError, TypeError):  # the last of a type without a hash
        return None
    return tuple(parts)


def _add_filter(value: Any, parts: list[object]) -> None:
    """Objects, lists, booleans, nulls and references as they are; of others, the type alone.

    A `Json` is as what is in it, but for objects and lists, of which the type counts.
    """
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
    elif is_constant(value):
        parts.append(value)
    elif kind is FieldReference:
        parts += (kind, _text(value.field), _text(value.model))
    elif kind is list or kind is tuple:
        parts += (kind, len(value))
        for item in value:
            _add_filter(item, parts)
    elif kind is Json:
        inside = type(value.data)
        if is_constant(value.data):
            parts += (kind, value.data)
        elif inside in _FILLED or inside in _INSIDE:
            parts += (kind, inside)
        else:
            raise ShapelessError
    elif issubclass(kind, str) and issubclass(kind, Enum):
        parts.append(kind)
    else:
        raise ShapelessError
    if len(parts) > LARGEST:
        raise ShapelessError


def is_constant(value: object) -> bool:
    """Whether it is null or a Boolean, which are a part of the shape."""
    return value is None or type(value) is bool


def _text(value: object) -> str | None:
    """A name in a reference to a field, which anybody can make of anything."""
    if value is None or type(value) is str:
        return value
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
            if key == RELEVANCE and type(item) is dict and "search" in item:
                raise ShapelessError  # it repeats an open value
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


def _add_selections(selections: tuple[Selection, ...], parts: list[object]) -> None:
    """Names, and arguments as those of the call."""
    parts += (Selection, len(selections))
    for item in selections:
        start = len(parts)
        parts += (item.name, item.declared, len(item.arguments))
        for name, value in item.arguments.items():
            parts.append(name)
            (_add_filter if name in _FILTERS else _add_constant)(value, parts)
        if len(parts) > start + LARGEST_SELECTED:
            raise ShapelessError
        _add_selections(item.selections, parts)
    if len(parts) > LARGEST:
        raise ShapelessError


@dataclass(frozen=True, slots=True)
class OpenValue:
    """A value that the shape of its call leaves open.

    Attributes:
        path: where it stands, as messages say it.
        selections: the numbers of the selection in whose arguments it stands; none: in the call's.
        inside: where it stands in these arguments.
        value: the value.
    """

    path: ArgumentPath
    selections: tuple[int, ...]
    inside: ArgumentPath
    value: object


def open_values(request: Request) -> Iterator[OpenValue]:
    """The values that the shape of a request leaves open."""
    yield from _open_arguments(request.arguments, (), ())
    if request.selections:
        yield from _open_selections(request.selections, (word_of(request.declared),), ())


def _open_selections(
    selections: tuple[Selection, ...], path: ArgumentPath, numbers: tuple[int, ...]
) -> Iterator[OpenValue]:
    for number, item in enumerate(selections):
        here, places = (*path, item.name), (*numbers, number)
        yield from _open_arguments(item.arguments, here, places)
        inner = here if item.name == COUNT else (*here, word_of(item.declared))
        yield from _open_selections(item.selections, inner, places)


def _open_arguments(
    arguments: Mapping[str, Any], path: ArgumentPath, numbers: tuple[int, ...]
) -> Iterator[OpenValue]:
    for name in _FILTERS:
        for inside, value in _open(arguments.get(name), (name,)):
            yield OpenValue((*path, *inside), numbers, inside, value)


def _open(value: Any, path: ArgumentPath) -> Iterator[tuple[ArgumentPath, object]]:
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if not _is_mode(key, item):
                yield from _open(item, (*path, key))
    elif kind is list or kind is tuple:
        for index, item in enumerate(value):
            yield from _open(item, (*path, index))
    elif kind is not FieldReference and not is_constant(value.data if kind is Json else value):
        yield path, value
