"""Service: what an application's `DatabaseService` adds to its generated client.

    class DatabaseService(Service, Prisma): ...

It corresponds to `DatabaseService extends PrismaClient` in NestJS: the constructor does no I/O, the
container connects it at start and disconnects it at stop, and it has all attributes of the client.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack, overload

from prisma.errors import PrismaError
from pydantic import BaseModel

from prismongo.client.ambient import entered, joined
from prismongo.client.atomic import Atomic
from prismongo.client.base import BaseClient
from prismongo.client.callbacks import Callback, call_now, checked
from prismongo.client.durations import Duration
from prismongo.client.options import Hint, Hints, ReadConcernName, with_given
from prismongo.client.repeating import repeated
from prismongo.client.transactions import TX_MAX_WAIT, TX_TIMEOUT
from prismongo.errors import ConfigurationError, data_error
from prismongo.settings import DatabaseSettings, ReadPreference

# What only a service in use needs is imported there: the engine and the driver take the time.
if TYPE_CHECKING:
    from pymongo.asynchronous.database import AsyncDatabase
    from pymongo.read_concern import ReadConcern
    from pymongo.read_preferences import _ServerMode
    from pymongo.write_concern import WriteConcern

    from prismongo.changes.stream import Changes, WatchOptions
    from prismongo.changes.streams import Streams
    from prismongo.client.raw import Document
    from prismongo.engine.conflicts import Attempts
    from prismongo.engine.engine import MakeStore
    from prismongo.engine.observe import LogSettings
    from prismongo.health import Health
    from prismongo.testing.controls import Controls

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)
OtherT = TypeVar("OtherT", bound=BaseModel)


class Service(BaseClient):
    """The database of an application: a mixin for its generated client.

    Args:
        settings: the URL of the database and options of the connection.
    """

    settings: DatabaseSettings

    def __init__(self, settings: DatabaseSettings) -> None:
        if not isinstance(settings, DatabaseSettings):
            raise ConfigurationError(f"{type(self).__name__} takes DatabaseSettings.")
        super().__init__(use_dotenv=False, connect_timeout=settings.connect_timeout)
        self.settings = settings
        self._make_store = self._stores(settings)
        self._conflict_timeout = settings.conflict_timeout
        self._has_telemetry = settings.telemetry

    def _stores(self, settings: DatabaseSettings) -> MakeStore:
        from prismongo.stores.mongo.client import mongo_stores

        return mongo_stores(settings)

    def _log_settings(self) -> LogSettings:
        from prismongo.engine.observe import LogSettings

        return LogSettings.of(self.settings)

    @property
    def fake(self) -> Controls:
        """What only a fake can do: inject faults, record calls, read what is stored.

        Raises:
            ConfigurationError: this database is not a fake; `prismongo.testing.fake` makes one.
        """
        raise ConfigurationError(
            f"This {type(self).__name__} is no fake: prismongo.testing.fake makes one."
        )

    @property
    def mongo(self) -> AsyncDatabase[Any]:
        """PyMongo's database, on the connection of this client, for what Prisma does not offer.

        Raises:
            prisma.errors.ClientNotConnectedError: before connect and after disconnect.
            NotStartedError: connected in another event loop or process.
            UnsupportedOperationError: P2026, this database is a fake.
        """
        from prismongo.stores.mongo.store import MongoStore

        store = self._mongo_engine.store
        if not isinstance(store, MongoStore):
            raise data_error("P2026", "This database is a fake: there is no MongoDB behind it.")
        return store.database

    async def health(self) -> Health:
        """Whether the server answers within `settings.health_timeout`, and what kind it is.

        Raises no error if the server is down or the client is not connected.
        """
        from prismongo.health import check_health, down

        try:
            return await check_health(
                self.mongo, self.settings.health_timeout, self.client_schema.freshness()
            )
        except PrismaError as error:
            return down(error, self.client_schema.freshness())

    async def transaction(
        self,
        callback: Callable[[Self], Awaitable[T]],
        *,
        max_wait: timedelta = TX_MAX_WAIT,
        timeout: timedelta = TX_TIMEOUT,
        retries: int | None = None,
        conflict_timeout: timedelta | None = None,
    ) -> T:
        """Run `callback` in a transaction, which commits if it returns and rolls back if it raises.

        After a write conflict, or if the server or the network dropped the transaction, the
        callback is called again, so it must have no other effects. Those that want the same
        documents take turns, in the order in which they came. Inside of a block of `atomic` it
        joins that one: the callback is called once, with this client, and the block's limits count
        instead of these.

        Args:
            callback: receives the client of the transaction.
            max_wait: how long the begin of an attempt may take.
            timeout: how long an attempt may take.
            retries: how often to start again at most; None means until `conflict_timeout`.
            conflict_timeout: how long to start again, from the first attempt on; None means
                `settings.conflict_timeout`.

        Returns:
            What the callback returns.

        Raises:
            DataError: P2034, the last attempt had a conflict too.
            TransactionError: P2028, it took too long, or an error inside it was caught.
        """
        if self._tx_id is None and self.is_transaction():
            async with self.atomic():
                return await callback(self)

        async def attempt(attempts: Attempts) -> T:
            async with self.tx(max_wait=max_wait, timeout=timeout).as_one_of(attempts) as tx:
                return await callback(tx)

        return await repeated(self, attempt, conflict_timeout, retries)

    def with_options(
        self,
        *,
        read_preference: ReadPreference | _ServerMode | None = None,
        read_concern: ReadConcernName | ReadConcern | None = None,
        write_concern: int | Literal["majority"] | WriteConcern | None = None,
        timeout: Duration | None = None,
        comment: str | None = None,
        hint: Hint | Hints | None = None,
    ) -> Self:
        """A view of this service, on the same connection, whose operations have these options.

            await database.with_options(timeout=2, hint="User_username_key").user.find_many()
            reports = Reports(database.with_options(read_preference="secondaryPreferred"))

        A view of a view has the options of both. Inside of a transaction an operation takes
        `timeout`, `comment` and `hint`; `read_concern` and `write_concern` are those of the view
        that begins the transaction.

        Args:
            read_preference: which members of the replica set answer reads, by name or as PyMongo
                has it. An operation that writes reads from the primary.
            read_concern: by name or as PyMongo has it.
            write_concern: how many members acknowledge a write, or `majority`, or PyMongo's.
            timeout: how long an operation may take, with all that it waits for, the begin and the
                commit of a transaction included; seconds or a timedelta. After that it is P1008.
            comment: shown by the server's profiler and log.
            hint: the index of one operation, by its name or its keys; or one per model:
                `{User: "User_username_key"}`. Keys have the stored names.

        Raises:
            DataError: P2009, a value is none that the option takes.
        """
        view = self._copy()
        view._origin = self._origin or self
        view._options = with_given(
            self._options,
            read_preference=read_preference,
            read_concern=read_concern,
            write_concern=write_concern,
            timeout=timeout,
            comment=comment,
            hint=hint,
        )
        return view

    @property
    def atomic(self) -> Atomic:
        """Blocks that are kept as a whole: every service with this database takes part.

            async with database.atomic():
                await communities.join(community_id, user_id)
                await messages.post(channel_id, user_id, "Hello.")

            await database.atomic.run(callback, timeout=10)

        Tasks that are begun inside, by `asyncio.gather` or a task group, take part as well; their
        operations come one after the other. A block inside of a block joins it. What is raised
        through a block rolls everything back. `run` starts again after a write conflict, and so
        does `@prismongo.atomic` above a method; `async with` cannot.
        """
        return Atomic(self)

    def detached(self) -> AbstractContextManager[None]:
        """Inside of this context nothing belongs to the block of `atomic` around it.

        with database.detached():
            await database.auditentry.create({...})  # kept, whatever becomes of the block
        """
        return entered(self._database, None)

    def after_commit(self, callback: Callback) -> None:
        """Call `callback` once the work of the transaction is kept, and never if it is not.

            database.after_commit(lambda: sockets.push(message))

        Outside of a transaction it is called at once. The callbacks of an attempt that is repeated
        are dropped. An error of a callback is logged, and stops no other callback.

        Args:
            callback: called without arguments, after the outermost block; if it is async, the
                block waits for it, and outside of a block it runs in a task of its own.

        Raises:
            DataError: P2009, it cannot be called.
            prisma.errors.TransactionExpiredError: the transaction is over.
        """
        manager = joined(self)
        if manager is None:
            call_now(checked(callback))
            return
        if self._manager is None:
            manager.usable_id()
        manager.callbacks.add(callback)

    # --- raw commands, in MongoDB's own language ---

    async def find_raw(
        self,
        model: type[BaseModel],
        filter: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """Documents of a model's collection, as they are stored.

            await database.find_raw(User, {"_id": ObjectId(id)}, {"projection": {"bio": 1}})

        Arguments and results have BSON values: ObjectId, Decimal128, datetime (aware, in UTC), and
        the stored names. Called on the client of a transaction it is part of that transaction.

        Args:
            model: a generated class; its collection is used.
            filter: MongoDB's filter. Check the type of every value from a user before you use it.
            options: `sort`, `limit`, `skip`, `projection` and the other options of `find`.

        Raises:
            prisma.errors.RawQueryError: P2010, the server or the driver refuses it.
            DataError: P2009, an argument has the wrong type.
        """
        from prismongo.client.raw import ask_raw

        arguments = {"filter": filter, "options": options}
        documents: list[Document] = await ask_raw(self, "findRaw", model, arguments)
        return documents

    async def aggregate_raw(
        self,
        model: type[BaseModel],
        pipeline: Sequence[Mapping[str, Any]] = (),
        options: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """The result of a pipeline on a model's collection; otherwise like `find_raw`.

        Args:
            model: a generated class; its collection is used.
            pipeline: the stages.
            options: `allowDiskUse`, `hint` and the other options of `aggregate`.
        """
        from prismongo.client.raw import ask_raw

        arguments = {"pipeline": list(pipeline), "options": options}
        documents: list[Document] = await ask_raw(self, "aggregateRaw", model, arguments)
        return documents

    async def run_command_raw(self, command: Mapping[str, Any]) -> Document:
        """The server's reply to a command; otherwise like `find_raw`.

        Args:
            command: its first key is its name: `{"count": "User"}`. If it returns a cursor, the
                result has only the first batch.
        """
        from prismongo.client.raw import ask_raw

        reply: Document = await ask_raw(self, "runCommandRaw", None, {"command": command})
        return reply

    # --- changes ---

    @property
    def streams(self) -> Streams:
        """The streams of changes of this connection.

        Raises:
            prisma.errors.ClientNotConnectedError: before connect and after disconnect.
        """
        from prismongo.changes.streams import Streams

        return self._mongo_engine.attached(Streams)

    @overload
    def watch(self, model: type[ModelT], /, **options: Unpack[WatchOptions]) -> Changes[ModelT]: ...

    @overload
    def watch(
        self, model: type[ModelT], other: type[OtherT], /, **options: Unpack[WatchOptions]
    ) -> Changes[ModelT | OtherT]: ...

    @overload
    def watch(
        self, *models: type[BaseModel], **options: Unpack[WatchOptions]
    ) -> Changes[BaseModel]: ...

    def watch(self, *models: type[BaseModel], **options: Unpack[WatchOptions]) -> Changes[Any]:
        """The committed changes of the data from now on, in order.

            async with database.watch(Message, where={"channelId": channel_id}) as changes:
                async for change in changes:
                    ...

        Args:
            models: generated models, as one stream; none: all models of the schema.
            options: `where`: the filter of `find_many`; it needs `/// @changeImages` above the
                model, except for inserts and for filters by id. `operations`: some of `insert`,
                `update` and `delete`. `resume_after`: the token of a change. `checkpoint`: saves
                tokens, see `prismongo.changes`. `buffer`: how many changes may wait for the
                consumer (1,000). `policy`: what happens when it is full: `wait`, `drop_oldest` or
                `fail`. `on_oversized`: what happens at a change that is too large for MongoDB to
                send it (16 MB): `stop` raises OversizedChangeError, `report` gives the change
                without the record, `skip` goes on.

        Raises:
            DataError: P2009, an unknown name or a wrong value.
            UnsupportedOperationError: P2026, a relation filter.
            prisma.errors.ClientNotConnectedError: before connect and after disconnect.
        """
        from prismongo.changes.stream import Changes

        every = [] if models else self._models()
        return Changes(self.streams, models or every, is_everything=not models, **options)
