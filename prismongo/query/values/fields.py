"""The encoder of a field: that of its scalar type, or of its enum. Beside the codecs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prismongo.query.values.codecs import encoder, kind_of
from prismongo.schema.datamodel import Datamodel, Field


def field_encoder(datamodel: Datamodel, field: Field) -> Callable[[Any], object]:
    """One value of a scalar or enum field → what is stored; of a list, one of its elements.

    The function raises ValueError for a value that is not of the field's type.
    """
    if field.kind == "enum":
        enum = datamodel.enum[field.type]
        return lambda value: _encode_enum(enum.name, enum.stored, value)
    return encoder(field)


def encode_constant(encode: Callable[[Any], object], field: Field, value: object) -> object:
    """A constant default as it is stored; `encode` is the field's encoder."""
    if field.is_list and isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return encode(value)


def _encode_enum(name: str, stored: Mapping[str, str], value: object) -> str:
    text = value if isinstance(value, str) else None
    if text is None:
        raise ValueError(f"expected {name}, got {kind_of(value)}")
    found = stored.get(str.__str__(text))  # a plain `class Mine(str, Enum)` has another str()
    if found is None:
        raise ValueError(f"expected one of {', '.join(stored)} ({name})")
    return found
