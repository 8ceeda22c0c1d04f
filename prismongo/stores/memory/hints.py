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
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.errors import assertion
from prismongo.stores.wanted.indexes import wanted_indexes

BAD_VALUE = 2
"""The server's code for a hint of an index that does not exist."""


def check_hint(datamodel: Datamodel, hints: Mapping[str, IndexHint], step: Step) -> None:
    """Check the hint of a step, if it has one.

    Raises:
        DataError: P2035, the schema makes no such index.
    """
    collection = _collection_of(step)
    hint = None if collection is None else hints.get(collection)
    if collection is None or hint is None or hint in ("_id_", (("_id", 1),)):
        return
    indexes = wanted_indexes(datamodel).get(collection, ())
    if not any(hint in (index.name, index.keys) for index in indexes):
        raise assertion(BAD_VALUE)


def _collection_of(step: Step) -> str | None:
    """The collection of a step that chooses an index."""
    match step:
        case Find() | Group() | UpdateOne() | UpdateMany() | DeleteOne() | DeleteMany():
            return step.model.db_name
        case FindPerParent() | CountPerParent():
            return step.link.target.db_name
        case Aggregate():
            return step.find.model.db_name
        case KnownFind():
            return step.template.find.model.db_name
        case Insert() | RawFind() | RawAggregate() | RawCommand() | Atomic() | InPortion():
            return None
        case _:
            assert_never(step)
