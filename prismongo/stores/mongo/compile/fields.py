"""compile, fields: expressions that compare one field with another, and patterns of texts.

`compile_filter` uses them on documents, `compile_condition` on elements of a list. `value` and
`other` are paths in expressions: `$name`, `$$element.name`. The caller checks that both are set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, assert_never

from prismongo.query.nodes.filters import Compare, Comparison, Has, In, Text, TextMatch

Expression = Any

COMPARISON_OPERATORS: Final[Mapping[Comparison, str]] = {
    "eq": "$eq",
    "ne": "$ne",
    "lt": "$lt",
    "lte": "$lte",
    "gt": "$gt",
    "gte": "$gte",
}
"""MongoDB's operators; a query and an expression have the same names for them."""


def text_pattern(match: TextMatch, text: str) -> str:
    """The regular expression that finds a text; the text itself is taken literally."""
    pattern = re.escape(text)
    match match:
        case "contains":
            return pattern
        case "startswith":
            return "^" + pattern
        case "endswith":
            return pattern + r"\z"
        case _:
            assert_never(match)


def prefix_range(prefix: str) -> dict[str, Any]:
    """The texts that start with `prefix`, as a range of an index."""
    for position in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[position]) + 1
        if following == 0xD800:  # surrogates are no characters
            following = 0xE000
        if following <= 0x10FFFF:
            return {"$gte": prefix, "$lt": prefix[:position] + chr(following)}
    return {"$gte": prefix, "$type": "string"}


def compared(item: Compare, value: str, other: str) -> Expression:
    """Compares the first field with the second by the operator."""
    if not item.insensitive:
        return {COMPARISON_OPERATORS[item.operator]: [value, other]}
    negated = item.operator == "ne"
    operator = COMPARISON_OPERATORS["eq" if negated else item.operator]
    expression = if_texts({operator: [{"$toLower": value}, {"$toLower": other}]}, value, other)
    return inverted(expression, negated=negated)


def among(item: In, value: str, other: str) -> Expression:
    """Whether the first is an element of the second; null is an empty list."""
    expression: Expression = {"$in": [value, elements(other)]}
    if item.insensitive:
        texts = {"$filter": {"input": elements(other), "as": "one", "cond": is_text("$$one")}}
        lowered = {"$map": {"input": texts, "as": "one", "in": {"$toLower": "$$one"}}}
        expression = if_texts({"$in": [{"$toLower": value}, lowered]}, value)
    return inverted(expression, negated=item.negated)


def holds_text(item: Text, value: str, other: str) -> Expression:
    """Whether the first text contains, starts with or ends with the second."""
    whole, piece = ({"$toLower": text} if item.insensitive else text for text in (value, other))
    match item.match:
        case "contains":
            expression: Expression = {"$gte": [{"$indexOfBytes": [whole, piece]}, 0]}
        case "startswith":
            expression = {"$eq": [{"$indexOfBytes": [whole, piece]}, 0]}
        case "endswith":
            sizes = [{"$strLenBytes": whole}, {"$strLenBytes": piece}]
            expression = {"$and": [{"$gte": sizes}, {"$eq": [_tail(whole, piece), piece]}]}
        case _:
            assert_never(item.match)
    return inverted(if_texts(expression, value, other), negated=item.negated)


def holds_elements(item: Has, value: str, other: str) -> Expression:
    """Whether the first list has the second value, or every or some element of the second list."""
    mine = elements(value)
    if isinstance(item.values, tuple):
        expression: Expression = {"$in": [other, mine]}
    elif item.every:
        expression = {"$setIsSubset": [mine, elements(other)]}
    else:
        expression = {"$gt": [{"$size": {"$setIntersection": [mine, elements(other)]}}, 0]}
    return inverted(expression, negated=item.negated)


def elements(value: str) -> Expression:
    """The elements of a list; an empty list for other values."""
    return {"$cond": [{"$isArray": [value]}, value, []]}


def is_text(value: str) -> Expression:
    """Whether the value is a text."""
    return {"$eq": [{"$type": value}, "string"]}


def if_texts(expression: Expression, *values: str) -> Expression:
    """The expression if all values are texts, else false. `$and` would evaluate it for others."""
    tests = [is_text(value) for value in values]
    return {"$cond": [{"$and": tests} if len(tests) > 1 else tests[0], expression, False]}


def inverted(expression: Expression, *, negated: bool) -> Expression:
    """The expression, or its opposite where it is negated."""
    return {"$not": [expression]} if negated else expression


def _tail(whole: Expression, piece: Expression) -> Expression:
    start = {"$subtract": [{"$strLenBytes": whole}, {"$strLenBytes": piece}]}
    return {"$substrBytes": [whole, {"$max": [start, 0]}, {"$strLenBytes": piece}]}
