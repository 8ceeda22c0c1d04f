"""One column of an answer: where its value is in a row, and how it is read.

`read` is right for every value. `fast_path` is an expression for the values that are as expected,
used by `instances.py` where readers are generated; it says nothing that `read` does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId

from prismongo.query.nodes.steps import Row
from prismongo.schema.datamodel import Enum, Field

Read = Callable[[Row], Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Rows to records; `many` does for a list what `one` does for a row, without a call a row."""

    one: Read
    many: Callable[[Sequence[Row]], list[Any]]


@dataclass(frozen=True, slots=True)
class FastPath:
    """`test` and `value` are expressions over `v`, the stored value or None, and over `names`.

    What may be null is read as None where it is null or missing.
    """

    key: str
    test: str
    value: str
    names: Mapping[str, Any]
    may_be_null: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A name in the answer."""

    name: str
    read: Read
    fast_path: FastPath | None = None


_DIGITS: Final = (
    # The property takes three times as long as the slot behind it, which may go.
    "v._ObjectId__id.hex()" if "_ObjectId__id" in vars(ObjectId) else "v.binary.hex()"
)

# Scalar type → the stored type that is expected, and the value that a model holds of it.
_EXPECTED: Final[Mapping[str, tuple[str, str]]] = {
    "String": ("type(v) is str", "v"),
    "Boolean": ("type(v) is bool", "v"),
    "Int": ("type(v) is Int64", "0 + v"),  # a plain int of the driver's own kind of it
    "BigInt": ("type(v) is Int64", "0 + v"),
    "Float": ("type(v) is float", "v"),
    "DateTime": (
        "type(v) is datetime",
        "combine(v, v.time(), UTC)",
    ),  # replace() takes six times as long
}


def fast_path(field: Field, enum: Enum | None) -> FastPath | None:
    """The expression for a field of a generated model; None where there is no fast path."""
    names: Mapping[str, Any] = {}
    if field.kind == "composite":
        return None
    if field.is_list:
        return FastPath(field.db_name, "v is None or v == []", "[]", {})
    if enum is not None:
        expected = ("type(v) is str and v in members", "members[v]")
        names = {"members": enum.members}
    elif field.is_object_id and field.type == "String":
        expected = ("type(v) is ObjectId", _DIGITS)
    elif field.type in _EXPECTED:
        expected = _EXPECTED[field.type]
    else:
        return None
    return FastPath(field.db_name, *expected, names, may_be_null=not field.is_required)
