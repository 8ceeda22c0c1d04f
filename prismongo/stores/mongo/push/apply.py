"""Executes the steps of a plan (`apply`). Another process may do the same at the same time.

Indexes are removed first; then collections, images and indexes are created; then indexes are
replaced, and collections sharded.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, assert_never

from pymongo.errors import OperationFailure

from prismongo.errors import ConnectionError
from prismongo.query.errors.input import unsupported
from prismongo.stores.mongo.push.build import build_indexes
from prismongo.stores.mongo.push.differences import differences
from prismongo.stores.mongo.push.events import Done, PushEvent, Report
from prismongo.stores.mongo.push.inspect import Database, find_indexes
from prismongo.stores.mongo.push.plan import (
    CreateCollection,
    CreateIndex,
    IndexDiffers,
    IndexesOnView,
    IndexNotInSchema,
    KeepImages,
    PushStep,
    ShardCollection,
    ShardKeyDiffers,
)
from prismongo.stores.mongo.push.shards import shard
from prismongo.stores.wanted.specs import IndexSpec

NAMESPACE_EXISTS: Final = 48
UNKNOWN_OPTION: Final = 40415
UNAUTHORIZED: Final = 13
NO_ADMIN: Final = (
    "The user of DATABASE_URL was denied access on the database. `/// @changeImages` of a "
    "collection that is there needs the role dbAdmin: grant it, or push once as a user who has it."
)
NOT_FOUND: Final = (26, 27)  # NamespaceNotFound, IndexNotFound


class RefusedIndexError(Exception):
    """The server rejects indexes of one collection, and creates none of them."""

    def __init__(self, indexes: Sequence[IndexSpec], reason: OperationFailure) -> None:
        super().__init__([index.name for index in indexes])
        self.indexes = tuple(indexes)
        self.reason = reason


@dataclass(slots=True)
class PushProgress:
    """The database and the report of a push, and the steps that are done.

    Attributes:
        done: the steps that are done, in order.
    """

    database: Database
    report: Report | None
    done: list[PushStep] = field(default_factory=list)

    def report_event(self, event: PushEvent) -> None:
        """Pass an event to the `report`, if there is one."""
        if self.report is not None:
            self.report(event)

    def mark_done(self, steps: Iterable[PushStep], since: float) -> None:
        """Record that steps are done; `since` is the `time.perf_counter` of their start."""
        seconds = time.perf_counter() - since
        for step in steps:
            self.done.append(step)
            self.report_event(Done(step, seconds))


async def apply(progress: PushProgress, steps: Sequence[PushStep]) -> None:
    """Execute the steps.

    Raises:
        RefusedIndexError: the server rejects indexes; its error is the cause.
        UnsupportedOperationError: P2026, the server is too old for a step.
        pymongo.errors.PyMongoError: it does not answer.
    """
    phases = _phases(steps)
    for removed in phases.removed:
        await _remove(progress, removed)
    images = {step.collection for step in phases.images}
    for created in phases.created:
        await _create_collection(progress, created, images=created.collection in images)
    for kept in phases.images:
        await _keep_images(progress, kept)
    for _, missing in groupby(phases.missing, key=lambda step: step.index.collection):
        await _create_indexes(progress, list(missing))
    for replaced in phases.replaced:
        await _replace(progress, replaced)
    for sharded in phases.sharded:  # by indexes that are there now
        since = time.perf_counter()
        await shard(progress.database, sharded.collection, sharded.key)
        progress.mark_done([sharded], since)


@dataclass(slots=True)
class _Phases:
    """The steps by kind, in the order in which the kinds are executed."""

    removed: list[IndexNotInSchema] = field(default_factory=list)
    created: list[CreateCollection] = field(default_factory=list)
    images: list[KeepImages] = field(default_factory=list)
    missing: list[CreateIndex] = field(default_factory=list)
    replaced: list[IndexDiffers] = field(default_factory=list)
    sharded: list[ShardCollection] = field(default_factory=list)


def _phases(steps: Iterable[PushStep]) -> _Phases:
    phases = _Phases()
    for step in steps:
        match step:
            case IndexNotInSchema():
                phases.removed.append(step)
            case CreateCollection():
                phases.created.append(step)
            case KeepImages():
                phases.images.append(step)
            case CreateIndex():
                phases.missing.append(step)
            case IndexDiffers():
                phases.replaced.append(step)
            case ShardCollection():
                phases.sharded.append(step)
            case IndexesOnView() | ShardKeyDiffers():
                pass  # a view has no indexes; another key is a matter of `reshardCollection`
            case _:
                assert_never(step)
    return phases


async def _remove(progress: PushProgress, step: IndexNotInSchema) -> None:
    since = time.perf_counter()
    await _drop(progress.database, step.found)
    progress.mark_done([step], since)


async def _create_collection(
    progress: PushProgress, step: CreateCollection, *, images: bool
) -> None:
    since = time.perf_counter()
    try:
        await _command(progress.database, "create", step.collection, images=images)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise
    progress.mark_done([step], since)


async def _keep_images(progress: PushProgress, step: KeepImages) -> None:
    """Turn them on, unless the collection was created with them, which needs no `dbAdmin`."""
    since = time.perf_counter()
    found = (await find_indexes(progress.database, [step.collection])).get(step.collection)
    if found is None or found.may_keep_images:
        try:
            await _command(progress.database, "collMod", step.collection, images=True)
        except OperationFailure as error:
            if error.code != UNAUTHORIZED:
                raise
            raise ConnectionError(NO_ADMIN, code="P1010") from error
    progress.mark_done([step], since)


async def _command(database: Database, name: str, collection: str, *, images: bool) -> None:
    options = {"changeStreamPreAndPostImages": {"enabled": True}} if images else {}
    try:
        await database.command({name: collection, **options})
    except OperationFailure as error:
        if error.code != UNKNOWN_OPTION:
            raise
        raise unsupported("`/// @changeImages`", "it needs MongoDB 6.0 or later") from error


async def _create_indexes(progress: PushProgress, steps: Sequence[CreateIndex]) -> None:
    since = time.perf_counter()
    await _build(progress, [step.index for step in steps])
    progress.mark_done(steps, since)


async def _replace(progress: PushProgress, step: IndexDiffers) -> None:
    since = time.perf_counter()
    await _drop(progress.database, step.found)
    try:
        await _build(progress, [step.wanted])
    except RefusedIndexError:
        await build_indexes(progress.database, [step.found], None)
        raise
    progress.mark_done([step], since)


async def _drop(database: Database, index: IndexSpec) -> None:
    try:
        await database.command({"dropIndexes": index.collection, "index": index.name})
    except OperationFailure as error:
        if error.code not in NOT_FOUND:
            raise


async def _build(progress: PushProgress, indexes: Sequence[IndexSpec]) -> None:
    try:
        await build_indexes(progress.database, indexes, progress.report)
    except OperationFailure as error:
        if not await _are_there(progress.database, indexes):
            raise RefusedIndexError(indexes, error) from error


async def _are_there(database: Database, indexes: Sequence[IndexSpec]) -> bool:
    """Whether another process has created the indexes in the meantime."""
    collection = indexes[0].collection
    found = (await find_indexes(database, [collection])).get(collection)
    there = {index.name: index for index in (found.indexes if found else ())}
    return all(
        index.name in there and not differences(index, there[index.name]) for index in indexes
    )
