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

from bson import Decimal128, Int64, ObjectId

from prismongo.query.errors.input import ArgumentPath
from prismongo.query.validate.query_shapes import ShapelessError
from prismongo.query.validate.values import Values, searchable, searched
from prismongo.query.values.scalars import is_any
from prismongo.schema.datamodel import Datamodel, Field

_NEW: Final[Mapping[type, Callable[[], object]]] = {
    ObjectId: ObjectId,
    str: lambda: secrets.token_hex(16),
    int: lambda: secrets.randbits(62) | 1 << 62,
    Int64: lambda: Int64(secrets.randbits(62) | 1 << 62),
    float: lambda: secrets.randbits(62) + 0.5,
    datetime: lambda: datetime.now(UTC),
    Decimal128: lambda: Decimal128(str(secrets.randbits(62))),
}
"""A new object of each type of stored values that can be marked."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A value that was validated.

    Attributes:
        path: where it stands in the arguments.
        given: the value there.
        encode: what stores it; it raises a ValueError or a TypeError.
        mark: of the type of what is stored.
    """

    path: ArgumentPath
    given: object
    encode: Callable[[Any], object]
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
        """A mark for the value; a Boolean is part of the shape, and is stored as it is.

        Raises:
            ShapelessError: of such a value there are no marks.
            prisma.errors.DataError: the value is not one of the field.
        """
        stored = super().one(field, value, path)
        kind = type(stored)
        if kind is bool and type(value) is bool:
            return stored
        if kind not in _NEW or is_any(field):
            raise ShapelessError
        mark = _NEW[kind]()
        self.marked.append(Marked(path, value, self.encoder(field), mark))
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
        self.marked.append(Marked(path, value, searched, mark))
        return mark


def _searchable(encode: Callable[[Any], object], value: object) -> object:
    return searchable(encode(value))
