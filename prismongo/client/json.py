"""The type of Json fields in records: upstream's, which takes its own dumps as well.

Upstream's `Json` is pydantic's: it reads nothing but the text of JSON. So a record that was dumped
could not be read again: a dump has the value itself.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from prisma.fields import Json as _Json
from pydantic import GetCoreSchemaHandler, SerializationInfo, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class _Reading:
    """How pydantic reads and writes a Json field.

    In Python a text is the text of JSON, as upstream and the engine write it; every other value is
    taken as it is. Inside of JSON a value is what it says: a text stays a text.
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_before_validator_function(
            _read,
            core_schema.any_schema(),
            serialization=core_schema.wrap_serializer_function_ser_schema(_write, info_arg=True),
        )


def _read(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, _Json):
        return value.data
    if info.mode == "json" or not isinstance(value, str | bytes | bytearray):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError("json_invalid", "Invalid JSON") from error


def _write(value: Any, handler: Any, info: SerializationInfo) -> Any:
    """The value; as text where a dump in Python shall be read again without loss."""
    if info.round_trip and info.mode == "python":
        return json.dumps(value)
    return handler(value)


Json = Annotated[_Json, _Reading()]
