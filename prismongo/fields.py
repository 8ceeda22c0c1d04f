"""Json and Base64: the types of fields that Python has not. `prisma.fields` has them from here.

Names and behaviour are those of prisma-client-py 0.15 (`prisma/_fields.py`), whose own module takes
an HTTP client with it. Ours beyond upstream's: a Json is read from its own dump as well.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Union

from pydantic import GetCoreSchemaHandler, SerializationInfo, ValidationInfo
from pydantic import Json as _PydanticJson
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

if TYPE_CHECKING:
    from typing import overload

    _Base = str
else:
    _Base = _PydanticJson

__all__ = ["Base64", "Json", "Serializable"]

# The texts are for Python 3.11, which cannot refer to what is not there yet.
Serializable = Union[
    None,
    bool,
    float,
    int,
    str,
    datetime,
    Sequence["Serializable"],
    Mapping[None, "Serializable"],
    Mapping[bool, "Serializable"],
    Mapping[float, "Serializable"],
    Mapping[int, "Serializable"],
    Mapping[str, "Serializable"],
]
"""What `Json` holds."""


class Json(_Base):
    """A value for a Json field, and in a model the type of such a field.

    In Python a text is the text of JSON, as upstream and the engine write it; every other value is
    taken as it is. Inside of JSON a value is what it says: a text stays a text.

    Args:
        data: dicts with keys of text, lists, texts, numbers, booleans, None.
    """

    data: Serializable

    def __init__(self, data: Serializable) -> None:
        self.data = data
        super().__init__()

    @classmethod
    def keys(cls, **data: Serializable) -> Json:  # type: ignore[override,unused-ignore]
        """A Json object of these keys."""
        return cls(data)

    if TYPE_CHECKING:
        # A record has the value itself, of whatever type: checkers see a text that has items.
        @overload  # type: ignore[override]
        def __getitem__(self, item: slice) -> list[Any]: ...

        @overload
        def __getitem__(self, item: bool | float | str | None) -> Any: ...

        def __getitem__(self, item: Any) -> Any: ...
    else:

        @classmethod
        def __get_pydantic_core_schema__(
            cls, source: object, handler: GetCoreSchemaHandler
        ) -> CoreSchema:
            return core_schema.with_info_before_validator_function(
                _read_json,
                core_schema.any_schema(),
                serialization=core_schema.wrap_serializer_function_ser_schema(
                    _write_json, info_arg=True
                ),
            )


def _read_json(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, Json):
        return value.data
    if info.mode == "json" or not isinstance(value, str | bytes | bytearray):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError("json_invalid", "Invalid JSON") from error


def _write_json(value: Any, handler: Any, info: SerializationInfo) -> Any:
    """The value; as text where a dump in Python shall be read again without loss."""
    if info.round_trip and info.mode == "python":
        return json.dumps(value)
    return handler(value)


class Base64:
    """Bytes as base64, which is how JSON holds them.

    Args:
        raw: the base64, in ASCII; `Base64.encode` takes the bytes themselves.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    @classmethod
    def encode(cls, value: bytes) -> Base64:
        """The base64 of some bytes."""
        return cls(base64.b64encode(value))

    @classmethod
    def fromb64(cls, value: str | bytes) -> Base64:
        """What is base64 already."""
        return cls(value if isinstance(value, bytes) else value.encode("ascii"))

    def decode(self) -> bytes:
        """The bytes themselves."""
        return base64.b64decode(self._raw)

    def decode_str(self, encoding: str = "utf-8") -> str:
        """The bytes as text."""
        return self.decode().decode(encoding)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> Any:
        found = handler.resolve_ref_schema(handler(schema))
        return {**found, "type": "string", "format": "byte"}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, *_: Any) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            _read_base64,
            schema=core_schema.any_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    def __str__(self) -> str:
        return self._raw.decode("ascii")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._raw!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Base64) and self._raw == other._raw


def _read_base64(value: object) -> Base64:
    match value:
        case Base64():
            return value
        case str() | bytes():
            return Base64.fromb64(value)
        case _:
            raise ValueError(f"expected a String or bytes, got {type(value).__name__}")
