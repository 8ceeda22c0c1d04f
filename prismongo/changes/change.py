"""Change: what consumers are given. The same object goes to all who share a stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from prismongo.query.nodes.changes import ChangeType

ModelT_co = TypeVar("ModelT_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True, slots=True)
class Change(Generic[ModelT_co]):
    """What happened to one record. Read it only: others may be given the same object.

    Attributes:
        operation: `insert`, `update` or `delete`.
        model: the schema's name of the record's model.
        id: the record's id, as its model has it.
        after: the record after the change; None once it is deleted. Where the collection keeps
            images (`/// @changeImages`) it is the record as it was right then; otherwise what it
            was when MongoDB looked, perhaps later, and None if it was gone by then.
        before: the record before an update or a delete; None where the collection keeps no images,
            or did not at that time.
        updated_fields: the schema's names of the fields that an update wrote or removed; for a
            replacement all of them.
        token: give it to `watch(resume_after=…)` to continue after this change, in any process.
        time: when it happened, in UTC, to the millisecond.
    """

    operation: ChangeType
    model: str
    id: Any
    after: ModelT_co | None
    before: ModelT_co | None
    updated_fields: frozenset[str]
    token: str
    time: datetime
