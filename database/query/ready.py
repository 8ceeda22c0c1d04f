"""Ready instances of generated models, by a reader generated once a class and selection.

Generated code, because each row is one dict display and a handful of type checks: with closures
1,000 rows cost 33 ms of CPU instead of 25, the driver's share included. What is not as expected
goes to the column's own `read`, which knows every case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bson import Int64, ObjectId
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from database.query.columns import Column, Read

_SETTERS: Final = {
    f"set_{name.strip('_')}": vars(BaseModel)[name].__set__
    for name in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
}
"""Pydantic's own slots, written without its checks: the values are checked here."""

_TYPES: Final = {"Int64": Int64, "ObjectId": ObjectId, "UTC": UTC, "datetime": datetime}


def compile_ready(kind: type[BaseModel], columns: Sequence[Column]) -> Read:
    """A reader of rows into instances of `kind`, fields in the class's order.

    Args:
        kind: a generated class.
        columns: what is selected; every other field has its default and is not set.
    """
    names: dict[str, Any] = {**_TYPES, **_SETTERS, "kind": kind, "new": kind.__new__}
    names["selected"] = {column.name for column in columns}
    by_name = {column.name: column for column in columns}
    parts = []
    for number, (name, info) in enumerate(kind.model_fields.items()):
        if name in by_name:
            parts.append(f"{name!r}: {_expression(by_name.pop(name), number, names)}")
        elif info.default is not PydanticUndefined:
            names[f"d{number}"] = info.default
            parts.append(f"{name!r}: d{number}")
    for number, column in enumerate(by_name.values(), start=len(parts)):  # `_count`
        parts.append(f"{column.name!r}: {_expression(column, number, names)}")
    source = _SOURCE.format(content=",\n            ".join(parts))
    exec(source, names)  # noqa: S102 - made of the schema's names, quoted, and of nothing else
    reader: Read = names["read"]
    return reader


_SOURCE: Final = """
def read(row):
    get = row.get
    instance = new(kind)
    set_dict(instance, {{
            {content}
    }})
    set_pydantic_fields_set(instance, selected.copy())
    set_pydantic_extra(instance, None)
    set_pydantic_private(instance, None)
    return instance
"""


def _expression(column: Column, number: int, names: dict[str, Any]) -> str:
    names[f"r{number}"] = column.read
    quick = column.quick
    if quick is None:
        return f"r{number}(row)"
    test, value = quick.test, quick.value
    for name, known in quick.names.items():
        names[f"{name}{number}"] = known
        test = test.replace(name, f"{name}{number}")
        value = value.replace(name, f"{name}{number}")
    test = test.replace("(v)", f"(v := get({quick.key!r}))", 1)
    null = "" if quick.null is None else f"{quick.null} if v is None else "
    return f"{value} if {test} else {null}r{number}(row)"
