"""Indexes in memory, by the very specifications that `push` creates them from.

Uniques say which documents may not stand beside each other. Others make nothing faster here, but
those over several lists refuse a document that has two (MongoDB manual, "Multikey Indexes").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.filters import Path
from prismongo.query.nodes.steps import Row
from prismongo.stores.errors import assertion
from prismongo.stores.memory.compare import EMPTY, ComparisonKey, key
from prismongo.stores.memory.partial import index_filter
from prismongo.stores.wanted.bounds import present_paths
from prismongo.stores.wanted.specs import IndexSpec

_NO_ELEMENT: Final = object()
"""In the place of an element, where a list has none."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The key of what a path has come to."""

    key: ComparisonKey


PathPosition = _Leaf | tuple[Any, Path]
"""How far a path has come: to a value, and what of the path is left."""


class Index:
    """One index: which documents it holds, and under which keys."""

    def __init__(self, spec: IndexSpec) -> None:
        self.spec = spec
        self.name = spec.name
        self._paths: tuple[Path, ...] = tuple(tuple(path.split(".")) for path in spec.paths)
        self._filter = index_filter(spec)
        self._names = [path[0] for path in self._paths] if _is_flat(self._paths) else None

    def keys(self, row: Row) -> Sequence[ComparisonKey]:
        """What the index holds of a document: nothing, one key, or one for each element of a list.

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
        """As every index; a collation, by which keys would be compared, is refused."""
        if self.spec.collation is not None:
            raise unsupported(
                f"The collation of the unique index {self.spec.name} on the fake",
                "test what depends on it on a real server",
            )
        return super().keys(row)

    def lookup_key(self, values: Mapping[str, Any]) -> ComparisonKey | None:
        """The key to look under for documents with these values; None where it may lack them."""
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
    """The keys of a document: one for each element where a list lies on the way of a path.

    Raises:
        DataError: P2035, there are two lists, on the ways of two paths.
    """
    found = [_advance(position) for position in positions]
    lists = {id(each[0]): each[0] for each in found if isinstance(each, tuple) and _is_list(each)}
    if len(lists) > 1:
        raise assertion(171, "unknown error")
    if not lists:
        yield tuple(each.key if isinstance(each, _Leaf) else key(each[0]) for each in found)
        return
    (elements,) = lists.values()
    for element in elements or [_NO_ELEMENT]:
        yield from _keys([_enter_element(each, elements, element) for each in found])


def _is_list(position: tuple[Any, Path]) -> bool:
    return isinstance(position[0], list)


def _advance(position: PathPosition) -> PathPosition:
    """Where a path comes to an end, or to a list."""
    if isinstance(position, _Leaf):
        return position
    value, path = position
    while path and not isinstance(value, list):
        value, path = _member(value, path[0]), path[1:]
    return value, path


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _enter_element(position: PathPosition, elements: list[Any], element: Any) -> PathPosition:
    """The place after a step into an element, for those that have come to its list."""
    if isinstance(position, _Leaf) or position[0] is not elements:
        return position
    _, path = position
    if not path:
        return _Leaf(EMPTY if element is _NO_ELEMENT else key(element))
    return (None if element is _NO_ELEMENT or isinstance(element, list) else element), path
