"""plan, one record by its filter: `update_one` and `delete_one`, one command where that is enough.

Where the collection is sharded and the filter does not name the shard key, the record is read first
for its key.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Final

from prismongo.query.errors.stored import key_keeps_changing
from prismongo.query.nodes.filters import Filter
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.shard_keys import missing_key_fields
from prismongo.query.nodes.steps import DeleteOne, Find, Step, UpdateOne
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.query.plan.links import beside, by_rows
from prismongo.schema.datamodel import Field, Model

ATTEMPTS: Final = 5
"""How often a record is read whose shard key has changed before it was written."""

OneRow = Generator[Step, Any, Row | None]


def update_one(
    model: Model,
    where: Filter,
    updates: tuple[FieldUpdate, ...],
    fields: tuple[Field, ...] | None = None,
) -> OneRow:
    """Change one record atomically → its row after the change; None if none matches."""
    if missing_key_fields(model, where):
        write = partial(UpdateOne, model, updates=updates, fields=fields)
        return (yield from _by_its_key(model, where, write))
    row: Row | None = yield UpdateOne(model, where, updates, fields)
    return row


def delete_one(model: Model, where: Filter, fields: tuple[Field, ...] | None) -> OneRow:
    """Delete one record atomically → its row; None if none matches."""
    if missing_key_fields(model, where):
        return (yield from _by_its_key(model, where, partial(DeleteOne, model, fields=fields)))
    row: Row | None = yield DeleteOne(model, where, fields)
    return row


def _by_its_key(model: Model, where: Filter, write: Callable[..., Step]) -> OneRow:
    """Write the record that matches; the filter stays beside its key, since it may change.

    Raises:
        DataError: P2034, the key was another one after each reading.
    """
    for _ in range(ATTEMPTS):
        found = yield Find(model, where, limit=1, fields=model.identity)
        if not found:
            return None
        row: Row | None = yield write(where=beside(by_rows(model, found), where))
        if row is not None:
            return row
    raise key_keeps_changing(model)
