"""Hints that name no index: the error of both stores, with what the schema has."""

from __future__ import annotations

from typing import Final

from prisma.errors import DataError

from prismongo.errors import data_error
from prismongo.query.nodes.options import IndexHint
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.wanted.indexes import wanted_indexes

BAD_HINT: Final = "BadValue"
"""The server's name for it."""


def no_such_index(datamodel: Datamodel, model: Model, hint: IndexHint) -> DataError:
    """The hint names no index of the model's collection (P2035)."""
    indexes = wanted_indexes(datamodel).get(model.db_name, ())
    has = ", ".join(f"`{name}`" for name in ("_id_", *(index.name for index in indexes)))
    named = hint if isinstance(hint, str) else ", ".join(f"{name}: {way}" for name, way in hint)
    message = (
        f"The hint `{named}` is no index of {model.name}. The schema has {has}; `prismongo push` "
        "makes them."
    )
    return data_error("P2035", message, {"database_error": BAD_HINT, "model": model.name})
