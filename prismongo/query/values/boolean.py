"""Boolean: BSON's bool."""

from __future__ import annotations

from typing import Final

from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.scalar_type import EQUALITY, Expected, ScalarType, refuse


def _encode(value: object) -> bool:
    if not isinstance(value, bool):
        raise refuse(value, "Boolean")
    return value


def _read(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise refuse_stored(value)


BOOLEAN: Final = ScalarType(
    name="Boolean",
    takes=(bool,),
    python_type=bool,
    encode=_encode,
    python=_read,
    wire=_read,
    least=(False,),
    operators=EQUALITY,
    expected=Expected("type(v) is bool", "v"),
    given=Expected("type(v) is bool", "v"),
    native="boolean",
)
