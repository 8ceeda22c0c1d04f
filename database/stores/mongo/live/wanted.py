"""Datamodel → the indexes that its collections should have (`wanted_indexes`).

Names, keys and order are Prisma's: prisma-engines, `schema_calculator.rs` of the mongodb connector.
The one difference: a unique over fields that may be absent holds only where they are present.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from database.schema.datamodel import Datamodel, Field, Index, IndexField, Model
from database.schema.index_names import index_name
from database.stores.mongo.live.bounds import lower_bound
from database.stores.mongo.live.specs import Direction, IndexSpec


def wanted_indexes(datamodel: Datamodel) -> dict[str, tuple[IndexSpec, ...]]:
    """The indexes by collection; a collection without any is there too. `_id_` is not named."""
    return {
        model.db_name: tuple(
            _index(datamodel, model, index) for index in model.indexes if index.kind != "id"
        )
        for model in datamodel.models
    }


def _index(datamodel: Datamodel, model: Model, index: Index) -> IndexSpec:
    members = [
        (path, _direction(index, item), steps)
        for item in index.fields
        for path, steps in [_stored(datamodel, model, item.path)]
    ]
    unique = index.kind == "unique"
    return IndexSpec(
        collection=model.db_name,
        name=index_name(datamodel, model, index),
        keys=tuple((path, direction) for path, direction, _ in members),
        unique=unique,
        partial=_presence((path, steps) for path, _, steps in members) if unique else None,
    )


def _direction(index: Index, item: IndexField) -> Direction:
    if index.kind == "fulltext" and item.sort is None:
        return "text"
    return -1 if item.sort == "Desc" else 1


def _stored(
    datamodel: Datamodel, model: Model, path: tuple[str, ...]
) -> tuple[str, tuple[Field, ...]]:
    """The stored path of an indexed field, and the fields on the way to it."""
    steps = [model.by_name[path[0]]]
    for name in path[1:]:
        steps.append(datamodel.type[steps[-1].type].by_name[name])
    return ".".join(step.db_name for step in steps), tuple(steps)


def _presence(members: Iterable[tuple[str, tuple[Field, ...]]]) -> dict[str, Any] | None:
    """The filter that leaves out documents lacking an optional member, None where none may."""
    bounds = {
        path: {"$gte": bound}
        for path, steps in members
        if not all(step.is_required for step in steps)
        and not any(step.is_list for step in steps)
        and (bound := lower_bound(steps[-1])) is not None
    }
    return bounds or None
