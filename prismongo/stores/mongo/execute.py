"""Executes a step: compiles it, sends the command, and returns the result.

Errors are those of the driver; the store translates them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import UTC
from functools import partial
from typing import Any, Final, assert_never

from bson import CodecOptions, DatetimeConversion
from bson.errors import InvalidBSON, InvalidDocument
from bson.raw_bson import RawBSONDocument
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.results import DeleteResult, UpdateResult

from prismongo.query.nodes.rows import Row, known_of
from prismongo.query.nodes.steps import (
    ORDER_VALUES,
    Aggregate,
    BeginTransaction,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    FlowStep,
    Group,
    InPortion,
    Insert,
    KnownFind,
    RawAggregate,
    RawCommand,
    RawFind,
    RawStep,
    ReadStep,
    Step,
    UpdateMany,
    UpdateOne,
    WriteStep,
)
from prismongo.schema.datamodel import Field
from prismongo.stores.mongo.accelerator import cursor_of_rows, options_of_replies
from prismongo.stores.mongo.compile.commands import AggregateCommand, Document, FindCommand
from prismongo.stores.mongo.compile.filter import compile_filter
from prismongo.stores.mongo.compile.find import (
    CHILD,
    PARENT,
    KnownOrder,
    compile_aggregate,
    compile_count_per_parent,
    compile_find,
    compile_find_per_parent,
    compile_group,
    compile_known_order,
    order_names,
)
from prismongo.stores.mongo.compile.known import compile_known
from prismongo.stores.mongo.compile.update import compile_update
from prismongo.stores.mongo.joins import Joins, apart, joins_search
from prismongo.stores.mongo.one_reply import (
    ONE_REPLY,
    aggregate_document,
    find_document,
    is_few,
    read_in_one_reply,
    takes_commands,
)
from prismongo.stores.mongo.optioned import find_options
from prismongo.stores.rows import ROWS
from prismongo.stores.undecodable import STORED, Options, decode_each

RAW: CodecOptions[Document] = CodecOptions(
    tz_aware=True, tzinfo=UTC, datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
"""The codec options of raw operations: dates have the time zone UTC."""

BOOKKEEPING: Final = ("$clusterTime", "operationTime", "opTime", "electionId")
"""Fields of a reply that are only for the driver."""

_RowsStep = Find | KnownFind | FindPerParent | KnownOrder


class Executor:
    """Executes steps on one connected database.

    Args:
        database: of PyMongo, with the codec options of raw operations.
        joins: which joins the server forbids; None: it allows all.
    """

    def __init__(self, database: AsyncDatabase[Document], joins: Joins | None = None) -> None:
        self.database = database
        self._joins = joins
        self._collections: dict[str, AsyncCollection[Document]] = {}
        self._cursor_of_rows = cursor_of_rows()
        self._options_of_replies = options_of_replies(self._cursor_of_rows)
        self._takes_commands = takes_commands(database)

    def execute(
        self, step: Step | KnownOrder, session: AsyncClientSession | None
    ) -> Awaitable[Any]:
        """Execute a step, in the transaction of the session if there is one → its result.

        Raises:
            pymongo.errors.PyMongoError, bson.errors.BSONError: errors of the driver, here or when
                it is awaited.
        """
        if isinstance(step, WriteStep):
            return self._write(step, session)
        return self._read(step, session)

    def _read(
        self,
        step: ReadStep | KnownFind | KnownOrder | RawStep | FlowStep,
        session: AsyncClientSession | None,
    ) -> Awaitable[Any]:
        if isinstance(step, ReadStep) and self._is_read_apart(step, session is not None):
            return self._read_apart(step, session)
        match step:
            case Find() | KnownFind() | FindPerParent() | KnownOrder():
                return self._read_rows(step, session)
            case CountPerParent() | Aggregate() | Group():
                return self._calculate(step, session)
            case RawFind() | RawAggregate() | RawCommand():
                return self._raw(step, session)
            case BeginTransaction() | InPortion():
                raise AssertionError("the engine begins transactions")
            case _:
                assert_never(step)

    def _is_read_apart(self, step: ReadStep, in_transaction: bool) -> bool:
        joins = self._joins
        is_forbidden = joins is not None and joins.forbid(step, in_transaction=in_transaction)
        return is_forbidden or joins_search(step)

    async def _read_apart(self, step: ReadStep, session: AsyncClientSession | None) -> Any:
        reading = apart(step)
        result: Any = None
        try:
            while True:
                result = await self.execute(reading.send(result), session)
        except StopIteration as end:
            return end.value

    async def _read_rows(self, step: _RowsStep, session: AsyncClientSession | None) -> Any:
        """The rows of a step; in place of those that the driver cannot decode, their errors.

        Each coroutine is entered again after every wait: there are few around the driver's.
        """
        try:
            return await self._rows(step, session, ROWS)
        except InvalidBSON:
            return await self._rows(step, session, STORED)

    def _rows(
        self, step: _RowsStep, session: AsyncClientSession | None, options: Options
    ) -> Awaitable[Any]:
        match step:
            case Find():
                return self._find(step, compile_find(step), session, options)
            case KnownFind(template):
                return self._find(template.find, compile_known(step), session, options)
            case KnownOrder(find):
                return self._find(find, compile_known_order(step), session, options)
            case FindPerParent():
                return self._find_per_parent(step, session, options)
            case _:
                assert_never(step)

    def _find(
        self,
        step: Find,
        command: FindCommand | AggregateCommand,
        session: AsyncClientSession | None,
        options: Options,
    ) -> Awaitable[list[Row]]:
        match command:
            case FindCommand():
                found = self._documents(command, session, options)
            case AggregateCommand():
                found = self._aggregate(command, session, options)
            case _:
                assert_never(command)
        if options is STORED or step.order_values:
            return _complete(step, found, options)
        return found

    async def _find_per_parent(
        self, step: FindPerParent, session: AsyncClientSession | None, options: Options
    ) -> list[tuple[Any, Row]]:
        rows = await self._aggregate(compile_find_per_parent(step), session, options)
        decoded = rows if options is ROWS else decode_each(rows, step.link.target, CHILD)
        return [(row[PARENT], row[CHILD]) for row in decoded]

    def _documents(
        self, command: FindCommand, session: AsyncClientSession | None, options: Options
    ) -> Awaitable[list[Row]]:
        """The documents of a `find`."""
        by_cursor = partial(self._by_cursor, command, session, options)
        if self._takes_commands and options is ROWS and is_few(command):
            # One row is decoded sooner than its reply is split.
            reply = ROWS if command.limit == 1 else self._options_of_replies
            sent = find_document(command)
            return read_in_one_reply(self.database, sent, session, reply, by_cursor)
        return by_cursor()

    def _by_cursor(
        self, command: FindCommand, session: AsyncClientSession | None, options: Options
    ) -> Awaitable[list[Row]]:
        cursor = self._cursor(command, session, options)
        return _only(cursor) if command.limit == 1 else cursor.to_list()

    def _cursor(
        self, command: FindCommand, session: AsyncClientSession | None, options: Options
    ) -> AsyncCursor[Document]:
        limit = command.limit
        kind = self._cursor_of_rows if options is ROWS else AsyncCursor
        collection = self._collection(command.collection, options)
        return kind(
            collection,
            command.filter,
            command.projection,
            sort=command.sort,
            skip=command.skip,
            limit=-1 if limit == 1 else limit,
            batch_size=0 if limit == 1 else min(limit or ONE_REPLY, ONE_REPLY),
            session=session,
            **find_options(collection),
        )

    async def _calculate(
        self, step: CountPerParent | Aggregate | Group, session: AsyncClientSession | None
    ) -> Any:
        match step:
            case CountPerParent():
                rows = await self._aggregate_at_once(compile_count_per_parent(step), session)
                return {row[PARENT]: row[CHILD] for row in rows}
            case Aggregate():
                rows = await self._aggregate_at_once(compile_aggregate(step), session)
                return rows[0] if rows else {}
            case Group():
                return await self._aggregate(compile_group(step), session)
            case _:
                assert_never(step)

    def _aggregate_at_once(
        self, command: AggregateCommand, session: AsyncClientSession | None
    ) -> Awaitable[list[Row]]:
        """The rows of an `aggregate` that one reply holds."""
        by_cursor = partial(self._aggregate, command, session)
        if not self._takes_commands:
            return by_cursor()
        sent = aggregate_document(command)
        return read_in_one_reply(self.database, sent, session, ROWS, by_cursor)

    async def _aggregate(
        self,
        command: AggregateCommand,
        session: AsyncClientSession | None,
        options: Options = ROWS,
    ) -> list[Row]:
        collection = self._collection(command.collection, options)
        cursor = await collection.aggregate(
            command.pipeline, session=session, batchSize=ONE_REPLY, allowDiskUse=True
        )
        return await cursor.to_list()

    def _write(self, step: WriteStep, session: AsyncClientSession | None) -> Awaitable[Any]:
        collection = self._collection(step.model.db_name)
        match step:
            case Insert():
                return _insert(collection, step, session)
            case UpdateOne(_, where, updates, fields):
                return collection.find_one_and_update(
                    compile_filter(where, []),
                    compile_update(updates),
                    projection=_names(fields),
                    return_document=ReturnDocument.AFTER,
                    session=session,
                )
            case UpdateMany(_, where, updates):
                return _matched(
                    collection.update_many(
                        compile_filter(where, []), compile_update(updates), session=session
                    )
                )
            case DeleteOne(_, where, fields):
                return collection.find_one_and_delete(
                    compile_filter(where, []),
                    projection=_names(fields),
                    session=session,
                )
            case DeleteMany(_, where):
                return _deleted(collection.delete_many(compile_filter(where, []), session=session))
            case _:
                assert_never(step)

    async def _raw(self, step: RawStep, session: AsyncClientSession | None) -> Any:
        try:
            return await self._send_raw(step, session)
        except ValueError as error:  # bson's for a UUID, which needs a representation
            raise InvalidDocument(str(error)) from error

    async def _send_raw(self, step: RawStep, session: AsyncClientSession | None) -> Any:
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
            case _:
                assert_never(step)
        cursor = await self.database.cursor_command(command, session=session, codec_options=RAW)
        return await cursor.to_list()

    def _collection(self, name: str, options: Options = ROWS) -> AsyncCollection[Document]:
        if options is not ROWS:
            return self.database.get_collection(name, codec_options=options)
        known = self._collections.get(name)
        if known is None:
            known = self.database.get_collection(name, codec_options=ROWS)
            self._collections[name] = known
        return known


def _insert(
    collection: AsyncCollection[Document], step: Insert, session: AsyncClientSession | None
) -> Awaitable[Any]:
    documents, encoded = step.documents, step.encoded
    if len(documents) == 1:
        return collection.insert_one(documents[0], session=session)
    given = documents if encoded is None else map(RawBSONDocument, encoded)
    return collection.insert_many(given, session=session)


async def _complete(step: Find, found: Awaitable[list[Row]], options: Options) -> list[Row]:
    """The rows that were found, each decoded alone, and with the values that order them."""
    rows = await found
    if options is STORED:
        rows = decode_each(rows, step.model)
    if step.order_values:
        names = order_names(step)
        for row in rows:
            row[ORDER_VALUES] = [_at(known_of(row), name) for name in names]
    return rows


async def _matched(update: Awaitable[UpdateResult]) -> int:
    return (await update).matched_count


async def _deleted(delete: Awaitable[DeleteResult]) -> int:
    return (await delete).deleted_count


async def _only(cursor: AsyncCursor[Document]) -> list[Row]:
    """The one row, or none. This is faster than `find_one` and `to_list`."""
    try:
        return [await cursor.next()]
    except StopAsyncIteration:
        return []


def _names(fields: Sequence[Field] | None) -> list[str] | None:
    return None if fields is None else [field.db_name for field in fields]


def _at(row: Row, name: str) -> Any:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
