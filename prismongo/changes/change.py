"""Change: what a consumer receives. Consumers that share a stream receive the same object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from prismongo.query.nodes.changes import ChangeType

ModelT_co = TypeVar("ModelT_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True, slots=True)
class Change(Generic[ModelT_co]):
    """A change of one record. Do not modify it: other consumers may have the same object.

    Attributes:
        operation: `insert`, `update` or `delete`.
        model: the schema's name of the record's model.
        id: the record's id, as in its model.
        after: the record after the change; None if it was deleted. If the collection keeps images
            (`/// @changeImages`), it is the record at the time of the change. Otherwise it is the
            record when MongoDB read it, perhaps later, and None if it did not exist any more.
        before: the record before an update or a delete; None if the collection keeps no images, or
            did not at that time.
        updated_fields: the schema's names of the fields that an update wrote or removed; all
            fields if the document was replaced.
        token: give it to `watch(resume_after=…)` to continue after this change, in any process.
        time: when it happened, in UTC, to the millisecond.
        is_oversized: `before` and `after` are missing, because MongoDB cannot send events of more
            than 16 MB. Only with `on_oversized="report"`.
    """

    operation: ChangeType
    model: str
    id: Any
    after: ModelT_co | None
    before: ModelT_co | None
    updated_fields: frozenset[str]
    token: str
    time: datetime
    is_oversized: bool = False
