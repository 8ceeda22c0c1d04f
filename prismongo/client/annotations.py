"""Whether the type of a field, in a class for `returning`, can hold what the schema has there."""

from __future__ import annotations

import collections.abc
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from prismongo.client.records import Composite, type_name
from prismongo.fields import Base64, Json
from prismongo.query.values.scalars import is_any
from prismongo.schema.datamodel import Field

HELD: Final[Mapping[str, tuple[type, ...]]] = {
    "String": (str,),
    "Boolean": (bool,),
    "Int": (int, float, Decimal),
    "BigInt": (int, float, Decimal),
    "Float": (float, Decimal),
    "Decimal": (Decimal, float),
    "DateTime": (datetime,),
    "Bytes": (bytes, Base64),
}
"""The plain types that hold the values of a scalar type. Json fits every type."""

_PLAIN: Final = (
    bool,
    int,
    float,
    Decimal,
    str,
    bytes,
    datetime,
    date,
    time,
    timedelta,
    Base64,
    Json,
    dict,
    list,
    tuple,
    set,
    frozenset,
)
"""What holds nothing but itself. Any other class may be made of anything: pydantic knows."""

_LISTS: Final = (
    list,
    tuple,
    set,
    frozenset,
    collections.abc.Sequence,
    collections.abc.Iterable,
    collections.abc.Collection,
)


def fits(annotation: Any, field: Field, members: Collection[str]) -> bool:
    """Whether a type can hold values of a field. Relations are judged by their classes.

    Args:
        annotation: the type.
        field: the field.
        members: the names of the enum's members, of which a type has some; of no enum, none.
    """
    if field.kind == "relation" or is_any(field):
        return True
    return any(_fits(part, field, members) for part in _members(annotation))


def takes_none(annotation: Any) -> bool:
    """Whether None is one of a type's values."""
    return any(part in (None, NoneType, Any, object) for part in _members(annotation))


def is_list_of(annotation: Any, kind: type) -> bool:
    """Whether the class stands inside a list."""
    return any(
        get_origin(part) in _LISTS and kind in _inside(part) for part in _members(annotation)
    )


def _fits(part: Any, field: Field, members: Collection[str]) -> bool:
    if part in (Any, object) or part is NoneType:
        return part is not NoneType
    if not field.is_list:
        return _fits_one(part, field, members)
    origin = get_origin(part) or part
    if origin not in _LISTS:
        return isinstance(origin, type) and not issubclass(origin, _PLAIN)
    items = [item for item in get_args(part) if item is not ...]
    return not items or any(
        _fits_one(one, field, members) for item in items for one in _members(item)
    )


def _fits_one(part: Any, field: Field, members: Collection[str]) -> bool:
    if get_origin(part) is Literal:
        values = get_args(part)
        are_held = all(isinstance(value, _held(field)) for value in values)
        return are_held and (field.kind != "enum" or any(value in members for value in values))
    kind = get_origin(part) or part
    if not isinstance(kind, type) or kind is object:
        return True
    if field.kind == "composite":
        if issubclass(kind, Composite):
            return type_name(kind) == field.type
        return issubclass(kind, BaseModel | dict) or kind is Mapping
    if issubclass(kind, Enum) and field.kind == "enum":
        return any(member.value in members for member in kind)
    if issubclass(kind, Enum) or kind not in _PLAIN:
        return not issubclass(kind, BaseModel)
    return kind in _held(field)


def _held(field: Field) -> tuple[type, ...]:
    return (str,) if field.kind == "enum" else HELD[field.type]


def _members(annotation: Any) -> Collection[Any]:
    """The members of a union; of any other type the type itself."""
    if get_origin(annotation) in (Union, UnionType):
        return get_args(annotation)
    if hasattr(annotation, "__metadata__"):  # Annotated
        return _members(annotation.__origin__)
    if hasattr(annotation, "__value__"):  # a type alias of Python 3.12
        return _members(annotation.__value__)
    return (annotation,)


def _inside(annotation: Any) -> list[Any]:
    return [part for item in get_args(annotation) for part in _members(item)]
