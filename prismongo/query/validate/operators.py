"""The words of the client's filter language: which operators a field takes, what they mean here.

Source: Prisma Client reference, "Filter conditions and operators".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prismongo.query.nodes.filters import Comparison, Quantifier, TextMatch
from prismongo.schema.datamodel import Field

_EQUALITY: Final = ("equals", "not")
_MEMBERSHIP: Final = ("equals", "in", "notIn", "not")
_RANGE: Final = ("equals", "in", "notIn", "lt", "lte", "gt", "gte", "not")
OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "String": (*_RANGE, "contains", "startsWith", "endsWith", "mode"),
    "Int": _RANGE,
    "BigInt": _RANGE,
    "Float": _RANGE,
    "Decimal": _RANGE,
    "DateTime": _RANGE,
    "Boolean": _EQUALITY,
    "Bytes": _MEMBERSHIP,
    "Json": _EQUALITY,
    "enum": _MEMBERSHIP,
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


def operators(field: Field) -> tuple[str, ...]:
    """The operators that a filter on a stored field takes."""
    kind = "enum" if field.kind == "enum" else field.type
    if field.kind == "composite":
        kind = "composite list" if field.is_list else "composite"
    elif field.is_list:
        kind = "list"
    optional = field.is_list or not field.is_required
    return (*OPERATORS[kind], "isSet") if optional else OPERATORS[kind]
