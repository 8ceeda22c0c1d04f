"""Validation of the filter around a search: what MongoDB asks of it to use the text index.

Keys that stand before the texts in the index need an equality right beside the search. In an OR,
an index must serve every other alternative. Source: MongoDB manual, "$text".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prismongo.query.nodes.filters import (
    And,
    Compare,
    Filter,
    In,
    Or,
    Path,
    Reference,
    Search,
    Text,
    is_search,
)
from prismongo.schema.datamodel import Index, Model

_OPTIONS: Final = ("@partial", "@sparse", "@collation")
"""Comments on an index which make it serve only some filters."""


def is_certain(where: Filter) -> bool:
    """Whether every record of the filter is one that the search finds."""
    if isinstance(where, Or):
        return len(where.filters) == 1 and is_certain(where.filters[0])
    if isinstance(where, And):
        return any(is_certain(part) for part in where.filters)
    return isinstance(where, Search)


def equal_beside(where: Filter, above: frozenset[Path] = frozenset()) -> frozenset[Path]:
    """The paths that must be equal to one value wherever the search must match."""
    if isinstance(where, Search):
        return above
    if isinstance(where, Or):
        known = above if len(where.filters) == 1 else frozenset[Path]()
        return next(equal_beside(part, known) for part in where.filters if is_search(part))
    if not isinstance(where, And):
        raise AssertionError("a search is not negated")
    here = above.union(*(_equalities(part) for part in where.filters))
    return next(equal_beside(part, here) for part in where.filters if is_search(part))


def alternatives(where: Filter) -> Iterator[Filter]:
    """What stands in an OR beside the search."""
    parts = where.filters if isinstance(where, And | Or) else ()
    for part in parts:
        if is_search(part):
            yield from alternatives(part)
        elif isinstance(where, Or):
            yield part


def _equalities(where: Filter) -> Iterator[Path]:
    """The paths that must be equal to one value, as the server reads them from a filter."""
    if isinstance(where, And) or (isinstance(where, Or) and len(where.filters) == 1):
        for part in where.filters:
            yield from _equalities(part)
    if isinstance(where, Compare) and where.operator == "eq" and _is_plain(where):
        yield where.path


def _is_plain(item: Compare) -> bool:
    return not (item.insensitive or item.exact or isinstance(item.value, Reference))


def is_indexed(model: Model, where: Filter) -> bool:
    """Whether an index of the schema serves a filter that does not search."""
    if isinstance(where, And):
        return any(is_indexed(model, part) for part in where.filters)
    if isinstance(where, Or):
        return all(is_indexed(model, part) for part in where.filters)
    if isinstance(where, Compare):
        is_served = where.operator != "ne" and _is_plain(where)
        return is_served and _is_first(model, where.path, where.value)
    if isinstance(where, In):
        is_served = not (where.negated or where.insensitive) and isinstance(where.values, tuple)
        values = where.values if isinstance(where.values, tuple) else ()
        return is_served and all(_is_first(model, where.path, value) for value in values)
    if isinstance(where, Text):
        is_served = where.match == "startswith" and not (where.negated or where.insensitive)
        return is_served and _is_first(model, where.path, where.text)
    return False


def _is_first(model: Model, path: Path, value: object) -> bool:
    """Whether an index that has all records with the value begins with the path."""
    if isinstance(value, Reference):
        return False
    if path == (model.id_field.db_name,):
        return True
    return any(_begins_with(model, index, path, value) for index in model.indexes)


def _begins_with(model: Model, index: Index, path: Path, value: object) -> bool:
    if index.kind not in ("index", "unique") or any(len(item.path) > 1 for item in index.fields):
        return False
    fields = [model.by_name[item.path[0]] for item in index.fields]
    if (fields[0].db_name,) != path or any(option in (index.notes or "") for option in _OPTIONS):
        return False
    if index.kind == "index" or all(field.is_required for field in fields):
        return True
    return len(fields) == 1 and value is not None  # it has the records with a value
