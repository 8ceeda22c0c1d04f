"""plan, filters by a relation to one: two steps while few related records match.

First the keys of the related records that match are read, then the filter is that the record has
one of these keys, which an index serves. Where more match, the filter stays as it is, and the store
joins the related records (`$lookup`), one look-up for each record.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from prismongo.query.nodes.filters import (
    EVERYTHING,
    Filter,
    Related,
    has_relations,
    with_related,
)
from prismongo.query.nodes.rows import Rows, Unreadable
from prismongo.query.nodes.selections import Page
from prismongo.query.nodes.steps import Find, Step
from prismongo.query.plan.keys import ReferenceKey, key_of
from prismongo.query.plan.links import among, chunks

FEW: Final = 1_000
"""How many keys of related records are read at most. A command with as many takes the server less
than joining a hundred records."""

Narrowed = Generator[Step, Any, Filter]


def narrowed(where: Filter) -> Narrowed:
    """The filter without the relations to one of which few records match."""
    if not has_relations(where):
        return where
    return (yield from with_related(where, _related))


def narrowed_page(page: Page) -> Generator[Step, Any, Page]:
    """The page with its filter narrowed."""
    if not has_relations(page.where):
        return page
    return replace(page, where=(yield from narrowed(page.where)))


def _related(item: Related) -> Narrowed:
    link, is_one = item.link, len(item.link.remote) == 1
    if link.field.is_list or not is_one or not item.exists or item.filter == EVERYTHING:
        return item
    item = replace(item, filter=(yield from narrowed(item.filter)))
    if has_relations(item.filter):
        return item  # which may take long by itself
    rows: Rows = yield Find(link.target, item.filter, limit=FEW + 1, fields=link.remote)
    if len(rows) > FEW or any(type(row) is Unreadable for row in rows):
        return item
    keys = [key for row in rows if (key := key_of(row, link.remote)) is not None]
    return among(link.local, keys) if _are_plain(keys) else item


def _are_plain(keys: Sequence[ReferenceKey]) -> bool:
    """Whether one command holds the keys, and none is a list or a document."""
    are_values = all(isinstance(value, Hashable) for key in keys for value in key)
    return are_values and len(list(islice(chunks(keys), 2))) < 2
