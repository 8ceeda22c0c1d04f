"""What an index is: the one form in which what is wanted and what is found are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Direction = int | float | str
IndexKind = Literal["unique", "index", "fulltext"]


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """An index of a collection, as `createIndexes` takes it and `listIndexes` shows it.

    Attributes:
        keys: stored paths with 1, -1, "text" or what else MongoDB knows ("2dsphere", "hashed").
            Text fields that stand side by side are in alphabetical order: the server keeps none.
        partial: the filter expression of documents in the index; None where all are.
        expire_after: seconds after which a document is removed (TTL), None where never.
        collation: its rules as given or found; None is the collection's own.
        hidden: whether the planner ignores it; never wanted, only found.
        others: options that a schema cannot give, only found: weights, a language …
    """

    collection: str
    name: str
    keys: tuple[tuple[str, Direction], ...]
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    sparse: bool = False
    expire_after: int | float | None = None
    collation: Mapping[str, Any] | None = None
    hidden: bool = False
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> IndexKind:
        """What Prisma calls it."""
        if self.unique:
            return "unique"
        return "fulltext" if self.is_text else "index"

    @property
    def is_text(self) -> bool:
        """Whether it serves `$text`."""
        return any(direction == "text" for _, direction in self.keys)

    @property
    def paths(self) -> tuple[str, ...]:
        """The stored paths of its fields."""
        return tuple(path for path, _ in self.keys)

    def document(self) -> dict[str, Any]:
        """The index as an entry of `createIndexes`."""
        options: dict[str, Any] = {
            "unique": self.unique or None,
            "partialFilterExpression": self.partial,
            "sparse": self.sparse or None,
            "expireAfterSeconds": self.expire_after,
            # a text index refuses the collation that a collection may have
            "collation": {"locale": "simple"} if self.is_text else self.collation,
            "hidden": self.hidden or None,
        }
        given = {key: value for key, value in options.items() if value is not None}
        return {"key": dict(self.keys), "name": self.name, **given, **self.others}
