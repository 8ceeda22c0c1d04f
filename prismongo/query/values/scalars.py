"""The table of scalar types: a row each, from a module of its own, for every stage to consult.

A scalar type more takes
- its module here, with its test beside it (`tests/query/values`), and its row below;
- its row in `prismongo/schema/scalars.py`: how the schema language writes its defaults;
- an import in the generated modules, where its Python type is not built in
  (`prismongo/generator`);
- a name in `bson_types.py` and a key in `stores/memory/compare.py`, where its BSON type is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prismongo.query.values.big_int import BIG_INT
from prismongo.query.values.boolean import BOOLEAN
from prismongo.query.values.bytes import BYTES
from prismongo.query.values.date_time import DATE_TIME, TIMESTAMP
from prismongo.query.values.decimal import DECIMAL
from prismongo.query.values.float import FLOAT
from prismongo.query.values.int import INT, INT_OF_32_BITS
from prismongo.query.values.json import JSON
from prismongo.query.values.object_id import OBJECT_ID, OBJECT_ID_AS_BYTES
from prismongo.query.values.scalar_type import ScalarType
from prismongo.query.values.string import STRING
from prismongo.schema.datamodel import Field

SCALARS: Final[Mapping[str, ScalarType]] = {
    row.name: row for row in (STRING, BOOLEAN, INT, BIG_INT, FLOAT, DECIMAL, DATE_TIME, JSON, BYTES)
}
NATIVE: Final[Mapping[tuple[str, str], ScalarType]] = {
    ("String", "ObjectId"): OBJECT_ID,
    ("Bytes", "ObjectId"): OBJECT_ID_AS_BYTES,
    ("Int", "Int"): INT_OF_32_BITS,
    ("DateTime", "Timestamp"): TIMESTAMP,
}
"""What `@db.…` makes of a scalar type, where it is not what the type is stored as anyway."""

ROWS: Final = (*SCALARS.values(), *NATIVE.values())


def scalar_of(field: Field) -> ScalarType:
    """The row of a scalar field (one element, of a list)."""
    native = field.native_type.name if field.native_type else ""
    return NATIVE.get((field.type, native)) or SCALARS[field.type]


def is_number(field: Field) -> bool:
    """Whether the field holds what can be calculated with."""
    return field.kind == "scalar" and SCALARS[field.type].average is not None


def is_any(field: Field) -> bool:
    """Whether the field holds values of any BSON type, objects and lists too: Json."""
    row = SCALARS.get(field.type)  # `Unsupported` has none
    return field.kind == "scalar" and row is not None and row.is_any


def may_be_list(field: Field) -> bool:
    """Whether a stored value of the field may be a list, which MongoDB sorts by an element."""
    return field.is_list or is_any(field)


def is_ordered(field: Field) -> bool:
    """Whether one value of the field is less than another; of enums, texts count."""
    return field.kind == "enum" or "lt" in SCALARS[field.type].operators
