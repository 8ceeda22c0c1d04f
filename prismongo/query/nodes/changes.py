"""What a change stream is asked for: models, the filter on each, and which changes.

`validate` makes a `ChangeQuery`; the stores open a stream of it.
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
"""What happened to a record. A replacement, which Prisma never does, counts as an update."""

CHANGE_TYPES: Final[tuple[ChangeType, ...]] = get_args(ChangeType)


@dataclass(frozen=True)
class WatchedModel:
    """One model, which of its records, and what is read of each."""

    model: Model
    where: Filter
    selected: Selected

    @cached_property
    def is_keyed(self) -> bool:
        """Whether the filter looks at the id alone, which every event has."""
        return all(path == ("_id",) for path in paths(self.where))


@dataclass(frozen=True)
class ChangeQuery:
    """Models watched as one stream, in one order.

    Attributes:
        models: at least one.
        operations: at least one.
        is_everything: all models of the schema were asked for, by naming none.
    """

    models: tuple[WatchedModel, ...]
    operations: frozenset[ChangeType]
    is_everything: bool = False

    @cached_property
    def need_images(self) -> tuple[Model, ...]:
        """The models whose filter can only be judged by the whole document, as it was then."""
        if self.operations == {"insert"}:
            return ()
        return tuple(watched.model for watched in self.models if not watched.is_keyed)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The same for two that want the same; faithful to types, as `==` on filters is not."""
        wanted = [(each.model.name, repr(each.where)) for each in self.models]
        return (*wanted, self.operations, self.is_everything)
