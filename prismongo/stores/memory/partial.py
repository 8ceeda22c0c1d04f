"""Which documents are in an index: partial filters and `sparse`, in memory.

Only the operators that MongoDB allows in a partial filter are implemented; others are rejected.
Source: MongoDB manual, "Partial Indexes".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.filters import Path
from prismongo.query.nodes.rows import Row
from prismongo.query.values.bson_types import bson_type
from prismongo.stores.memory.compare import ComparisonKey, key
from prismongo.stores.wanted.specs import IndexSpec

Test = Callable[[Row], bool]
Values = list[Any]

_COMPARISONS: Final[Mapping[str, Callable[[ComparisonKey, ComparisonKey], bool]]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def index_filter(spec: IndexSpec) -> Test | None:
    """A test whether a document is in the index; None if all documents are.

    Raises:
        UnsupportedOperationError: P2026, the filter has an operator that is not implemented.
    """
    if spec.partial is not None:
        return _matcher(spec.partial)
    if spec.sparse:
        paths = [tuple(path.split(".")) for path in spec.paths]
        return lambda row: any(_values(row, path) for path in paths)
    return None


def _matcher(partial: Mapping[str, Any]) -> Test:
    tests: list[Test] = []
    for name, condition in partial.items():
        if name in ("$and", "$or"):
            tests.append(_joined(name, [_matcher(part) for part in condition]))
        elif name.startswith("$"):
            raise _not_partial(name)
        else:
            tests.append(_field(tuple(name.split(".")), condition))
    return tests[0] if len(tests) == 1 else _joined("$and", tests)


def _joined(name: str, parts: list[Test]) -> Test:
    quantifier = any if name == "$or" else all
    return lambda row: quantifier(part(row) for part in parts)


def _field(path: Path, condition: Any) -> Test:
    is_object = isinstance(condition, Mapping) and any(name.startswith("$") for name in condition)
    operators: Mapping[str, Any] = condition if is_object else {"$eq": condition}
    tests = [_operator(name, operand) for name, operand in operators.items()]

    def check(row: Row) -> bool:
        values = _values(row, path)
        return all(test(values) for test in tests)

    return check


def _values(row: Any, path: Path) -> Values:
    """The values at a path: for a list, the list and its elements; none if it is missing."""
    if not path:
        return [row, *row] if isinstance(row, list) else [row]
    if isinstance(row, list):
        return [value for item in row for value in _values(item, path)]
    return _values(row[path[0]], path[1:]) if isinstance(row, dict) and path[0] in row else []


def _operator(name: str, operand: Any) -> Callable[[Values], bool]:
    wanted = key(operand)
    match name:
        case "$eq":
            return lambda values: any(key(value) == wanted for value in values or [None])
        case "$in":
            keys = {key(item) for item in operand}
            return lambda values: any(key(value) in keys for value in values or [None])
        case "$exists":
            return lambda values: bool(values) == bool(operand)
        case "$gt" | "$gte" | "$lt" | "$lte":
            return _bound(_COMPARISONS[name], wanted)
        case "$type" if isinstance(operand, str):
            return lambda values: any(bson_type(value) == operand for value in values)
        case _:
            raise _not_partial(name)


def _bound(
    holds: Callable[[ComparisonKey, ComparisonKey], bool], bound: ComparisonKey
) -> Callable[[Values], bool]:
    """Whether a value of the same type is on the right side of the bound."""
    rank = bound[0]
    return lambda values: any(
        found[0] == rank and holds(found, bound) for found in map(key, values)
    )


def _not_partial(name: str) -> Exception:
    return unsupported(
        f"`{name}` in the partial filter of a unique index on the fake",
        "test what depends on it on a real server",
    )
