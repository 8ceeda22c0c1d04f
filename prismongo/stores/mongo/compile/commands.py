"""Commands on one collection: `compile` makes them and `execute` sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prismongo.query.nodes.frozen import frozen

Document = dict[str, Any]


@frozen
@dataclass(frozen=True, slots=True)
class FindCommand:
    """`find`."""

    collection: str
    filter: Document
    projection: Document | None = None
    sort: list[tuple[str, int]] | None = None
    skip: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class AggregateCommand:
    """`aggregate`."""

    collection: str
    pipeline: list[Document]
