"""The query of a change stream: models, a filter on each, and the kinds of changes.

`validate` makes a `ChangeQuery`; a store opens a stream for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, get_args

from prismongo.query.nodes.filters import Filter
from prismongo.query.nodes.prefixed import paths
from prismongo.query.nodes.selections import Selected
from prismongo.schema.datamodel import Model

ChangeType = Literal["insert", "update", "delete"]
"""What happened to a record. A replacement counts as an update; Prisma never replaces."""

CHANGE_TYPES: Final[tuple[ChangeType, ...]] = get_args(ChangeType)


@dataclass(frozen=True)
class WatchedModel:
    """One model, the filter on its records, and the fields that are read."""

    model: Model
    where: Filter
    selected: Selected

    @cached_property
    def is_keyed(self) -> bool:
        """Whether the filter uses only the id, which every event contains."""
        return all(path == ("_id",) for path in paths(self.where))


@dataclass(frozen=True)
class ChangeQuery:
    """Models that are watched by one stream.

    Attributes:
        models: at least one.
        operations: at least one.
        is_everything: no model was named, so all models of the schema are watched.
    """

    models: tuple[WatchedModel, ...]
    operations: frozenset[ChangeType]
    is_everything: bool = False

    @cached_property
    def need_images(self) -> tuple[Model, ...]:
        """The models whose filter needs the whole document as it was at the time of the change."""
        if self.operations == {"insert"}:
            return ()
        return tuple(watched.model for watched in self.models if not watched.is_keyed)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Equal for equal queries. It tells types apart (1 and True), unlike `==` on filters."""
        wanted = [(each.model.name, repr(each.where)) for each in self.models]
        return (*wanted, self.operations, self.is_everything)
