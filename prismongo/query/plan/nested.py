"""plan, nested writes: before or after the write of the outer record.

A referenced record is written before the outer record, which receives its key; related records are
written after the outer record. `referenced` and `related` plan the single writes.
Source: Prisma Client reference, "Nested queries"; error codes from Prisma's error reference.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from prismongo.query.nodes.limits import UNCOUNTED, size_of
from prismongo.query.nodes.operations import (
    ConnectReferenced,
    CreateRelated,
    DisconnectReferenced,
    NestedWrite,
    ReferencedWrite,
)
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.steps import BeginTransaction, Step, WritePlan
from prismongo.query.nodes.updates import Set
from prismongo.query.plan.referenced import ReferencedRecords
from prismongo.query.plan.related import OuterWrites, RelatedRecords
from prismongo.schema.datamodel import Datamodel


@dataclass(frozen=True, slots=True)
class OuterWrite:
    """What the write of the outer record must do for the nested writes.

    Attributes:
        key_updates: the updates of its foreign keys.
        follow_ups: the writes that follow it; each is given the row of the outer record.
    """

    key_updates: list[Set] = field(default_factory=list)
    follow_ups: list[Callable[[Row], WritePlan]] = field(default_factory=list)

    def run_follow_ups(self, row: Row) -> WritePlan:
        """Carry out what follows, now that the outer record is `row`."""
        for follow_up in self.follow_ups:
            yield from follow_up(row)


class NestedWritePlanner:
    """Plans nested writes on one datamodel."""

    def __init__(self, datamodel: Datamodel, outer: OuterWrites) -> None:
        self._referenced = ReferencedRecords(datamodel, outer)
        self._related = RelatedRecords(datamodel, outer)

    def touches_one(self, writes: Sequence[NestedWrite]) -> bool:
        """Whether the nested writes change no record but the outer one."""
        return all(
            isinstance(write, ConnectReferenced | DisconnectReferenced)
            and write.link.opposite.is_list
            for write in writes
        )

    def begin(self, writes: Sequence[NestedWrite]) -> WritePlan:
        """Begin the transaction that holds the nested writes: many new records are counted."""
        records = size = 0
        for write in writes:
            if isinstance(write, CreateRelated) and len(write.records) > UNCOUNTED:
                records += len(write.records)
                size += size_of([record.document for record in write.records])
        yield BeginTransaction(records=records, size=size)

    def prepare(
        self, writes: Sequence[NestedWrite], row: Row | None
    ) -> Generator[Step, Any, OuterWrite]:
        """Carry out what comes before the write of the outer record.

        Args:
            writes: the nested writes.
            row: the outer record as it is stored; None where it is new.
        """
        outer = OuterWrite()
        for write in writes:
            if isinstance(write, ReferencedWrite):
                update = yield from self._referenced.write(write, row)
                outer.key_updates.extend(update.updates)
                if update.follow_up is not None:
                    outer.follow_ups.append(update.follow_up)
            else:
                outer.follow_ups.append(partial(self._related.write, write))
        return outer
