"""`push`: brings a live database's collections and indexes in line with a Datamodel.

wanted + found → plan → the data asked whether the uniques hold → apply. Nothing is changed before
all of that is known. `compare` ends with the plan.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, assert_never

from prisma.errors import DataError
from pymongo import ReadPreference
from pymongo.errors import PyMongoError

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
    plan_push,
)
from prismongo.stores.mongo.push.violations import Violation, find_violation
from prismongo.stores.wanted.indexes import wanted_images, wanted_indexes
from prismongo.stores.wanted.specs import IndexSpec
from prismongo.url import url_database

CONNECT_TIMEOUT: Final = 10.0  # seconds
DUPLICATE_KEY: Final = 11000


@dataclass(frozen=True, slots=True)
class Pushed:
    """What `push` found and did.

    Attributes:
        plan: what stood between schema and database before.
        done: the steps taken, in their order; empty in a dry run.
        violations: the unique indexes that the data would violate; only a dry run returns any.
    """

    plan: PushPlan
    done: tuple[PushStep, ...] = ()
    violations: tuple[Violation, ...] = ()

    @property
    def left(self) -> tuple[PushStep, ...]:
        """The steps not taken: what differs or is not in the schema, and in a dry run all."""
        return tuple(step for step in self.plan.steps if step not in self.done)


async def push(
    datamodel: Datamodel,
    url: str,
    *,
    dry_run: bool = False,
    drop: bool = False,
    report: Report | None = None,
) -> Pushed:
    """Create the collections and indexes of the schema that the database lacks.

    A second push does nothing, and two may run at once. Never is a collection or a document
    removed, but by MongoDB itself where the schema asks for `@ttl`.

    Args:
        datamodel: what `parse` made of schema.prisma.
        url: the MongoDB URL, naming the database.
        dry_run: only plan, and ask the data whether the uniques would hold.
        drop: also replace indexes that differ and remove those that the schema lacks, as far as
            they are its own: named by the schema, or as Prisma names an index of these fields.
        report: told of the plan, the progress of builds, and each step done.

    Returns:
        The plan and what was done of it.

    Raises:
        ConnectionError: the server cannot be used (P1000 …).
        SchemaError: a comment of the schema gives an option that cannot be.
        UniqueViolationError: documents violate a unique index; nothing was changed. `meta` has
            the fields and counts, the report of a dry run the values.
        prisma.errors.DataError: the server refuses an index (P2035).
    """
    wanted_indexes(datamodel)  # a comment that cannot be is told without a server
    async with opened(url) as database:
        return await push_to(database, datamodel, dry_run=dry_run, drop=drop, report=report)


async def push_to(
    database: Database,
    datamodel: Datamodel,
    *,
    dry_run: bool = False,
    drop: bool = False,
    report: Report | None = None,
) -> Pushed:
    """The same on a database that is connected already."""
    wanted = wanted_indexes(datamodel)
    progress = PushProgress(_primary(database), report)
    try:
        found = await find_indexes(progress.database, wanted)
        steps = plan_push(progress.database.name, wanted, found, wanted_images(datamodel))
        return await _push(progress, steps, dry_run=dry_run, drop=drop)
    except PyMongoError as error:
        raise translate(error, None, datamodel) from error


async def compare(database: Database, datamodel: Datamodel) -> PushPlan:
    """What stands between a schema and a connected database; no document is read.

    Raises:
        SchemaError: a comment of the schema gives an option that cannot be.
        prisma.errors.PrismaError: the server does not answer, or refuses.
    """
    wanted = wanted_indexes(datamodel)
    database = _primary(database)
    try:
        found = await find_indexes(database, wanted)
        return plan_push(database.name, wanted, found, wanted_images(datamodel))
    except PyMongoError as error:
        raise translate(error, None, datamodel) from error


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database that a URL names, connected, closed at the end.

    Raises:
        ConnectionError: the server cannot be used (P1000 …).
    """
    name = url_database(url)
    # The primary, whatever the URL reads from: without a secondary it is the only one to say hello.
    # As an object, which the URL's readPreferenceTags and maxStalenessSeconds do not contradict.
    primary = {"read_preference": ReadPreference.PRIMARY}
    async with make_client(url, DatabaseSettings(), **primary) as client:
        await open_client(client, min(CONNECT_TIMEOUT, client.options.server_selection_timeout))
        yield client.get_database(name)


def _primary(database: Database) -> Database:
    """What a secondary shows may be old."""
    return database.with_options(read_preference=ReadPreference.PRIMARY)


async def _push(progress: PushProgress, steps: PushPlan, *, dry_run: bool, drop: bool) -> Pushed:
    to_do = steps.to_do(drop=drop)
    new = {step.collection for step in to_do if isinstance(step, CreateCollection)}
    progress.report_event(Planned(steps, drop))
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
            case _:
                assert_never(step)


async def _violations(database: Database, uniques: Iterable[IndexSpec]) -> tuple[Violation, ...]:
    """One after the other: each may read a whole collection."""
    found = [await find_violation(database, index) for index in uniques]
    return tuple(violation for violation in found if violation is not None)


async def _refusal(progress: PushProgress, error: RefusedIndexError) -> DataError:
    """What the server's refusal means; duplicates may have come after we looked for them."""
    count = len(progress.done)
    state = f"Steps done before that, which stand: {count}." if count else NOTHING_CHANGED
    uniques = [index for index in error.indexes if index.unique]
    if error.reason.code == DUPLICATE_KEY and (
        violations := await _violations(progress.database, uniques)
    ):
        return violations_error(violations, state)
    return index_refused(error.indexes, error.reason, state)
