"""MongoStore: executes steps on a server. The only part of the house that awaits one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC
from typing import Any, assert_never

import pymongo
from bson import CodecOptions, DatetimeConversion
from bson.errors import InvalidDocument
from prisma.errors import PrismaError
from pymongo import AsyncMongoClient, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError

from database.errors import NotStartedError, data_error
from database.metrics import PoolCounts
from database.query.steps import (
    ORDER_VALUES,
    Aggregate,
    Atomic,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    Group,
    Insert,
    RawAggregate,
    RawCommand,
    RawFind,
    Row,
    Step,
    UpdateMany,
    UpdateOne,
)
from database.schema.datamodel import Datamodel, Model
from database.stores.mongo.change_source import MongoChanges
from database.stores.mongo.commands import AggregateCommand, Document, FindCommand
from database.stores.mongo.compile_filter import compile_filter
from database.stores.mongo.compile_find import (
    CHILD,
    PARENT,
    compile_aggregate,
    compile_count_per_parent,
    compile_find,
    compile_find_per_parent,
    compile_group,
    order_names,
)
from database.stores.mongo.compile_update import compile_update
from database.stores.mongo.connect import Topology, open_client, unreachable
from database.stores.mongo.describe import describe
from database.stores.mongo.errors import (
    DRIVER_FAILURES,
    DriverFailure,
    standalone_remedy,
    translate,
)
from database.stores.mongo.pool import PoolListener
from database.stores.mongo.transactions import MongoTransaction
from database.stores.store import Transaction

ROWS: CodecOptions[Document] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
"""Rows have dates in UTC without saying so, which `decode` says: the driver takes longer over it.
One beyond Python's range is an error of its row, not of all."""

RAW: CodecOptions[Document] = CodecOptions(
    tz_aware=True, tzinfo=UTC, datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
"""What raw operations and PyMongo's database give: aware dates in UTC."""

ONE_REPLY = 100_000
"""The rows a reply may hold at most; the server cuts it at 16 MB anyway."""

BOOKKEEPING = ("$clusterTime", "operationTime", "opTime", "electionId")
"""What a reply says to the driver alone."""

FAREWELL = 1.0
"""Seconds that the server has to hear which sessions end; it forgets them by itself, too."""

MakeClient = Callable[[PoolListener], AsyncMongoClient[Document]]


class MongoStore:
    """The store on a MongoDB server.

    Args:
        datamodel: names the collections, and the fields in errors.
        make_client: gives a client that has not connected yet and reports to the listener; called
            at each `connect`.
        database: the name of the database.
        make_streaming_client: gives a client for change streams, without a limit of connections;
            None: `make_client`.
    """

    def __init__(
        self,
        datamodel: Datamodel,
        make_client: MakeClient,
        database: str,
        make_streaming_client: MakeClient | None = None,
    ) -> None:
        self._datamodel = datamodel
        self._make_client = make_client
        self._make_streaming_client = make_streaming_client or make_client
        self._name = database
        self._changes: MongoChanges | None = None
        self._client: AsyncMongoClient[Document] | None = None
        self._database: AsyncDatabase[Document] | None = None
        self._pool = PoolListener()
        self._collections: dict[str, AsyncCollection[Document]] = {}
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self.topology: Topology | None = None

    # --- life ---

    async def connect(self, timeout: float) -> None:
        """Open the client and learn what kind of server it is.

        Raises:
            database.errors.ConnectionError: P1000, P1001, P1002 …
        """
        self._pool = PoolListener()
        client = self._make_client(self._pool)
        try:
            self.topology = await open_client(client, timeout)
        except BaseException:
            await asyncio.shield(client.close())
            raise
        self._client, self._home = client, _here()
        self._database = client.get_database(self._name, codec_options=RAW)

    async def close(self) -> None:
        """Close the client and its pool, without waiting long for a server that is gone."""
        client, self._client, self._database = self._client, None, None
        changes, self._changes = self._changes, None
        with pymongo.timeout(FAREWELL):
            if changes is not None:
                await changes.close()
            if client is not None:
                await client.close()

    @property
    def database(self) -> AsyncDatabase[Document]:
        """PyMongo's database.

        Raises:
            NotStartedError: before connect and after close.
        """
        if self._database is None:
            raise NotStartedError("The database is not connected: call `await connect()` first.")
        if self._home != _here():
            raise NotStartedError(
                "This database was connected in another event loop or process, and its sockets "
                "belong there. Connect a DatabaseService of its own in each."
            )
        return self._database

    @property
    def changes(self) -> MongoChanges:
        """What is written, as streams of events.

        Raises:
            NotStartedError: before connect and after close.
        """
        database = self.database
        if self._changes is None:
            self._changes = MongoChanges(
                database,
                lambda: self._make_streaming_client(PoolListener()),
                ROWS,
                has_streams=self.topology is not None and self.topology.has_transactions,
            )
        return self._changes

    async def begin(self, *, required: bool) -> MongoTransaction | None:
        """A new transaction; None where it is not required and the server has none.

        Raises:
            DataError: P2031, on a standalone server.
        """
        client, topology = self.database.client, self.topology
        if topology is not None and not topology.has_transactions:
            if required:
                raise data_error("P2031", standalone_remedy(topology.hosts))
            return None
        transaction = MongoTransaction(client.start_session(), self._datamodel)
        await transaction.begin()
        return transaction

    async def reach(self) -> None:
        """Select a server and check a connection out, as the first command would have to.

        Where a server takes writes and a connection is idle, neither is to be waited for.
        """
        if self.database.client.topology_description.has_writable_server() and self.pool.idle > 0:
            return
        try:
            await self.database.command("ping")
        except PyMongoError as error:
            raise self._failure(error) from error

    def describe(self, step: Step) -> Document:
        """What the step sends, as a document, for the query log."""
        return describe(step)

    @property
    def pool(self) -> PoolCounts:
        """What the driver's connections have been doing since the last connect."""
        return self._pool.counts

    # --- steps ---

    async def execute(self, step: Step, transaction: Transaction | None) -> Any:
        """What the step finds.

        Raises:
            prisma.errors.PrismaError: the driver's error, translated.
        """
        try:
            if not isinstance(transaction, MongoTransaction):
                return await self._execute(step, None)
            async with transaction.lock:
                return await self._execute(step, transaction.session)
        except DRIVER_FAILURES as error:
            failure = self._failure(error, step)
            if isinstance(transaction, MongoTransaction):
                failure = transaction.explain(error, failure)
            raise failure from error

    def _failure(self, error: DriverFailure, step: Step | None = None) -> PrismaError:
        """What callers see of it."""
        client, topology = self._client, self.topology
        if isinstance(error, ServerSelectionTimeoutError) and client and topology:
            waited = client.options.server_selection_timeout
            return unreachable(client, waited, topology.hosts)
        model = None if step is None else _model_of(step)
        raw = isinstance(step, RawFind | RawAggregate | RawCommand)
        return translate(error, model, self._datamodel, raw=raw)

    async def _execute(self, step: Step, session: AsyncClientSession | None) -> Any:
        match step:
            case Find():
                return await self._find(step, session)
            case FindPerParent():
                rows = await self._aggregate(compile_find_per_parent(step), session)
                return [(row[PARENT], row[CHILD]) for row in rows]
            case CountPerParent():
                rows = await self._aggregate(compile_count_per_parent(step), session)
                return {row[PARENT]: row[CHILD] for row in rows}
            case Aggregate():
                rows = await self._aggregate(compile_aggregate(step), session)
                return rows[0] if rows else {}
            case Group():
                return await self._aggregate(compile_group(step), session)
            case Insert() | UpdateOne() | UpdateMany() | DeleteOne() | DeleteMany():
                return await self._write(step, session)
            case RawFind() | RawAggregate() | RawCommand():
                try:
                    return await self._raw(step, session)
                except ValueError as error:  # bson's for a UUID, which needs a representation
                    raise InvalidDocument(str(error)) from error
            case Atomic():
                raise AssertionError("the engine begins transactions")
            case _:
                assert_never(step)

    async def _find(self, step: Find, session: AsyncClientSession | None) -> list[Row]:
        command = compile_find(step)
        if isinstance(command, AggregateCommand):
            rows = await self._aggregate(command, session)
        elif command.limit == 1:
            rows = await _only(self._cursor(command, session))
        else:
            rows = await self._cursor(command, session).to_list()
        if step.order_values:
            names = order_names(step)
            for row in rows:
                row[ORDER_VALUES] = [_at(row, name) for name in names]
        return rows

    def _cursor(
        self, command: FindCommand, session: AsyncClientSession | None
    ) -> AsyncCursor[Document]:
        limit = command.limit
        return self._collection(command.collection).find(
            command.filter,
            command.projection,
            sort=command.sort,
            skip=command.skip,
            limit=-1 if limit == 1 else limit,
            batch_size=0 if limit == 1 else min(limit or ONE_REPLY, ONE_REPLY),
            session=session,
        )

    async def _aggregate(
        self, command: AggregateCommand, session: AsyncClientSession | None
    ) -> list[Row]:
        collection = self._collection(command.collection)
        cursor = await collection.aggregate(
            command.pipeline, session=session, batchSize=ONE_REPLY, allowDiskUse=True
        )
        return await cursor.to_list()

    async def _write(
        self,
        step: Insert | UpdateOne | UpdateMany | DeleteOne | DeleteMany,
        session: AsyncClientSession | None,
    ) -> Any:
        collection = self._collection(step.model.db_name)
        match step:
            case Insert(_, documents):
                if len(documents) == 1:
                    await collection.insert_one(documents[0], session=session)
                else:
                    await collection.insert_many(documents, session=session)
                return None
            case UpdateOne(_, where, changes, fields):
                return await collection.find_one_and_update(
                    compile_filter(where, []),
                    compile_update(changes),
                    projection=None if fields is None else [field.db_name for field in fields],
                    return_document=ReturnDocument.AFTER,
                    session=session,
                )
            case UpdateMany(_, where, changes):
                result = await collection.update_many(
                    compile_filter(where, []), compile_update(changes), session=session
                )
                return result.matched_count
            case DeleteOne(_, where, fields):
                return await collection.find_one_and_delete(
                    compile_filter(where, []),
                    projection=None if fields is None else [field.db_name for field in fields],
                    session=session,
                )
            case DeleteMany(_, where):
                deleted = await collection.delete_many(compile_filter(where, []), session=session)
                return deleted.deleted_count

    async def _raw(
        self, step: RawFind | RawAggregate | RawCommand, session: AsyncClientSession | None
    ) -> Any:
        match step:
            case RawFind(model, filter_, options):
                command = {"find": model.db_name, "filter": dict(filter_), **options}
            case RawAggregate(model, pipeline, options):
                command = {
                    "aggregate": model.db_name,
                    "pipeline": list(pipeline),
                    "cursor": {key: options[key] for key in options if key == "batchSize"},
                    **{key: options[key] for key in options if key != "batchSize"},
                }
            case RawCommand(given):
                reply = await self.database.command(dict(given), session=session, codec_options=RAW)
                return {key: reply[key] for key in reply if key not in BOOKKEEPING}
        cursor = await self.database.cursor_command(command, session=session, codec_options=RAW)
        return await cursor.to_list()

    def _collection(self, name: str) -> AsyncCollection[Document]:
        known = self._collections.get(name)
        if known is None or known.database is not self.database:
            known = self.database.get_collection(name, codec_options=ROWS)
            self._collections[name] = known
        return known


def _here() -> tuple[int, asyncio.AbstractEventLoop]:
    return os.getpid(), asyncio.get_running_loop()


async def _only(cursor: AsyncCursor[Document]) -> list[Row]:
    """The one row, or none: less to do for the driver than `find_one` and `to_list` are."""
    try:
        return [await cursor.next()]
    except StopAsyncIteration:
        return []


def _at(row: Row, name: str) -> Any:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _model_of(step: Step) -> Model | None:
    match step:
        case FindPerParent() | CountPerParent():
            return step.link.target
        case Aggregate():
            return step.find.model
        case Atomic() | RawCommand():
            return None
        case _:
            return step.model
