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
from prismongo.stores.memory.compare import EMPTY, Key, key
from prismongo.stores.memory.partial import holder
from prismongo.stores.wanted.bounds import present_paths
from prismongo.stores.wanted.specs import IndexSpec

_NOTHING: Final = object()
"""In the place of an element, where a list has none."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The key of what a path has come to."""

    key: Key


Place = _Leaf | tuple[Any, Path]
"""How far a path has come: to a value, and what of the path is left."""


class Index:
    """One index: which documents it holds, and under which keys."""

    def __init__(self, spec: IndexSpec) -> None:
        self.spec = spec
        self.name = spec.name
        self._paths: tuple[Path, ...] = tuple(tuple(path.split(".")) for path in spec.paths)
        self._holds = holder(spec)
        self._names = [path[0] for path in self._paths] if _is_flat(self._paths) else None

    def keys(self, row: Row) -> Sequence[Key]:
        """What the index holds of a document: nothing, one key, or one for each element of a list.

        Raises:
            DataError: P2035, two of the fields are lists.
        """
        if self._holds is not None and not self._holds(row):
            return ()
        if self._names is not None:
            values = [row.get(name) for name in self._names]
            if list not in map(type, values):
                return (tuple(map(key, values)),)
        return tuple(dict.fromkeys(_keys([(row, path) for path in self._paths])))


class UniqueIndex(Index):
    """A unique index."""

    def keys(self, row: Row) -> Sequence[Key]:
        """As every index; a collation, by which keys would be compared, is refused."""
        if self.spec.collation is not None:
            raise unsupported(
                f"The collation of the unique index {self.spec.name} on the fake",
                "test what depends on it on a real server",
            )
        return super().keys(row)

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


def _keys(places: Sequence[Place]) -> Iterator[Key]:
    """The keys of a document: one for each element where a list lies on the way of a path.

    Raises:
        DataError: P2035, there are two lists, on the ways of two paths.
    """
    found = [_down(place) for place in places]
    lists = {id(each[0]): each[0] for each in found if isinstance(each, tuple) and _is_list(each)}
    if len(lists) > 1:
        raise assertion(171, "unknown error")
    if not lists:
        yield tuple(each.key if isinstance(each, _Leaf) else key(each[0]) for each in found)
        return
    (elements,) = lists.values()
    for element in elements or [_NOTHING]:
        yield from _keys([_inside(each, elements, element) for each in found])


def _is_list(place: tuple[Any, Path]) -> bool:
    return isinstance(place[0], list)


def _down(place: Place) -> Place:
    """Where a path comes to an end, or to a list."""
    if isinstance(place, _Leaf):
        return place
    value, path = place
    while path and not isinstance(value, list):
        value, path = _member(value, path[0]), path[1:]
    return value, path


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _inside(place: Place, elements: list[Any], element: Any) -> Place:
    """The place after a step into an element, for those that have come to its list."""
    if isinstance(place, _Leaf) or place[0] is not elements:
        return place
    _, path = place
    if not path:
        return _Leaf(EMPTY if element is _NOTHING else key(element))
    return (None if element is _NOTHING or isinstance(element, list) else element), path
