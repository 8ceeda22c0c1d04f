"""Marks: validated values of a call, each replaced by an object that is nowhere else.

Where a mark is found again, in a filter or in a command, there the value goes (`engine/known.py`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from bson import Decimal128, Int64, ObjectId, Timestamp

from prismongo.fields import Json
from prismongo.query.errors.input import ArgumentPath
from prismongo.query.validate.query_shapes import UnmarkedError, is_constant
from prismongo.query.validate.values import Values, searchable, searched
from prismongo.schema.datamodel import Datamodel, Field


class _MarkedObject(dict[str, object]):
    """A whole object of Json; what looks for marks does not look for others inside of it."""


class _MarkedList(list[object]):
    """A whole list of Json."""


_NEW: Final[Mapping[type, Callable[[], object]]] = {
    ObjectId: ObjectId,
    str: lambda: secrets.token_hex(16),
    int: lambda: secrets.randbits(62) | 1 << 62,
    Int64: lambda: Int64(secrets.randbits(62) | 1 << 62),
    float: lambda: secrets.randbits(62) + 0.5,
    datetime: lambda: datetime.now(UTC),
    Decimal128: lambda: Decimal128(str(secrets.randbits(62))),
    Timestamp: lambda: Timestamp(secrets.randbits(31), secrets.randbits(31)),
    bytes: lambda: secrets.token_bytes(16),
    dict: lambda: _MarkedObject({secrets.token_hex(16): 0}),
    list: lambda: _MarkedList([secrets.token_hex(16)]),
}
"""A new object of each type of stored values that can be marked."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A value that was validated.

    Attributes:
        path: where it stands in the arguments.
        given: the value there.
        encode: what stores it; it raises a ValueError or a TypeError.
        kind: the type of what is stored.
        mark: of this type, or of one below it.
    """

    path: ArgumentPath
    given: object
    encode: Callable[[Any], object]
    kind: type
    mark: object


class MarkingValues(Values):
    """Validates values, and returns marks.

    Attributes:
        marked: the values since it was last emptied, in order.
    """

    def __init__(self, datamodel: Datamodel) -> None:
        super().__init__(datamodel, "python")
        self.marked: list[Marked] = []

    def one(self, field: Field, value: object, path: ArgumentPath) -> object:
        """A mark for the value. What is a part of the shape is stored as it is.

        Raises:
            UnmarkedError: of such a value there are no marks.
            prisma.errors.DataError: the value is not one of the field.
        """
        stored = super().one(field, value, path)
        if is_constant(value.data if type(value) is Json else value):
            return stored
        kind = type(stored)
        if kind not in _NEW:
            raise UnmarkedError
        mark = _NEW[kind]()
        self.marked.append(Marked(path, value, self.encoder(field), kind, mark))
        return mark

    def searchable(self, stored: object, path: ArgumentPath) -> object:
        """The value; what stores another in its place refuses what no pattern finds."""
        for number, item in enumerate(self.marked):
            if item.mark is stored:
                encode = partial(_searchable, item.encode)
                self.marked[number] = replace(item, encode=encode)
        return super().searchable(stored, path)

    def searched(self, value: object, path: ArgumentPath) -> str:
        """A mark for the text."""
        super().searched(value, path)
        mark = secrets.token_hex(16)
        self.marked.append(Marked(path, value, searched, str, mark))
        return mark


def _searchable(encode: Callable[[Any], object], value: object) -> object:
    return searchable(encode(value))
