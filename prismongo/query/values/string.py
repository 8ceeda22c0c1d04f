"""String: BSON's string. What `@db.ObjectId` makes of it is in `object_id.py`."""

from __future__ import annotations

from typing import Final

from bson import ObjectId

from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.scalar_type import RANGE, Expected, ScalarType, refuse


def encode_string(value: object) -> str:
    """A text; a str's subclass gives its characters."""
    if not isinstance(value, str):
        raise refuse(value, "String")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("the text holds a lone surrogate, which UTF-8 cannot say") from None
    return str.__str__(value)  # exactly a str, and of a `class Mine(str, Enum)` its value


def read_string(value: object) -> str:
    """A text; an ObjectId gives its hexadecimal digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, ObjectId):
        return str(value)
    raise refuse_stored(value)


STRING: Final = ScalarType(
    name="String",
    takes=(str,),
    python_type=str,
    encode=encode_string,
    python=read_string,
    wire=read_string,
    least=("",),
    operators=(*RANGE, "contains", "startsWith", "endsWith", "mode"),
    expected=Expected("type(v) is str", "v"),
    given=Expected("type(v) is str and v.isascii()", "v"),
    native="text",
)
