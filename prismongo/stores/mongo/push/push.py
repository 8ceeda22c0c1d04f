"""`push`: creates the collections and indexes of a Datamodel in a database.

It inspects the database, makes a plan, checks the data against new unique indexes, and only then
applies the plan. `compare` only makes the plan.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, assert_never

from prisma.errors import DataError
from pymongo import ReadPreference
from pymongo.errors import PyMongoError

from prismongo.query.errors.input import unsupported
from prismongo.schema.datamodel import Datamodel
from prismongo.settings import DatabaseSettings
from prismongo.stores.mongo.client import make_client
from prismongo.stores.mongo.connect import open_client
from prismongo.stores.mongo.errors import translate
from prismongo.stores.mongo.push.apply import PushProgress, RefusedIndexError, apply
from prismongo.stores.mongo.push.errors import NOTHING_CHANGED, index_refused, violations_error
from prismongo.stores.mongo.push.events import Planned, Report, Searching, Violated
from prismongo.stores.mongo.push.inspect import Database, find_indexes
from prismongo.stores.mongo.push.plan import (
    CreateCollection,
    CreateIndex,
    IndexDiffers,
    IndexesOnView,
    IndexNotInSchema,
    KeepImages,
    PushPlan,
    PushStep,
    ShardCollection,
    ShardKeyDiffers,
    plan_push,
)
from prismongo.stores.mongo.push.shards import find_shard_keys, is_cluster
from prismongo.stores.mongo.push.violations import Violation, find_violation
from prismongo.stores.wanted.indexes import wanted_images, wanted_indexes
from prismongo.stores.wanted.shards import wanted_shard_keys
from prismongo.stores.wanted.specs import IndexSpec
from prismongo.url import url_database

CONNECT_TIMEOUT: Final = 10.0  # seconds
DUPLICATE_KEY: Final = 11000


@dataclass(frozen=True, slots=True)
class Pushed:
    """The result of `push`.

    Attributes:
        plan: the differences before the push.
        done: the executed steps, in order; empty in a dry run.
        violations: the unique indexes that the data violates; only a dry run returns them.
    """

    plan: PushPlan
    done: tuple[PushStep, ...] = ()
    violations: tuple[Violation, ...] = ()

    @property
    def left(self) -> tuple[PushStep, ...]:
        """The steps that were not executed; in a dry run, all steps."""
        return tuple(step for step in self.plan.steps if step not in self.done)


async def push(
    datamodel: Datamodel,
    url: str,
    *,
    dry_run: bool = False,
    drop: bool = False,
    shard: bool = False,
    report: Report | None = None,
    wait: float | None = None,
) -> Pushed:
    """Create the collections and indexes of the schema that the database lacks.

    A second push does nothing, and two may run at the same time. Collections and documents are
    never removed, except by MongoDB itself if the schema asks for `@ttl`.

    Args:
        datamodel: what `parse` made of schema.prisma.
        url: the MongoDB URL, naming the database.
        dry_run: only make the plan, and check the data against new unique indexes.
        drop: also replace indexes that differ, and remove those that are not in the schema; only
            its own: named in the schema, or like Prisma names an index of these fields.
        shard: also shard the collections that the schema shards, on a sharded cluster.
        report: receives events: the plan, the progress of builds, and each finished step.
        wait: how long to wait for the server, in seconds; None: 10 s.

    Returns:
        The plan and the executed steps.

    Raises:
        ConnectionError: the server cannot be used (P1000 …).
        SchemaError: a comment of the schema has an invalid option.
        UniqueViolationError: documents violate a unique index; nothing was changed. `meta` has
            the fields and counts; the report of a dry run has the values.
        UnsupportedOperationError: P2026, `shard` on a server that is no mongos.
        prisma.errors.DataError: the server rejects an index (P2035).
    """
    wanted_indexes(datamodel)  # raises for an invalid comment before it connects
    async with opened(url, wait) as database:
        return await push_to(
            database, datamodel, dry_run=dry_run, drop=drop, shard=shard, report=report
        )


async def push_to(
    database: Database,
    datamodel: Datamodel,
    *,
    dry_run: bool = False,
    drop: bool = False,
    shard: bool = False,
    report: Report | None = None,
) -> Pushed:
    """`push` on a connected database."""
    progress = PushProgress(_primary(database), report)
    if shard and not is_cluster(database):
        raise unsupported("`push --shard`", "the server is no mongos, so nothing can be sharded")
    try:
        steps = await _compared(progress.database, datamodel)
        return await _push(progress, steps, dry_run=dry_run, drop=drop, shard=shard)
    except PyMongoError as error:
        raise translate(error, None, datamodel) from error


async def compare(database: Database, datamodel: Datamodel) -> PushPlan:
    """The differences between a schema and a connected database; reads no documents.

    Raises:
        SchemaError: a comment of the schema has an invalid option.
        prisma.errors.PrismaError: the server does not answer, or rejects the command.
    """
    try:
        return await _compared(_primary(database), datamodel)
    except PyMongoError as error:
        raise translate(error, None, datamodel) from error


async def _compared(database: Database, datamodel: Datamodel) -> PushPlan:
    wanted, keys = wanted_indexes(datamodel), wanted_shard_keys(datamodel)
    found = await find_indexes(database, wanted)
    found_keys = await find_shard_keys(database, wanted)
    images = wanted_images(datamodel)
    return plan_push(database.name, wanted, found, images, keys, found_keys)


@asynccontextmanager
async def opened(url: str, wait: float | None = None) -> AsyncIterator[Database]:
    """Connect to the database of a URL; close it at the end.

    Args:
        url: names the database.
        wait: how long to wait for the server, in seconds; None: 10 s.

    Raises:
        ConnectionError: the server cannot be used (P1000 …).
    """
    name = url_database(url)
    # The primary, whatever the URL reads from: without a secondary it is the only one to say hello.
    # As an object, which the URL's readPreferenceTags and maxStalenessSeconds do not contradict.
    primary = {"read_preference": ReadPreference.PRIMARY}
    async with make_client(url, DatabaseSettings(), **primary) as client:
        await open_client(client, CONNECT_TIMEOUT if wait is None else wait)
        yield client.get_database(name)


def _primary(database: Database) -> Database:
    """Read from the primary: a secondary may have old data."""
    return database.with_options(read_preference=ReadPreference.PRIMARY)


async def _push(
    progress: PushProgress, steps: PushPlan, *, dry_run: bool, drop: bool, shard: bool
) -> Pushed:
    to_do = steps.to_do(drop=drop, shard=shard)
    new = {step.collection for step in to_do if isinstance(step, CreateCollection)}
    progress.report_event(Planned(steps, drop, shard))
    uniques = tuple(index for index in _uniques(to_do) if index.collection not in new)
    if uniques:
        progress.report_event(Searching(uniques))
    violations = await _violations(progress.database, uniques)
    if violations:
        progress.report_event(Violated(violations))
    if dry_run:
        return Pushed(steps, violations=violations)
    if violations:
        raise violations_error(violations, NOTHING_CHANGED)
    try:
        await apply(progress, to_do)
    except RefusedIndexError as error:
        raise await _refusal(progress, error) from error.reason
    return Pushed(steps, tuple(progress.done))


def _uniques(steps: Iterable[PushStep]) -> Iterator[IndexSpec]:
    for step in steps:
        match step:
            case CreateIndex(index=index) | IndexDiffers(wanted=index):
                if index.unique:
                    yield index
            case CreateCollection() | KeepImages() | IndexNotInSchema() | IndexesOnView():
                pass
            case ShardCollection() | ShardKeyDiffers():
                pass
            case _:
                assert_never(step)


async def _violations(database: Database, uniques: Iterable[IndexSpec]) -> tuple[Violation, ...]:
    """Check one index after the other: each check may read a whole collection."""
    found = [await find_violation(database, index) for index in uniques]
    return tuple(violation for violation in found if violation is not None)


async def _refusal(progress: PushProgress, error: RefusedIndexError) -> DataError:
    """The error of a rejected index; duplicates may have been written after our check."""
    count = len(progress.done)
    state = f"Steps done before that, which stand: {count}." if count else NOTHING_CHANGED
    uniques = [index for index in error.indexes if index.unique]
    if error.reason.code == DUPLICATE_KEY and (
        violations := await _violations(progress.database, uniques)
    ):
        return violations_error(violations, state)
    return index_refused(error.indexes, error.reason, state)
