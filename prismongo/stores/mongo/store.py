"""MongoStore: connects to a server, executes steps and transactions, and translates errors."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, Final

import pymongo
from prisma.errors import PrismaError
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError

from prismongo.errors import NotStartedError, data_error
from prismongo.metrics import OnWait, Place, Pool, PoolCounts
from prismongo.query.nodes.options import IndexHint, Options
from prismongo.query.nodes.steps import RawStep, Step
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.models import model_of
from prismongo.stores.mongo.accelerator import State, state
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.connect import Topology, open_client, unreachable
from prismongo.stores.mongo.describe import describe
from prismongo.stores.mongo.errors import (
    DRIVER_FAILURES,
    DriverFailure,
    standalone_remedy,
    translate,
)
from prismongo.stores.mongo.execute import RAW, Executor
from prismongo.stores.mongo.joins import Joins
from prismongo.stores.mongo.optioned import OptionedDatabase
from prismongo.stores.mongo.pool import Pools, PoolWaits
from prismongo.stores.mongo.streams.source import MongoChanges
from prismongo.stores.mongo.transactions import MongoTransaction
from prismongo.stores.rows import ROWS
from prismongo.stores.store import Transaction
from prismongo.stores.wanted.hints import no_such_index
from prismongo.tasks import cancellations, pass_cancellation

CLOSE_TIMEOUT: Final = 1.0
"""Seconds for ending sessions on the server, which also removes them by itself."""

MakeClient = Callable[..., AsyncMongoClient[Document]]


class MongoStore:
    """The store on a MongoDB server.

    Args:
        datamodel: has the collections, and the names of fields in errors.
        make_client: makes a client that is not connected yet and reports to the listeners that it
            is given. It is called by each `connect`.
        database: the name of the database.
        make_streaming_client: makes a client for change streams, with an unlimited pool; None means
            `make_client`.
        pool_waits: whether it is measured how long operations wait for a connection.
    """

    def __init__(
        self,
        datamodel: Datamodel,
        make_client: MakeClient,
        database: str,
        make_streaming_client: MakeClient | None = None,
        *,
        pool_waits: bool = False,
    ) -> None:
        self._datamodel = datamodel
        self._make_client = make_client
        self._make_streaming_client = make_streaming_client or make_client
        self._name = database
        self._changes: MongoChanges | None = None
        self._client: AsyncMongoClient[Document] | None = None
        self._executor: Executor | None = None
        self._measures_waits = pool_waits
        self._pools: Pools | None = None
        self._connected_in: tuple[int, asyncio.AbstractEventLoop] | None = None
        self.topology: Topology | None = None
        self._options: Options | None = None
        self.on_wait: OnWait | None = None
        self._hints: Mapping[str, IndexHint] = {}

    # --- life ---

    async def connect(self, timeout: float) -> None:
        """Open the client, and find out what kind of server it is.

        Raises:
            prismongo.errors.ConnectionError: P1000, P1001, P1002 …
        """
        waits = PoolWaits(self._name, self.on_wait) if self._measures_waits else None
        client = self._make_client() if waits is None else self._make_client(waits)
        try:
            self.topology = await open_client(client, timeout)
        except BaseException:
            await asyncio.shield(client.close())
            raise
        self._client = client
        self._connected_in = os.getpid(), asyncio.get_running_loop()
        self._pools = Pools(client, waits)
        database = client.get_database(self._name, codec_options=RAW)
        self._executor = Executor(database, self._joins(self.topology))

    def _joins(self, topology: Topology) -> Joins | None:
        """Which joins the server forbids; None where no collection can be sharded."""
        sharded = topology.is_sharded and any(item.shard_key for item in self._datamodel.models)
        return Joins(topology.wire_version) if sharded else None

    async def close(self) -> None:
        """Close the client and its pool, with a short timeout."""
        client, self._client, self._executor = self._client, None, None
        changes, self._changes = self._changes, None
        with pymongo.timeout(CLOSE_TIMEOUT):
            try:
                if changes is not None:
                    await changes.close()
            finally:
                if client is not None:
                    await client.close()

    @property
    def database(self) -> AsyncDatabase[Document]:
        """PyMongo's database.

        Raises:
            NotStartedError: before connect and after close.
        """
        return self._connected.database

    @property
    def _connected(self) -> Executor:
        if self._executor is None:
            raise NotStartedError("The database is not connected: call `await connect()` first.")
        if self._connected_in != (os.getpid(), asyncio.get_running_loop()):
            raise NotStartedError(
                "This database was connected in another event loop or process, and its sockets "
                "belong there. Connect a DatabaseService of its own in each."
            )
        return self._executor

    @property
    def changes(self) -> MongoChanges:
        """The change streams.

        Raises:
            NotStartedError: before connect and after close.
        """
        database = self.database
        if self._changes is None:
            self._changes = MongoChanges(
                database,
                self._make_streaming_client,
                ROWS,
                has_streams=self.topology is not None and self.topology.has_transactions,
            )
        return self._changes

    def with_options(self, options: Options, hints: Mapping[str, IndexHint]) -> MongoStore:
        """The same store with options for each step; it must not be connected or closed."""
        database: Any = OptionedDatabase(self.database, options, hints)
        view = copy(self)
        joins = self._joins(self.topology) if self.topology else None
        view._executor, view._options, view._hints = Executor(database, joins), options, hints
        return view

    async def begin(self, *, required: bool) -> MongoTransaction | None:
        """A new transaction; None if it is not required and the server has none.

        Raises:
            DataError: P2031, on a standalone server.
        """
        client, topology = self.database.client, self.topology
        if topology is not None and not topology.has_transactions:
            if required:
                raise data_error("P2031", standalone_remedy(topology.hosts))
            return None
        transaction = MongoTransaction(client.start_session(), self._datamodel)
        await transaction.begin(self._options)
        return transaction

    async def reach(self) -> None:
        """Wait until a server and a connection are available, as the first command would.

        Nothing is sent if a primary is known and a connection is idle.
        """
        pools = self._pools
        is_found = self.database.client.topology_description.has_writable_server()
        if is_found and pools is not None and pools.idle > 0:
            return
        try:
            await self.database.command("ping")
        except PyMongoError as error:
            raise self._failure(error) from error

    def describe(self, step: Step) -> Document:
        """The command of a step, for the query log."""
        return describe(step)

    @property
    def accelerator(self) -> State:
        """Whether the accelerator reads the rows."""
        return state()

    @property
    def pool(self) -> PoolCounts:
        """The counts of the connections since the last connect."""
        return PoolCounts() if self._pools is None else self._pools.counts

    @property
    def pools(self) -> Sequence[Pool]:
        """The connections now, a server each."""
        return () if self._pools is None else tuple(self._pools.of(self._name))

    @property
    def place(self) -> Place:
        """The name of the database, and the server if there is only one."""
        if self._client is None:
            return Place(self._name)
        servers = list(self._client.topology_description.server_descriptions())
        return Place(self._name, *servers[0]) if len(servers) == 1 else Place(self._name)

    # --- steps ---

    async def execute(self, step: Step, transaction: Transaction | None) -> Any:
        """Execute a step → its result.

        Raises:
            prisma.errors.PrismaError: the driver's error, translated.
        """
        before = cancellations()
        try:
            if not isinstance(transaction, MongoTransaction):
                result = await self._connected.execute(step, None)
            else:
                async with transaction.lock:
                    result = await self._connected.execute(step, transaction.session)
        except DRIVER_FAILURES as error:
            failure = self._failure(error, step)
            if isinstance(transaction, MongoTransaction):
                failure = transaction.explain(error, failure)
            raise failure from error
        pass_cancellation(before)
        return result

    def _failure(self, error: DriverFailure, step: Step | None = None) -> PrismaError:
        """The error that callers see."""
        client, topology = self._client, self.topology
        if isinstance(error, ServerSelectionTimeoutError) and client and topology:
            waited = client.options.server_selection_timeout
            return unreachable(client, waited, topology.hosts)
        model = None if step is None else model_of(step)
        raw = isinstance(step, RawStep)
        hint = None if model is None else self._hints.get(model.db_name)
        if model is not None and hint is not None and not raw and _is_bad_hint(error):
            return no_such_index(self._datamodel, model, hint)
        return translate(error, model, self._datamodel, raw=raw)


def _is_bad_hint(error: DriverFailure) -> bool:
    """Whether it is that the hint names no index; only the server's text says so."""
    return isinstance(error, OperationFailure) and "hint provided does not" in str(error)
