"""What the schema language knows of scalar types: a row each. What they mean is of `query.values`.

Source: prisma-engines, the parser's `ScalarType` and `mongodb/mongodb_types.rs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from prismongo.schema.language.syntax import Constant, Expression, Number, Text
from prismongo.schema.literals import (
    base64_problem,
    boolean_problem,
    date_time_problem,
    decimal_problem,
    json_problem,
    whole_problem,
)
from prismongo.schema.moments import normal_moment


def _fine(_: str) -> None:
    return None


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class SchemaScalar:
    """One row.

    Attributes:
        name: in the schema.
        literals: how a constant default is written.
        problem: what is wrong with the text of one, in Prisma's words; None where nothing is.
        value: the text of one → what a datamodel holds.
        shown: what a datamodel holds → what the DMMF shows.
        functions: those that may be its default; `auto()` is of ObjectIds.
        native_types: the `@db.…` that it may have.
        is_key: whether an id, or the fields of a relation, may be of it.
    """

    name: str
    literals: tuple[type[Expression], ...]
    problem: Callable[[str], str | None] = _fine
    value: Callable[[str], object] = str
    shown: Callable[[Any], object] = _same
    functions: tuple[str, ...] = ()
    native_types: tuple[str, ...] = ()
    is_key: bool = True


_ROWS: Final = (
    SchemaScalar(
        "String",
        (Text,),
        functions=("cuid", "ulid", "uuid", "nanoid"),
        native_types=("String", "ObjectId"),
    ),
    SchemaScalar(
        "Boolean",
        (Constant,),
        boolean_problem,
        lambda text: text == "true",
        native_types=("Bool",),
    ),
    SchemaScalar(
        "Int",
        (Number,),
        whole_problem,
        int,
        functions=("autoincrement",),
        native_types=("Int", "Long"),
    ),
    SchemaScalar(
        "BigInt",
        (Number,),
        whole_problem,
        int,
        shown=str,
        functions=("autoincrement",),
        native_types=("Long",),
    ),
    SchemaScalar("Float", (Number,), value=float, native_types=("Double",)),
    SchemaScalar("Decimal", (Number, Text), decimal_problem, shown=float, is_key=False),
    SchemaScalar(
        "DateTime",
        (Text,),
        date_time_problem,
        shown=normal_moment,
        functions=("now",),
        native_types=("Date", "Timestamp"),
    ),
    SchemaScalar("Json", (Text,), json_problem, native_types=("Json",)),
    SchemaScalar("Bytes", (Text,), base64_problem, native_types=("BinData", "ObjectId")),
)
SCALARS: Final[Mapping[str, SchemaScalar]] = {row.name: row for row in _ROWS}
FUNCTIONS: Final = frozenset({"auto", "dbgenerated"}.union(*(row.functions for row in _ROWS)))
"""All that a default may call."""


def stored_as(native_type: str) -> tuple[str, ...]:
    """The scalar types that a native type can store."""
    return tuple(row.name for row in _ROWS if native_type in row.native_types)
