"""IndexSpec: the form of an index in which wanted and existing indexes are compared."""

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
        keys: stored paths with 1, -1, "text" or another type of MongoDB ("2dsphere", "hashed").
            Adjacent text fields are in alphabetical order: the server does not keep their order.
        partial: the filter of the documents in the index; None if all are.
        expire_after: seconds after which a document is removed (TTL); None means never.
        collation: its rules; None is the collation of the collection.
        hidden: whether the query planner ignores it; never set by a schema.
        others: options that a schema cannot have: weights, a language …
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
        """The kind of the index in Prisma."""
        if self.unique:
            return "unique"
        return "fulltext" if self.is_text else "index"

    @property
    def is_text(self) -> bool:
        """Whether it is an index for `$text`."""
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
