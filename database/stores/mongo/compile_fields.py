"""compile, fields: expressions that compare one field with another.

`compile_filter` asks documents with them, `compile_condition` the elements of a list. A `value`
and an `other` are paths as expressions write them: `$name`, `$$element.name`. That both are set,
and texts where texts are needed, is the caller's to ask.
"""

from __future__ import annotations

from typing import Any

from database.query.filters import Compare, Has, In, Text

Expression = Any


def compared(item: Compare, value: str, other: str) -> Expression:
    """Whether the first stands to the second as the operator says."""
    sides: list[Expression] = [value, other]
    if item.insensitive:
        sides = [{"$toLower": value}, {"$toLower": other}]
    return {"$" + item.operator: sides}


def among(item: In, value: str, other: str) -> Expression:
    """Whether the first is an element of the second; null is a list without elements."""
    elements = _elements(other)
    found: Expression = {"$in": [value, elements]}
    if item.insensitive:
        lowered = {"$map": {"input": elements, "as": "one", "in": {"$toLower": "$$one"}}}
        found = {"$in": [{"$toLower": value}, lowered]}
    return _inverted(found, negated=item.negated)


def holds_text(item: Text, value: str, other: str) -> Expression:
    """Whether the first text holds the second one."""
    operator = "$toLower" if item.insensitive else "$toString"
    whole, piece = {operator: value}, {operator: other}
    match item.match:
        case "contains":
            found: Expression = {"$gte": [{"$indexOfBytes": [whole, piece]}, 0]}
        case "startswith":
            found = {"$eq": [{"$indexOfBytes": [whole, piece]}, 0]}
        case "endswith":
            sizes = [{"$strLenBytes": whole}, {"$strLenBytes": piece}]
            found = {"$and": [{"$gte": sizes}, {"$eq": [_tail(whole, piece), piece]}]}
    return _inverted(found, negated=item.negated)


def holds_elements(item: Has, value: str, other: str) -> Expression:
    """Whether the first, a list, holds the second, or every or some of its elements."""
    mine = _elements(value)
    if isinstance(item.values, tuple):
        found: Expression = {"$in": [other, mine]}
    elif item.every:
        found = {"$setIsSubset": [mine, _elements(other)]}
    else:
        found = {"$gt": [{"$size": {"$setIntersection": [mine, _elements(other)]}}, 0]}
    return _inverted(found, negated=item.negated)


def _elements(value: str) -> Expression:
    return {"$cond": [{"$isArray": [value]}, value, []]}


def _inverted(expression: Expression, *, negated: bool) -> Expression:
    return {"$not": [expression]} if negated else expression


def _tail(whole: Expression, piece: Expression) -> Expression:
    start = {"$subtract": [{"$strLenBytes": whole}, {"$strLenBytes": piece}]}
    return {"$substrBytes": [whole, {"$max": [start, 0]}, {"$strLenBytes": piece}]}
