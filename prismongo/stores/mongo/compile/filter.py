"""compile, filters: Filter → MongoDB's query language, by operators that use indexes.

`$expr` is used only if there is no such operator: for references to other fields, for whole Json
values, for order without case, and for elements of lists with such conditions. A value can never
become an operator: a document is always the operand of `$eq` or `$literal`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, assert_never

from bson import Int64, ObjectId, Regex

from prismongo.query.nodes.equalities import null_or_missing_path
from prismongo.query.nodes.filters import (
    After,
    And,
    Compare,
    Comparison,
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
    Search,
    Text,
    element_filter,
    has_relations,
)
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.compile.condition import compile_condition
from prismongo.stores.mongo.compile.fields import (
    COMPARISON_OPERATORS,
    among,
    compared,
    holds_elements,
    holds_text,
    if_texts,
    prefix_range,
    text_pattern,
)
from prismongo.stores.mongo.compile.lookup import lookup

NO_DOCUMENT: Final[Mapping[str, Any]] = {"_id": {"$in": []}}
"""Matches no document, and the server reads nothing."""

_ALONE: Final = frozenset({ObjectId, str, Int64, bool, datetime})
"""The types of values that need no `$eq`."""

_PLAIN: Final = (dict, list, re.Pattern, Regex)


def compile_filter(item: Filter, joins: list[Document]) -> Document:
    """The `$match` of a filter.

    Args:
        item: the filter.
        joins: receives the `$lookup` stages that must run before the `$match`.
    """
    if (  # a plain comparison with one value, as in most look-ups
        type(item) is Compare
        and item.operator == "eq"
        and type(item.value) in _ALONE
        and not item.insensitive
        and not item.exact
    ):
        return {dotted(item.path): item.value}
    return _FilterCompiler(joins).compile(item)


class _FilterCompiler:
    def __init__(self, joins: list[Document]) -> None:
        self._joins = joins

    def compile(self, item: Filter) -> Document:
        match item:
            case And(filters):
                return merge([self.compile(part) for part in filters])
            case Or() if (path := null_or_missing_path(item)) and len(path) == 1:
                return {path[0]: None}
            case Or(filters):
                return self._any([self.compile(part) for part in filters])
            case Complement(inner):
                return {"$nor": [self.compile(inner)]}
            case Compare():
                return self._compare(item)
            case In():
                return self._in(item)
            case Text():
                return self._text(item)
            case Search(_, text):
                return {"$text": {"$search": text}}
            case IsSet(path, is_set):
                return {dotted(path): {"$exists": is_set}}
            case Has():
                return self._has(item)
            case IsEmpty():
                return _is_empty(item)
            case Elements():
                return self._elements(item)
            case Related():
                return self._related(item)
            case After():
                raise AssertionError("a cursor is part of Find")
            case _:
                assert_never(item)

    def _any(self, parts: list[Document]) -> Document:
        if len(parts) == 1:
            return parts[0]
        return {"$or": parts} if parts else dict(NO_DOCUMENT)

    # --- scalars ---

    def _compare(self, item: Compare) -> Document:
        if isinstance(item.value, Reference):
            return self._compare_fields(item, item.value)
        if item.insensitive and isinstance(item.value, str):
            return self._insensitive(item, item.value)
        if item.exact:
            sides = ["$" + dotted(item.path), {"$literal": item.value}]
            operator = {COMPARISON_OPERATORS[item.operator]: sides}
            return {dotted(item.path): {"$exists": True}, "$expr": operator}
        return {dotted(item.path): _condition(item.path, item.operator, item.value)}

    def _compare_fields(self, item: Compare, other: Reference) -> Document:
        first, second = dotted(item.path), dotted(other.path)
        match item.operator:
            case "eq" | "ne":
                present: Document = {"$exists": True}
            case "lt" | "lte" | "gt" | "gte":
                present = {"$ne": None}
            case _:
                assert_never(item.operator)
        expression = compared(item, "$" + first, "$" + second)
        return {first: present, second: present, "$expr": expression}

    def _insensitive(self, item: Compare, value: str) -> Document:
        name = dotted(item.path)
        match item.operator:
            case "eq" | "ne":
                pattern = Regex(rf"^{re.escape(value)}\z", "i")
                return {name: _matching(pattern, negated=item.operator == "ne")}
            case "lt" | "lte" | "gt" | "gte":
                values = [{"$toLower": "$" + name}, {"$toLower": {"$literal": value}}]
                ordered = {COMPARISON_OPERATORS[item.operator]: values}
                return {name: {"$type": "string"}, "$expr": if_texts(ordered, "$" + name)}
            case _:
                assert_never(item.operator)

    def _in(self, item: In) -> Document:
        name = dotted(item.path)
        if isinstance(item.values, Reference):
            other = dotted(item.values.path)
            return {
                name: {"$exists": True},
                other: {"$exists": True},
                "$expr": among(item, "$" + name, "$" + other),
            }
        values = [
            Regex(rf"^{re.escape(value)}\z", "i")
            if item.insensitive and isinstance(value, str)
            else value
            for value in item.values
        ]
        condition: Document = {"$nin" if item.negated else "$in": values}
        if item.path != ("_id",) and (item.negated or None in values):
            condition["$exists"] = True
        return {name: condition}

    def _text(self, item: Text) -> Document:
        name = dotted(item.path)
        if isinstance(item.text, Reference):
            return self._text_of_field(item, item.text)
        if item.match == "startswith" and not item.insensitive:
            span = prefix_range(item.text)
            if item.negated:
                return {name: {"$not": span, "$exists": True}}
            return {name: span}
        pattern = text_pattern(item.match, item.text)
        regex = Regex(pattern, "i" if item.insensitive else "")
        return {name: _matching(regex, negated=item.negated)}

    def _text_of_field(self, item: Text, other: Reference) -> Document:
        names = [dotted(item.path), dotted(other.path)]
        expression = holds_text(item, "$" + names[0], "$" + names[1])
        return {name: {"$exists": True} for name in names} | {"$expr": expression}

    # --- lists ---

    def _has(self, item: Has) -> Document:
        name = dotted(item.path)
        if isinstance(item.values, Reference):
            return self._has_field(item, item.values)
        if item.values and isinstance(item.values[0], Reference):
            return self._has_field(item, item.values[0])
        values = list(item.values)
        if not values:
            return {name: {"$exists": True}} if item.every != item.negated else dict(NO_DOCUMENT)
        if any(isinstance(value, list | dict) for value in values):
            return self._has_json(item, values)
        if len(values) == 1:
            return {name: _condition(item.path, "ne" if item.negated else "eq", values[0])}
        operator = "$all" if item.every else "$in"
        if not item.negated:
            return {name: {operator: values}}
        return {name: {"$not": {operator: values}, "$exists": True}}

    def _has_json(self, item: Has, values: list[Any]) -> Document:
        """Compares whole elements: the query language would also compare the list itself."""
        name = dotted(item.path)
        elements = {"$ifNull": ["$" + name, []]}
        tests = [{"$in": [{"$literal": value}, elements]} for value in values]
        expression: Any = {"$and" if item.every else "$or": tests}
        if item.negated:
            expression = {"$not": [expression]}
        return {name: {"$exists": True}, "$expr": expression}

    def _has_field(self, item: Has, other: Reference) -> Document:
        names = [dotted(item.path), dotted(other.path)]
        expression = holds_elements(item, "$" + names[0], "$" + names[1])
        return {name: {"$exists": True} for name in names} | {"$expr": expression}

    def _elements(self, item: Elements) -> Document:
        inner = element_filter(item)
        if _needs_expression(inner):
            return {"$expr": compile_condition(item)}
        wanted, is_found = self.compile(inner), not item.negated
        match item.quantifier:
            case "some":
                pass
            case "every":
                wanted, is_found = {"$nor": [wanted]}, not is_found
            case "none":
                is_found = not is_found
            case _:
                assert_never(item.quantifier)
        found: Document = {"$elemMatch": wanted}
        if is_found:
            return {dotted(item.path): found}
        return {dotted(item.path): {"$not": found, "$exists": True}}

    # --- relations ---

    def _related(self, item: Related) -> Document:
        name = f"_r{len(self._joins)}"
        self._joins.append({})  # keeps the name while inner filters take theirs
        place = len(self._joins) - 1
        pipeline = match_stages(item.filter)
        self._joins[place] = lookup(
            item.link, name, [*pipeline, {"$limit": 1}, {"$project": {"_id": 1}}]
        )
        return {f"{name}.0": {"$exists": item.exists}}


def match_stages(item: Filter) -> list[Document]:
    """The stages that keep the matching documents; conditions without a join come first."""
    plain, joined = _split(item)
    stages: list[Document] = []
    joins: list[Document] = []
    first = compile_filter(plain, [])
    if first:
        stages.append({"$match": first})
    if joined is not None:
        match = compile_filter(joined, joins)
        stages += [*joins, {"$match": match}]
        stages.append({"$unset": [f"_r{number}" for number in range(len(joins))]})
    return stages


def _split(item: Filter) -> tuple[Filter, Filter | None]:
    if not has_relations(item):
        return item, None
    if not isinstance(item, And):
        return And(), item
    plain = tuple(part for part in item.filters if not has_relations(part))
    joined = tuple(part for part in item.filters if has_relations(part))
    return And(plain), And(joined)


def _condition(path: Path, operator: Comparison, value: Any) -> Any:
    match operator:
        case "eq":
            if value is None:
                return {"$eq": None, "$exists": True}
            return {"$eq": value} if isinstance(value, _PLAIN) else value
        case "ne":
            if value is None or path == ("_id",):
                return {"$ne": value}
            return {"$ne": value, "$exists": True}
        case "lt" | "lte" | "gt" | "gte":
            return {COMPARISON_OPERATORS[operator]: value}
        case _:
            assert_never(operator)


def _is_empty(item: IsEmpty) -> Document:
    """`$in` can use an index; it would also find lists that hold null or a list."""
    name = dotted(item.path)
    if not item.is_empty:
        return {f"{name}.0": {"$exists": True}}
    return {name: {"$in": [[], None], "$exists": True}, f"{name}.0": {"$exists": False}}


def _needs_expression(item: Filter) -> bool:
    """Whether the filter needs `$expr`, which `$elemMatch` does not allow."""
    match item:
        case And(filters) | Or(filters):
            return any(_needs_expression(part) for part in filters)
        case Complement(inner):
            return _needs_expression(inner)
        case Compare():
            ordered = item.insensitive and item.operator not in ("eq", "ne")
            return item.exact or ordered or isinstance(item.value, Reference)
        case In(values=values):
            given = values if isinstance(values, tuple) else (values,)
            return any(isinstance(value, Reference) for value in given)
        case Has(values=values):
            given = values if isinstance(values, tuple) else (values,)
            return any(isinstance(value, Reference | list | dict) for value in given)
        case Text():
            return isinstance(item.text, Reference)
        case Elements():
            return _needs_expression(item.filter)
        case Search() | IsSet() | IsEmpty() | Related() | After():
            return False
        case _:
            assert_never(item)


def _matching(regex: Regex[str], *, negated: bool) -> Document:
    if negated:
        return {"$not": regex, "$exists": True}
    return {"$regex": regex}


def merge(parts: list[Document]) -> Document:
    """All conditions in one document; with `$and` only if they have a name in common."""
    merged: Document = {}
    for part in parts:
        if merged.keys() & part.keys():
            return {"$and": [item for item in parts if item]}
        merged.update(part)
    return merged


def dotted(path: Path) -> str:
    """A path as MongoDB writes it."""
    return path[0] if len(path) == 1 else ".".join(path)
