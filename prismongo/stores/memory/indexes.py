"""Indexes in memory, made from the same specs as the indexes that `push` creates.

Unique indexes reject documents with equal values. Other indexes do not make reads faster here, but
an index over several lists rejects a document in which two fields are lists (MongoDB manual,
"Multikey Indexes").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.filters import Path
from prismongo.query.nodes.rows import Row
from prismongo.stores.errors import assertion
from prismongo.stores.memory.compare import EMPTY, ComparisonKey, key
from prismongo.stores.memory.partial import index_filter
from prismongo.stores.wanted.bounds import present_paths
from prismongo.stores.wanted.specs import IndexSpec

_NO_ELEMENT: Final = object()
"""Stands for the element of an empty list."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The end of a path: the key of its value."""

    key: ComparisonKey


PathPosition = _Leaf | tuple[Any, Path]
"""A position on a path: the value there, and the rest of the path."""


class Index:
    """One index: which documents are in it, and by which keys."""

    def __init__(self, spec: IndexSpec) -> None:
        self.spec = spec
        self.name = spec.name
        self._paths: tuple[Path, ...] = tuple(tuple(path.split(".")) for path in spec.paths)
        self._filter = index_filter(spec)
        self._names = [path[0] for path in self._paths] if _is_flat(self._paths) else None

    def keys(self, row: Row) -> Sequence[ComparisonKey]:
        """The keys of a document in the index: none, one, or one for each element of a list.

        Raises:
            DataError: P2035, two of the fields are lists.
        """
        if self._filter is not None and not self._filter(row):
            return ()
        if self._names is not None:
            values = [row.get(name) for name in self._names]
            if list not in map(type, values):
                return (tuple(map(key, values)),)
        return tuple(dict.fromkeys(_keys([(row, path) for path in self._paths])))


class UniqueIndex(Index):
    """A unique index."""

    def keys(self, row: Row) -> Sequence[ComparisonKey]:
        """The keys of a document in the index. A collation is not supported."""
        if self.spec.collation is not None:
            raise unsupported(
                f"The collation of the unique index {self.spec.name} on the fake",
                "test what depends on it on a real server",
            )
        return super().keys(row)

    def lookup_key(self, values: Mapping[str, Any]) -> ComparisonKey | None:
        """The key of documents with these values; None if the index may not contain them."""
        if self._names is None or not self._covers_all_values():
            return None
        if any(values.get(name) is None for name in self._names):
            return None
        return tuple(key(values[name]) for name in self._names)

    def _covers_all_values(self) -> bool:
        partial = self.spec.partial
        if self.spec.collation is not None:
            return False
        return partial is None or set(present_paths(partial) or ("?",)) <= set(self.spec.paths)


def _is_flat(paths: Iterable[Path]) -> bool:
    return all(len(path) == 1 for path in paths)


def _keys(positions: Sequence[PathPosition]) -> Iterator[ComparisonKey]:
    """The keys of a document: one for each element, if a path contains a list.

    Raises:
        DataError: P2035, the paths contain two lists.
    """
    found = [_advance(position) for position in positions]
    lists = {id(each[0]): each[0] for each in found if isinstance(each, tuple) and _is_list(each)}
    if len(lists) > 1:
        raise assertion(171)
    if not lists:
        yield tuple(each.key if isinstance(each, _Leaf) else key(each[0]) for each in found)
        return
    (elements,) = lists.values()
    for element in elements or [_NO_ELEMENT]:
        yield from _keys([_enter_element(each, elements, element) for each in found])


def _is_list(position: tuple[Any, Path]) -> bool:
    return isinstance(position[0], list)


def _advance(position: PathPosition) -> PathPosition:
    """Follow the path to its end, or to a list."""
    if isinstance(position, _Leaf):
        return position
    value, path = position
    while path and not isinstance(value, list):
        value, path = _member(value, path[0]), path[1:]
    return value, path


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _enter_element(position: PathPosition, elements: list[Any], element: Any) -> PathPosition:
    """Step into an element, if the position is at its list."""
    if isinstance(position, _Leaf) or position[0] is not elements:
        return position
    _, path = position
    if not path:
        return _Leaf(EMPTY if element is _NO_ELEMENT else key(element))
    return (None if element is _NO_ELEMENT or isinstance(element, list) else element), path
