"""Updates of fields: what `UpdateOne` and `UpdateMany` do to each field of a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prismongo.query.nodes.filters import Filter, Path
from prismongo.query.nodes.frozen import frozen


@frozen
@dataclass(frozen=True, slots=True)
class Set:
    """Store the value."""

    path: Path
    value: object


@dataclass(frozen=True, slots=True)
class Unset:
    """Remove the field from the document."""

    path: Path


ArithmeticOperator = Literal["increment", "decrement", "multiply", "divide"]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Calculate; null and missing give null. `is_integer` truncates the result of a division."""

    path: Path
    operator: ArithmeticOperator
    operand: object
    is_integer: bool
    may_be_null: bool


@dataclass(frozen=True, slots=True)
class Push:
    """Append to a list; null and missing become a list."""

    path: Path
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class AddValues:
    """Append the values that the list does not have yet; null and missing become a list."""

    path: Path
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RemoveValues:
    """Remove every occurrence of the values from a list; null and missing stay as they are."""

    path: Path
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class UpsertComposite:
    """Change a composite; store the value if the composite is null or missing."""

    path: Path
    value: object
    updates: tuple[FieldUpdate, ...]


@dataclass(frozen=True, slots=True)
class UpdateElements:
    """Change the matching elements of a composite list; paths are relative to the element."""

    path: Path
    where: Filter
    updates: tuple[FieldUpdate, ...]


@dataclass(frozen=True, slots=True)
class DeleteElements:
    """Remove the matching elements of a composite list."""

    path: Path
    where: Filter


FieldUpdate = (
    Set
    | Unset
    | Arithmetic
    | Push
    | AddValues
    | RemoveValues
    | UpsertComposite
    | UpdateElements
    | DeleteElements
)
