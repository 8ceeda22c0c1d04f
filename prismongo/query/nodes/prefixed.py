"""Filters on a document that is part of another document: the same filter with longer paths.

An event of a change stream contains the changed document (`stores/mongo/compile/changes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, assert_never

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
    Reference,
    Related,
    Search,
    Text,
    read_paths,
)


def prefixed(item: Filter, prefix: Path) -> Filter:
    """The filter on a document at the path `prefix`; it has no relations and no cursor."""
    match item:
        case And(filters):
            return And(tuple(prefixed(part, prefix) for part in filters))
        case Or(filters):
            return Or(tuple(prefixed(part, prefix) for part in filters))
        case Complement(inner):
            return Complement(prefixed(inner, prefix))
        case Compare():
            return replace(item, path=prefix + item.path, value=_moved(item.value, prefix))
        case In() | Has():
            return replace(item, path=prefix + item.path, values=_moved(item.values, prefix))
        case Text():
            return replace(item, path=prefix + item.path, text=_moved(item.text, prefix))
        case IsSet() | IsEmpty() | Elements():  # paths inside Elements begin at the element
            return replace(item, path=prefix + item.path)
        case Search() | Related() | After():
            raise AssertionError("only documents of a collection have these")
        case _:
            assert_never(item)


def paths(item: Filter) -> Iterator[Path]:
    """The paths that a filter without relations uses, from the root of the document."""
    match item:
        case And(filters) | Or(filters):
            for part in filters:
                yield from paths(part)
        case Complement(inner):
            yield from paths(inner)
        case Search() | Related() | After():
            raise AssertionError("only documents of a collection have these")
        case Compare() | In() | Has() | Text() | IsEmpty():
            yield from read_paths(item)
        case IsSet(path) | Elements(path):
            yield path
        case _:
            assert_never(item)


def _moved(value: Any, prefix: Path) -> Any:
    if isinstance(value, tuple):
        return tuple(_moved(each, prefix) for each in value)
    return Reference(prefix + value.path) if isinstance(value, Reference) else value
