"""Filter → a Python predicate on one document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, assert_never

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
    Ordering,
    Path,
    Reference,
    Related,
    Search,
    Text,
    element_filter,
    is_search,
)
from prismongo.query.nodes.rows import Row
from prismongo.schema.datamodel import Link
from prismongo.stores.memory.compare import NAN, equal, fold, key, same_type, to_lower
from prismongo.stores.memory.text.search import searched

Predicate = Callable[[Row], bool]
Test = Callable[[Any, Row], bool]

MISSING: Final = object()


class Relations(Protocol):
    """Looks up related documents."""

    def related(self, link: Link, row: Row) -> list[Row]:
        """The documents that are related to a row."""


def value_at(row: Any, path: Path) -> Any:
    """The value at a path, or MISSING."""
    for name in path:
        if not isinstance(row, dict) or name not in row:
            return MISSING
        row = row[name]
    return row


def predicate(item: Filter, relations: Relations) -> Predicate:
    """A test whether a document, or an element, matches."""
    match item:
        case And(filters):
            # a search last: it refuses what it cannot tell, which another part may not match
            parts = [predicate(part, relations) for part in sorted(filters, key=is_search)]
            return lambda row: all(part(row) for part in parts)
        case Or(filters):
            parts = [predicate(part, relations) for part in filters]
            return lambda row: any(part(row) for part in parts)
        case Complement(inner):
            holds = predicate(inner, relations)
            return lambda row: not holds(row)
        case Search():
            return searched(item)
        case IsSet(path, is_set):
            return lambda row: (value_at(row, path) is not MISSING) == is_set
        case Related(link, inner, exists):
            holds = predicate(inner, relations)
            return lambda row: any(map(holds, relations.related(link, row))) == exists
        case After():
            raise AssertionError("a cursor is part of Find")
        case Compare() | In() | Text() | Has() | IsEmpty() | Elements():
            return _present(item.path, _test(item, relations))
        case _:
            assert_never(item)


def _present(path: Path, test: Test) -> Predicate:
    """Prisma's rule: a leaf is false if the value is missing."""

    def check(row: Row) -> bool:
        value = value_at(row, path)
        return value is not MISSING and test(value, row)

    return check


def _test(item: Compare | In | Text | Has | IsEmpty | Elements, relations: Relations) -> Test:
    match item:
        case Compare():
            return _compare(item)
        case In():
            return _in(item)
        case Text():
            return _text(item)
        case Has():
            return _has(item)
        case IsEmpty():
            return _is_empty(item)
        case Elements():
            return _elements(item, relations)
        case _:
            assert_never(item)


# --- scalars ---


def _compare(item: Compare) -> Test:
    if isinstance(item.value, Reference):
        return _compare_fields(item, item.value)
    wanted: Any = item.value
    if item.insensitive and isinstance(wanted, str):
        return _insensitive(item, wanted)
    match item.operator:
        case "eq" | "ne":
            negated = item.operator == "ne"
            return lambda value, _: equal(value, wanted) != negated
        case "lt" | "lte" | "gt" | "gte":
            operator = item.operator
            return lambda value, _: _ordered(operator, value, wanted)
        case _:
            assert_never(item.operator)


def _insensitive(item: Compare, wanted: str) -> Test:
    match item.operator:
        case "eq" | "ne":
            negated, folded = item.operator == "ne", fold(wanted)
            return lambda value, _: (isinstance(value, str) and fold(value) == folded) != negated
        case "lt" | "lte" | "gt" | "gte":
            operator, lowered = item.operator, to_lower(wanted)
            return lambda value, _: (
                isinstance(value, str) and _ordered(operator, to_lower(value), lowered)
            )
        case _:
            assert_never(item.operator)


def _compare_fields(item: Compare, other: Reference) -> Test:
    def test(value: Any, row: Row) -> bool:
        right = value_at(row, other.path)
        if right is MISSING:
            return False
        if item.insensitive:
            return _compare_texts(item.operator, value, right)
        match item.operator:
            case "eq" | "ne":
                return equal(value, right) == (item.operator == "eq")
            case "lt" | "lte" | "gt" | "gte":
                if value is None or right is None:
                    return False
                return _holds(item.operator, key(value), key(right))
            case _:
                assert_never(item.operator)

    return test


def _compare_texts(operator: Comparison, left: Any, right: Any) -> bool:
    texts = isinstance(left, str) and isinstance(right, str)
    match operator:
        case "eq" | "ne":
            return (texts and to_lower(left) == to_lower(right)) == (operator == "eq")
        case "lt" | "lte" | "gt" | "gte":
            return texts and _holds(operator, key(to_lower(left)), key(to_lower(right)))
        case _:
            assert_never(operator)


def _ordered(operator: Ordering, left: Any, right: Any) -> bool:
    """Values of different types, and null, never match; NaN matches only NaN."""
    if left is None or not same_type(left, right):
        return False
    first, second = key(left), key(right)
    if NAN in (first, second):
        return first == second and operator in ("lte", "gte")
    return _holds(operator, first, second)


def _holds(operator: Ordering, left: Any, right: Any) -> bool:
    match operator:
        case "lt":
            return bool(left < right)
        case "lte":
            return bool(left <= right)
        case "gt":
            return bool(left > right)
        case "gte":
            return bool(left >= right)
        case _:
            assert_never(operator)


def _in(item: In) -> Test:
    if isinstance(item.values, Reference):
        reference = item.values

        def among(value: Any, row: Row) -> bool:
            values = value_at(row, reference.path)
            if values is MISSING:
                return False
            if item.insensitive:
                result = any(_compare_texts("eq", value, other) for other in _as_list(values))
            else:
                result = any(equal(value, other) for other in _as_list(values))
            return result != item.negated

        return among
    if not item.insensitive:
        wanted = {key(value) for value in item.values}
        return lambda value, _: (key(value) in wanted) != item.negated
    folded = {key(_folded(value)) for value in item.values}
    return lambda value, _: (key(_folded(value)) in folded) != item.negated


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _text(item: Text) -> Test:
    if isinstance(item.text, Reference):
        return _text_of_field(item, item.text)
    wanted = fold(item.text) if item.insensitive else item.text

    def test(value: Any, _: Row) -> bool:
        if not isinstance(value, str):
            return item.negated
        return _contains(fold(value) if item.insensitive else value, wanted, item) != item.negated

    return test


def _text_of_field(item: Text, other: Reference) -> Test:
    def test(value: Any, row: Row) -> bool:
        part = value_at(row, other.path)
        if part is MISSING:
            return False
        if not isinstance(value, str) or not isinstance(part, str):
            return item.negated
        if item.insensitive:
            value, part = to_lower(value), to_lower(part)
        return _contains(value, part, item) != item.negated

    return test


def _contains(value: str, part: str, item: Text) -> bool:
    match item.match:
        case "contains":
            return part in value
        case "startswith":
            return value.startswith(part)
        case "endswith":
            return value.endswith(part)
        case _:
            assert_never(item.match)


# --- lists ---


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _has(item: Has) -> Test:
    if isinstance(item.values, Reference):
        return _has_field(item, item.values)
    if item.values and isinstance(item.values[0], Reference):
        return _has_value_of(item, item.values[0])
    wanted = [key(value) for value in item.values]

    def test(value: Any, _: Row) -> bool:
        mine = {key(one) for one in _as_list(value)}
        held = [one in mine for one in wanted]
        return (all(held) if item.every else any(held)) != item.negated

    return test


def _has_field(item: Has, other: Reference) -> Test:
    def test(value: Any, row: Row) -> bool:
        others = value_at(row, other.path)
        if others is MISSING:
            return False
        theirs = {key(one) for one in _as_list(others)}
        held = [key(one) in theirs for one in _as_list(value)]
        return (all(held) if item.every else any(held)) != item.negated

    return test


def _has_value_of(item: Has, other: Reference) -> Test:
    def test(value: Any, row: Row) -> bool:
        wanted = value_at(row, other.path)
        if wanted is MISSING:
            return False
        return any(equal(one, wanted) for one in _as_list(value)) != item.negated

    return test


def _is_empty(item: IsEmpty) -> Test:
    def test(value: Any, _: Row) -> bool:
        return value in (None, []) if item.is_empty else bool(_as_list(value))

    return test


def _elements(item: Elements, relations: Relations) -> Test:
    holds = predicate(element_filter(item), relations)

    def test(value: Any, _: Row) -> bool:
        results = [holds(one) for one in _as_list(value) if isinstance(one, dict)]
        match item.quantifier:
            case "some":
                result = any(results)
            case "every":
                result = all(results)
            case "none":
                result = not any(results)
            case _:
                assert_never(item.quantifier)
        return result != item.negated

    return test
