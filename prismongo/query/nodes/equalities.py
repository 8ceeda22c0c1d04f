"""Equalities in filters: what is null or missing, and what all parts of a filter say."""

from __future__ import annotations

from collections.abc import Iterator

from prismongo.query.nodes.filters import And, Compare, Filter, IsSet, Or, Path


def null_or_missing(path: Path) -> Or:
    """Null or missing."""
    return Or((Compare(path, "eq", None), IsSet(path, is_set=False)))


def null_or_missing_path(item: Or) -> Path | None:
    """The path of a filter that `null_or_missing` made; None of any other."""
    first = next(iter(item.filters), None)
    if isinstance(first, Compare) and item == null_or_missing(first.path):
        return first.path
    return None


def conjuncts(item: Filter) -> Iterator[Filter]:
    """The parts that all must match, taken out of what holds them."""
    if isinstance(item, And) or (isinstance(item, Or) and len(item.filters) == 1):
        for part in item.filters:
            yield from conjuncts(part)
    else:
        yield item
