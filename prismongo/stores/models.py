"""The model of a step, for both stores: whose indexes a hint names, and whom an error is about."""

from __future__ import annotations

from typing import assert_never

from prismongo.query.nodes.steps import (
    Aggregate,
    BeginTransaction,
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
from prismongo.schema.datamodel import Model


def model_of(step: Step) -> Model | None:
    """The model whose records a step reads or writes; None where it is of none."""
    match step:
        case FindPerParent() | CountPerParent():
            return step.link.target
        case Aggregate():
            return step.find.model
        case KnownFind():
            return step.template.find.model
        case BeginTransaction() | InPortion() | RawCommand():
            return None
        case (
            Find()
            | Group()
            | Insert()
            | UpdateOne()
            | UpdateMany()
            | DeleteOne()
            | DeleteMany()
            | RawFind()
            | RawAggregate()
        ):
            return step.model
        case _:
            assert_never(step)
