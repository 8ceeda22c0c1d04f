"""Unique indexes in memory, by the very specifications that `push` creates them from.

Which documents an index holds is decided by its partial filter; of MongoDB's query language only
what such a filter may say is understood (manual, "Partial Indexes").
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, Final

from database.query.filters import Path
from database.query.readings import bson_type
from database.query.refusals import unsupported
from database.query.steps import Row
from database.stores.failures import assertion
from database.stores.memory.compare import EMPTY, NULL, Key, key
from database.stores.mongo.live.bounds import present_paths
from database.stores.mongo.live.specs import IndexSpec

Test = Callable[[Row], bool]
Values = list[Any]

_COMPARISONS: Final[Mapping[str, Callable[[Key, Key], bool]]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


class UniqueIndex:
    """One unique index: which documents it holds, and under which keys."""

    def __init__(self, spec: IndexSpec) -> None:
        self.spec = spec
        self.name = spec.name
        self.paths: tuple[Path, ...] = tuple(tuple(path.split(".")) for path in spec.paths)
        self._holds = _holder(spec)
        self._names = [path[0] for path in self.paths] if _is_flat(self.paths) else None

    def keys(self, row: Row) -> Sequence[Key]:
        """What the index holds of a document: nothing, one key, or one for each element of a list.

        Raises:
            UnsupportedOperationError: P2026, the index compares by a collation.
            DataError: P2035, two of the fields are lists.
        """
        if self.spec.collation is not None:
            raise unsupported(
                f"The collation of the unique index {self.spec.name} on FakeDatabase",
                "test what depends on it on a real server",
            )
        if self._holds is not None and not self._holds(row):
            return ()
        if self._names is not None:
            values = [row.get(name) for name in self._names]
            if list not in map(type, values):
                return (tuple(map(key, values)),)
        parts = [_keys_at(row, path) for path in self.paths]
        if sum(len(part) > 1 for part in parts) > 1:
            raise assertion(171, "CannotIndexParallelArrays")
        return tuple(product(*parts))

    def finds(self, values: Mapping[str, Any]) -> Key | None:
        """The key to look under for documents with these values; None where it may lack them."""
        if self._names is None or not self._holds_all_present():
            return None
        if any(values.get(name) is None for name in self._names):
            return None
        return tuple(key(values[name]) for name in self._names)

    def _holds_all_present(self) -> bool:
        partial = self.spec.partial
        if self.spec.collation is not None:
            return False
        return partial is None or set(present_paths(partial) or ("?",)) <= set(self.spec.paths)


def _is_flat(paths: Iterable[Path]) -> bool:
    return all(len(path) == 1 for path in paths)


def _keys_at(row: Any, path: Path) -> list[Key]:
    """The keys of a path: of each element where a list lies on the way."""
    if not path:
        if not isinstance(row, list):
            return [key(row)]
        return list({key(item): None for item in row}) or [EMPTY]
    if isinstance(row, list):
        return list({found: None for item in row for found in _keys_at(item, path)}) or [NULL]
    return _keys_at(row[path[0]], path[1:]) if _has(row, path[0]) else [NULL]


def _has(row: Any, name: str) -> bool:
    return isinstance(row, dict) and name in row


def _holder(spec: IndexSpec) -> Test | None:
    if spec.partial is not None:
        return _matcher(spec.partial)
    if spec.sparse:
        paths = [tuple(path.split(".")) for path in spec.paths]
        return lambda row: any(_values(row, path) for path in paths)
    return None


# --- partial filters ---


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
    """The values at a path: a list itself, and each of its elements; none where it is missing."""
    if not path:
        return [row, *row] if isinstance(row, list) else [row]
    if isinstance(row, list):
        return [value for item in row for value in _values(item, path)]
    return _values(row[path[0]], path[1:]) if _has(row, path[0]) else []


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


def _bound(holds: Callable[[Key, Key], bool], bound: Key) -> Callable[[Values], bool]:
    """Whether a value of the bound's own type lies on its side of it."""
    rank = bound[0]
    return lambda values: any(
        found[0] == rank and holds(found, bound) for found in map(key, values)
    )


def _not_partial(name: str) -> Exception:
    return unsupported(
        f"`{name}` in the partial filter of a unique index on FakeDatabase",
        "test what depends on it on a real server",
    )
