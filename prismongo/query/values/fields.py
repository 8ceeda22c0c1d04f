"""The encoder of a field: that of its scalar type, or of its enum. Beside the codecs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prismongo.query.values.scalar_type import refuse
from prismongo.query.values.scalars import scalar_of
from prismongo.schema.datamodel import Datamodel, Field


def field_encoder(datamodel: Datamodel, field: Field) -> Callable[[Any], object]:
    """One value of a scalar or enum field → what is stored; of a list, one of its elements.

    The function raises ValueError for a value that is not of the field's type.
    """
    if field.kind == "enum":
        enum = datamodel.enum[field.type]
        return lambda value: _encode_enum(enum.name, enum.stored, value)
    return scalar_of(field).encode


def encode_constant(encode: Callable[[Any], object], field: Field, value: object) -> object:
    """A constant default as it is stored; `encode` is the field's encoder."""
    if field.is_list and isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return encode(value)


def _encode_enum(name: str, stored: Mapping[str, str], value: object) -> str:
    if not isinstance(value, str):
        raise refuse(value, name)
    found = stored.get(str.__str__(value))  # a plain `class Mine(str, Enum)` has another str()
    if found is None:
        raise ValueError(f"expected one of {', '.join(stored)} ({name})")
    return found
