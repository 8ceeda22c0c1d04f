"""Hints on the fake: an index that the schema does not make is an error, as on a server."""

from __future__ import annotations

from collections.abc import Mapping

from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.filters import is_search
from prismongo.query.nodes.options import IndexHint
from prismongo.query.nodes.steps import Find, Insert, KnownFind, RawStep, Step
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.models import model_of
from prismongo.stores.wanted.hints import no_such_index
from prismongo.stores.wanted.indexes import wanted_indexes


def check_hint(datamodel: Datamodel, hints: Mapping[str, IndexHint], step: Step) -> None:
    """Check the hint of a step, if it has one.

    Raises:
        DataError: P2035, the schema makes no such index; P2026, it stands beside a search.
    """
    model = None if isinstance(step, Insert | RawStep) else model_of(step)
    hint = None if model is None else hints.get(model.db_name)
    if model is None or hint is None or hint in ("_id_", (("_id", 1),)):
        return
    indexes = wanted_indexes(datamodel).get(model.db_name, ())
    if not any(hint in (index.name, index.keys) for index in indexes):
        raise no_such_index(datamodel, model, hint)
    find = step.find if isinstance(step, KnownFind) else step
    if isinstance(find, Find) and is_search(find.where):
        raise unsupported("A hint beside a search", "MongoDB reads the text index; leave it out")
