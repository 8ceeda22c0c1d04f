"""The words of the client's filter language: which operators a field takes, what they mean here.

Source: Prisma Client reference, "Filter conditions and operators".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prismongo.query.nodes.filters import Comparison, Quantifier, TextMatch
from prismongo.query.values.scalar_type import MEMBERSHIP
from prismongo.query.values.scalars import SCALARS, is_any
from prismongo.schema.datamodel import Field

OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    **{scalar.name: scalar.operators for scalar in SCALARS.values()},
    "enum": MEMBERSHIP,
    "list": ("equals", "has", "hasEvery", "hasSome", "isEmpty"),
    "composite": ("equals", "is", "isNot"),
    "composite list": ("equals", "isEmpty", "every", "some", "none"),
}
OPPOSITE: Final[Mapping[Comparison, Comparison]] = {
    "eq": "ne",
    "ne": "eq",
    "lt": "gte",
    "lte": "gt",
    "gt": "lte",
    "gte": "lt",
}
COMPARISONS: Final[Mapping[str, Comparison]] = {"lt": "lt", "lte": "lte", "gt": "gt", "gte": "gte"}
TEXTS: Final[Mapping[str, TextMatch]] = {
    "contains": "contains",
    "startsWith": "startswith",
    "endsWith": "endswith",
}
QUANTIFIERS: Final[Mapping[str, Quantifier]] = {"some": "some", "every": "every", "none": "none"}


def described(field: Field) -> str:
    """The type of a field in an error about operators, with what one may have meant instead."""
    if is_any(field) and not field.is_list:
        return "Json (if this is the value, wrap it in prisma.Json)"
    return field.type


def operators(field: Field) -> tuple[str, ...]:
    """The operators that a filter on a stored field takes."""
    kind = "enum" if field.kind == "enum" else field.type
    if field.kind == "composite":
        kind = "composite list" if field.is_list else "composite"
    elif field.is_list:
        kind = "list"
    optional = field.is_list or not field.is_required
    return (*OPERATORS[kind], "isSet") if optional else OPERATORS[kind]
