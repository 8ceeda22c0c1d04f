"""compile, conditions: Filter → an aggregation expression on a document or an element of a list.

For places where MongoDB does not allow its query language: update pipelines select elements by an
expression, and so do filters that compare fields of an element. The meaning is that of
`compile_filter`: every leaf except IsSet is false if the value is missing.
"""

from __future__ import annotations

import re
from typing import assert_never

from bson import Regex

from prismongo.query.nodes.filters import (
    After,
    And,
    Compare,
    Complement,
    Elements,
    Filter,
    Has,
    In,
    IsEmpty,
    IsSet,
    Or,
    Path,
    Quantifier,
    Reference,
    Related,
    Search,
    Text,
    element_filter,
)
from prismongo.stores.mongo.compile.fields import (
    COMPARISON_OPERATORS,
    Expression,
    among,
    compared,
    elements,
    holds_elements,
    holds_text,
    if_texts,
    inverted,
    text_pattern,
)


def compile_condition(item: Filter, base: str = "") -> Expression:
    """The expression that is true for a match; `base` is the variable of the element (`$$e`)."""
    match item:
        case And(filters):
            return {"$and": [compile_condition(part, base) for part in filters]}
        case Or(filters):
            return {"$or": [compile_condition(part, base) for part in filters]}
        case Complement(inner):
            return {"$not": [compile_condition(inner, base)]}
        case Compare():
            return _compare(item, base)
        case In():
            return _in(item, base)
        case Text():
            return _text(item, base)
        case IsSet(path, is_set):
            return _is_set(_at(base, path), is_set)
        case Has() | IsEmpty() | Elements():
            return _list(item, base)
        case Search() | Related() | After():
            raise AssertionError("a composite has no text index, no relations and no cursor")
        case _:
            assert_never(item)


def _at(base: str, path: Path) -> str:
    return ".".join((base, *path)) if base else "$" + ".".join(path)


def _is_set(value: str, is_set: bool) -> Expression:
    return {"$ne" if is_set else "$eq": [{"$type": value}, "missing"]}


def _compare(item: Compare, base: str) -> Expression:
    value, operand = _at(base, item.path), {"$literal": item.value}
    if isinstance(item.value, Reference):
        return _compare_fields(item, value, _at(base, item.value.path))
    if item.insensitive and isinstance(item.value, str):
        return _insensitive(item, value, item.value)
    compared_values = {COMPARISON_OPERATORS[item.operator]: [value, operand]}
    match item.operator:
        case "eq":
            return compared_values
        case "ne":
            return {"$and": [_is_set(value, True), compared_values]}
        case "lt" | "lte" | "gt" | "gte":
            return {"$and": [{"$gt": [value, None]}, compared_values]}
        case _:
            assert_never(item.operator)


def _compare_fields(item: Compare, value: str, other: str) -> Expression:
    match item.operator:
        case "eq" | "ne":
            present = [_is_set(value, True), _is_set(other, True)]
        case "lt" | "lte" | "gt" | "gte":
            present = [{"$gt": [value, None]}, {"$gt": [other, None]}]
        case _:
            assert_never(item.operator)
    return {"$and": [*present, compared(item, value, other)]}


def _insensitive(item: Compare, value: str, text: str) -> Expression:
    match item.operator:
        case "eq" | "ne":
            pattern = rf"^{re.escape(text)}\z"
            return _matching(value, pattern, negated=item.operator == "ne", ignore=True)
        case "lt" | "lte" | "gt" | "gte":
            sides = [{"$toLower": value}, {"$toLower": {"$literal": text}}]
            return if_texts({COMPARISON_OPERATORS[item.operator]: sides}, value)
        case _:
            assert_never(item.operator)


def _in(item: In, base: str) -> Expression:
    value = _at(base, item.path)
    if isinstance(item.values, Reference):
        other = _at(base, item.values.path)
        return _both_set(value, other, among(item, value, other))
    if item.insensitive:
        expression: Expression = {
            "$or": [
                _matching(value, rf"^{re.escape(str(text))}\z", negated=False, ignore=True)
                for text in item.values
            ]
        }
    else:
        expression = {"$in": [value, {"$literal": item.values}]}
    return {"$and": [_is_set(value, True), {"$not": [expression]}]} if item.negated else expression


def _both_set(value: str, other: str, expression: Expression) -> Expression:
    return {"$and": [_is_set(value, True), _is_set(other, True), expression]}


def _text(item: Text, base: str) -> Expression:
    if isinstance(item.text, Reference):
        value, other = _at(base, item.path), _at(base, item.text.path)
        return _both_set(value, other, holds_text(item, value, other))
    pattern = text_pattern(item.match, item.text)
    value = _at(base, item.path)
    return _matching(value, pattern, negated=item.negated, ignore=item.insensitive)


def _matching(value: str, pattern: str, *, negated: bool, ignore: bool) -> Expression:
    regex = Regex(pattern, "i" if ignore else "")
    expression = {"$regexMatch": {"input": value, "regex": regex}}
    matched = if_texts(expression, value)
    return {"$and": [_is_set(value, True), {"$not": [matched]}]} if negated else matched


def _list(item: Has | IsEmpty | Elements, base: str) -> Expression:
    value = _at(base, item.path)
    inside = elements(value)
    match item:
        case Has():
            return _has(item, value, base)
        case IsEmpty(_, True):
            return {"$in": [value, [{"$literal": []}, None]]}
        case IsEmpty():
            return {"$gt": [{"$size": inside}, 0]}
        case Elements(_, quantifier, _, negated):
            condition = compile_condition(element_filter(item), "$$i")
            results = {"$map": {"input": inside, "as": "i", "in": condition}}
            return {"$and": [_is_set(value, True), _quantified(quantifier, results, negated)]}
        case _:
            assert_never(item)


def _quantified(quantifier: Quantifier, results: Expression, negated: bool) -> Expression:
    match quantifier:
        case "some":
            return inverted({"$anyElementTrue": [results]}, negated=negated)
        case "every":
            return inverted({"$allElementsTrue": [results]}, negated=negated)
        case "none":
            return inverted({"$anyElementTrue": [results]}, negated=not negated)
        case _:
            assert_never(quantifier)


def _has(item: Has, value: str, base: str) -> Expression:
    values = item.values if isinstance(item.values, tuple) else (item.values,)
    if values and isinstance(values[0], Reference):
        other = _at(base, values[0].path)
        return _both_set(value, other, holds_elements(item, value, other))
    sides = [{"$literal": list(values)}, elements(value)]
    expression: Expression = {"$setIsSubset": sides}
    if not item.every:
        expression = {"$gt": [{"$size": {"$setIntersection": sides}}, 0]}
    expression = {"$not": [expression]} if item.negated else expression
    return {"$and": [_is_set(value, True), expression]}
