"""Hints on the fake: an index that the schema does not make is an error, as on a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from prismongo.query.nodes.options import IndexHint
from prismongo.query.nodes.steps import (
    Aggregate,
    Atomic,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    Group,
    InPortion,
    Insert,
    KnownFind,
    RawAggregate,
    RawCommand,
    RawFind,
    Step,
    UpdateMany,
    UpdateOne,
)
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.wanted.hints import no_such_index
from prismongo.stores.wanted.indexes import wanted_indexes


def check_hint(datamodel: Datamodel, hints: Mapping[str, IndexHint], step: Step) -> None:
    """Check the hint of a step, if it has one.

    Raises:
        DataError: P2035, the schema makes no such index.
    """
    model = _model_of(step)
    hint = None if model is None else hints.get(model.db_name)
    if model is None or hint is None or hint in ("_id_", (("_id", 1),)):
        return
    indexes = wanted_indexes(datamodel).get(model.db_name, ())
    if not any(hint in (index.name, index.keys) for index in indexes):
        raise no_such_index(datamodel, model, hint)


def _model_of(step: Step) -> Model | None:
    """The model of a step that chooses an index."""
    match step:
        case Find() | Group() | UpdateOne() | UpdateMany() | DeleteOne() | DeleteMany():
            return step.model
        case FindPerParent() | CountPerParent():
            return step.link.target
        case Aggregate():
            return step.find.model
        case KnownFind():
            return step.template.find.model
        case Insert() | RawFind() | RawAggregate() | RawCommand() | Atomic() | InPortion():
            return None
        case _:
            assert_never(step)
