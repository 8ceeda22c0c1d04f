"""One column of an answer: where its value is in a row, and how it is read.

`read` is right for every value. `quick` is an expression for the values that are as expected, used
by `ready.py` where readers are generated; it says nothing that `read` does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from database.query.steps import Row
from database.schema.datamodel import Enum, Field

Read = Callable[[Row], Any]


@dataclass(frozen=True, slots=True)
class Quick:
    """`test` and `value` are expressions over `v`, the stored value, and over `names`.

    Where `null` is given, it is the value of null and missing.
    """

    key: str
    test: str
    value: str
    names: Mapping[str, Any]
    null: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A name in the answer."""

    name: str
    read: Read
    quick: Quick | None = None


# Scalar type → the stored type that is expected, and the value that a model holds of it.
_EXPECTED: Final[Mapping[str, tuple[str, str]]] = {
    "String": ("type(v) is str", "v"),
    "Boolean": ("type(v) is bool", "v"),
    "Int": ("type(v) is Int64", "0 + v"),  # a plain int of the driver's own kind of it
    "BigInt": ("type(v) is Int64", "0 + v"),
    "Float": ("type(v) is float", "v"),
    "DateTime": ("type(v) is datetime", "v.replace(tzinfo=UTC)"),
}


def quick(field: Field, enum: Enum | None) -> Quick | None:
    """The expression for a field of a generated model; None where there is no quick way."""
    names: Mapping[str, Any] = {}
    if field.kind == "composite":
        return None
    if field.is_list:
        return Quick(field.db_name, "(v) == empty", "[]", {"empty": []}, "[]")
    if enum is not None:
        expected = ("type(v) is str and v in members", "members[v]")
        names = {"members": enum.members}
    elif field.is_object_id and field.type == "String":
        expected = ("type(v) is ObjectId", "v.binary.hex()")
    elif field.type in _EXPECTED:
        expected = _EXPECTED[field.type]
    else:
        return None
    null = None if field.is_required else "None"
    return Quick(field.db_name, *expected, names, null)
