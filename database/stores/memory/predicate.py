"""Filter → a Python predicate on one document, with the meaning that `filters` gives each node."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Protocol, assert_never

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
from database.query.steps import Row
from database.schema.datamodel import Link
from database.stores.memory.compare import bracket, compare, equal, hashable

Predicate = Callable[[Row], bool]
MISSING: Final = object()


class Relations(Protocol):
    """Looks up related documents."""

    def related(self, link: Link, row: Row) -> list[Row]:
        """The documents of the other side that belong to a row."""


def value_at(row: Any, path: Path) -> Any:
    """The value at a path, or MISSING."""
    for name in path:
        if not isinstance(row, dict) or name not in row:
            return MISSING
        row = row[name]
    return row


def predicate(item: Filter, relations: Relations) -> Predicate:
    """Whether a document matches."""
    match item:
        case And(filters):
            parts = [predicate(part, relations) for part in filters]
            return lambda row: all(part(row) for part in parts)
        case Or(filters):
            parts = [predicate(part, relations) for part in filters]
            return lambda row: any(part(row) for part in parts)
        case Complement(inner):
            holds = predicate(inner, relations)
            return lambda row: not holds(row)
        case IsSet(path, is_set):
            return lambda row: (value_at(row, path) is not MISSING) == is_set
        case Compare():
            return _present(item.path, _compare(item))
        case In():
            return _present(item.path, _in(item))
        case Text():
            return _present(item.path, _text(item))
        case Has():
            return _present(item.path, _has(item))
        case IsEmpty():
            return _present(item.path, _is_empty(item))
        case Elements():
            return _present(item.path, _elements(item, relations))
        case Related(link, inner, exists):
            holds = predicate(inner, relations)
            return lambda row: any(map(holds, relations.related(link, row))) == exists
        case After():
            raise AssertionError("a cursor is part of Find")
        case _:
            assert_never(item)


Test = Callable[[Any, Row], bool]


def _present(path: Path, test: Test) -> Predicate:
    """Prisma's rule: a leaf is false where the value is missing."""

    def check(row: Row) -> bool:
        value = value_at(row, path)
        return value is not MISSING and test(value, row)

    return check


def _resolved(value: Any, row: Row) -> Any:
    return value_at(row, value.path) if isinstance(value, Reference) else value


def _folded(value: Any, insensitive: bool) -> Any:
    return value.casefold() if insensitive and isinstance(value, str) else value


def _compare(item: Compare) -> Test:
    operator, insensitive = item.operator, item.insensitive

    def test(value: Any, row: Row) -> bool:
        other = _resolved(item.value, row)
        if other is MISSING:
            return False
        left, right = _folded(value, insensitive), _folded(other, insensitive)
        match operator:
            case "eq":
                return equal(left, right)
            case "ne":
                return not equal(left, right)
            case _:
                return _ordered(operator, left, right)

    return test


def _ordered(operator: str, left: Any, right: Any) -> bool:
    """Comparisons stay within one type, and never match null."""
    if left is None or bracket(left) != bracket(right):
        return False
    order = compare(left, right)
    return {"lt": order < 0, "lte": order <= 0, "gt": order > 0, "gte": order >= 0}[operator]


def _in(item: In) -> Test:
    if isinstance(item.values, Reference):
        reference = item.values

        def among(value: Any, row: Row) -> bool:
            values = _resolved(reference, row)
            if values is MISSING:
                return False
            found = any(equal(value, other) for other in values or ())
            return found != item.negated

        return among
    wanted = {hashable(_folded(value, item.insensitive)) for value in item.values}
    return lambda value, row: (hashable(_folded(value, item.insensitive)) in wanted) != item.negated


def _text(item: Text) -> Test:
    def test(value: Any, row: Row) -> bool:
        part = _resolved(item.text, row)
        if part is MISSING or (isinstance(item.text, Reference) and not isinstance(part, str)):
            return False
        found = isinstance(value, str) and _contains(value, part, item)
        return found != item.negated

    return test


def _contains(value: str, part: str, item: Text) -> bool:
    pattern = re.escape(part)
    if item.match == "startswith":
        pattern = rf"\A{pattern}"
    elif item.match == "endswith":
        pattern = rf"{pattern}\Z"
    return re.search(pattern, value, re.IGNORECASE if item.insensitive else 0) is not None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _has(item: Has) -> Test:
    def test(value: Any, row: Row) -> bool:
        if isinstance(item.values, Reference):
            others = _resolved(item.values, row)
            if others is MISSING:
                return False
            mine, theirs = _as_list(value), _as_list(others)
            held = [any(equal(one, other) for other in theirs) for one in mine]
            return (all(held) if item.every else any(held)) != item.negated
        wanted = [_resolved(one, row) for one in item.values]
        if any(one is MISSING for one in wanted):
            return False
        held = [any(equal(one, other) for other in _as_list(value)) for one in wanted]
        return (all(held) if item.every else any(held)) != item.negated

    return test


def _is_empty(item: IsEmpty) -> Test:
    def test(value: Any, row: Row) -> bool:
        if value is None and not item.null_is_empty:
            return False
        return (not _as_list(value)) == item.is_empty

    return test


def _elements(item: Elements, relations: Relations) -> Test:
    holds = predicate(item.filter, relations)

    def test(value: Any, row: Row) -> bool:
        results = [isinstance(one, dict) and holds(one) for one in _as_list(value)]
        match item.quantifier:
            case "some":
                found = any(results)
            case "every":
                found = all(results)
            case "none":
                found = not any(results)
            case _:
                assert_never(item.quantifier)
        return found != item.negated

    return test
