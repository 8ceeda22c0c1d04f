"""compile, conditions: Filter → an aggregation expression about one element of a composite list.

Update pipelines choose elements with it, where the query language cannot stand. Same meaning as
`compile_filter`: every leaf but IsSet is false where the value is missing.
"""

from __future__ import annotations

import re
from typing import Any, assert_never

from bson import Regex

from database.query.filters import (
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
    Reference,
    Related,
    Text,
)
from database.query.refusals import unsupported

Expression = Any


def compile_condition(item: Filter, base: str) -> Expression:
    """The expression that is true for a matching element; `base` is the element (`$$e`)."""
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
        case Related() | After():
            raise AssertionError("a composite has no relations and no cursor")
        case _:
            assert_never(item)


def _at(base: str, path: Path) -> str:
    return ".".join((base, *path))


def _literal(value: object) -> Expression:
    if isinstance(value, Reference):
        raise unsupported("A field reference inside a list of composites", "give a value")
    return {"$literal": value}


def _is_set(value: str, is_set: bool) -> Expression:
    return {"$ne" if is_set else "$eq": [{"$type": value}, "missing"]}


def _compare(item: Compare, base: str) -> Expression:
    value, operand = _at(base, item.path), _literal(item.value)
    if item.insensitive and isinstance(item.value, str):
        return _insensitive(item, value, item.value)
    if item.operator == "eq":
        return {"$eq": [value, operand]}
    if item.operator == "ne":
        return {"$and": [_is_set(value, True), {"$ne": [value, operand]}]}
    return {"$and": [{"$gt": [value, None]}, {"$" + item.operator: [value, operand]}]}


def _insensitive(item: Compare, value: str, text: str) -> Expression:
    pattern = rf"^{re.escape(text)}\z"
    return _matching(value, pattern, negated=item.operator == "ne", ignore=True)


def _in(item: In, base: str) -> Expression:
    value = _at(base, item.path)
    if item.insensitive and isinstance(item.values, tuple):
        found: Expression = {
            "$or": [
                _matching(value, rf"^{re.escape(str(text))}\z", negated=False, ignore=True)
                for text in item.values
            ]
        }
    else:
        found = {"$in": [value, _literal(item.values)]}
    return {"$and": [_is_set(value, True), {"$not": [found]}]} if item.negated else found


def _text(item: Text, base: str) -> Expression:
    if isinstance(item.text, Reference):
        raise unsupported("A field reference inside a list of composites", "give a value")
    pattern = re.escape(item.text)
    if item.match == "startswith":
        pattern = "^" + pattern
    elif item.match == "endswith":
        pattern += r"\z"
    value = _at(base, item.path)
    return _matching(value, pattern, negated=item.negated, ignore=item.insensitive)


def _matching(value: str, pattern: str, *, negated: bool, ignore: bool) -> Expression:
    regex = Regex(pattern, "i" if ignore else "")
    is_text = {"$eq": [{"$type": value}, "string"]}
    matched = {"$cond": [is_text, {"$regexMatch": {"input": value, "regex": regex}}, False]}
    return {"$and": [_is_set(value, True), {"$not": [matched]}]} if negated else matched


def _list(item: Has | IsEmpty | Elements, base: str) -> Expression:
    value = _at(base, item.path)
    elements = {"$cond": [{"$isArray": [value]}, value, []]}
    match item:
        case Has(_, values, every, negated):
            operator = "$setIsSubset" if every else "$setIntersection"
            sides = [_literal(list(values) if isinstance(values, tuple) else values), elements]
            found: Expression = {operator: sides}
            if not every:
                found = {"$gt": [{"$size": found}, 0]}
            found = {"$not": [found]} if negated else found
            return {"$and": [_is_set(value, True), found]}
        case IsEmpty(_, is_empty, null_is_empty):
            counted: Expression = {"$eq" if is_empty else "$gt": [{"$size": elements}, 0]}
            present = _is_set(value, True) if null_is_empty else {"$gt": [value, None]}
            return {"$and": [present, counted]}
        case Elements(_, quantifier, inner, negated):
            condition = compile_condition(inner, "$$i")
            test = {"$map": {"input": elements, "as": "i", "in": condition}}
            if quantifier == "every":
                holds: Expression = {"$allElementsTrue": [test]}
            else:
                holds = {"$anyElementTrue": [test]}
            if (quantifier == "none") != negated:
                holds = {"$not": [holds]}
            return {"$and": [_is_set(value, True), holds]}
