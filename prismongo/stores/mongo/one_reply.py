"""A read of few rows, sent as a command of the database: it takes the driver less than a cursor.

The driver does not repeat a command after what may pass, as it repeats a cursor's. Where that may
help, the read is sent again as a cursor. In a transaction it is not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import pymongo
from bson import CodecOptions
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from prismongo.query.nodes.rows import Rows
from prismongo.stores.mongo.compile.commands import AggregateCommand, Document, FindCommand

FEW: Final = 100
"""The most rows of such a read; their documents nearly always fit in one reply of 16 MB."""

IDS: Final = 1_001
"""The most rows of a read of ids alone: those of related records, and one row more."""

ONE_REPLY: Final = 100_000
"""The most rows of one reply, which the server also limits to 16 MB."""

_RETRYABLE: Final = frozenset({6, 7, 89, 134, 262, 9001})
"""The server's codes after which the driver repeats a read. Those of a server that is no primary
are a ConnectionFailure of their own."""


def takes_commands(database: Any) -> bool:
    """Whether reads may be sent as commands, which have no read concern and no options."""
    return type(database) is AsyncDatabase and database.read_concern.level is None


def is_few(command: FindCommand) -> bool:
    """Whether one reply holds the rows of a `find`, as far as its limit tells."""
    return 0 < command.limit <= (IDS if command.projection == {"_id": 1} else FEW)


def read_in_one_reply(
    database: AsyncDatabase[Document],
    command: Document,
    session: AsyncClientSession | None,
    options: CodecOptions[Any],
    by_cursor: Callable[[], Awaitable[Rows]],
) -> Awaitable[Rows]:
    """The rows of a command that one reply holds, as far as is known.

    Args:
        database: where it is sent.
        command: a `find` or an `aggregate`.
        session: of a transaction; None outside.
        options: of the reply.
        by_cursor: reads the same by a cursor, if the command does not.

    Raises:
        pymongo.errors.PyMongoError, bson.errors.BSONError: errors of the driver, when awaited.
    """
    reading = _read(database, command, session, options, by_cursor)
    limit = database.client.options.timeout
    return reading if limit is None else _within(limit, reading)


async def _within(seconds: float, reading: Awaitable[Rows]) -> Rows:
    """The same in the time of `timeoutMS`, which is for the command and the cursor together."""
    with pymongo.timeout(seconds):
        return await reading


async def _read(
    database: AsyncDatabase[Document],
    command: Document,
    session: AsyncClientSession | None,
    options: CodecOptions[Any],
    by_cursor: Callable[[], Awaitable[Rows]],
) -> Rows:
    # In a transaction None is the read preference of the session.
    preference = None if session is not None else database.read_preference
    try:
        reply = await database.command(
            command, codec_options=options, read_preference=preference, session=session
        )
    except (ConnectionFailure, OperationFailure) as error:
        if session is None and database.client.options.retry_reads and may_pass(error):
            return await by_cursor()
        raise
    cursor = reply["cursor"]
    if cursor["id"]:  # one reply does not hold all rows
        collection = next(iter(command.values()))
        end = {"killCursors": collection, "cursors": [cursor["id"]]}
        with suppress(PyMongoError):  # the server ends it after a while
            await database.command(end, read_preference=preference, session=session)
        return await by_cursor()
    rows: Rows = cursor["firstBatch"]
    return rows


def find_document(command: FindCommand) -> Document:
    """The command of a `find` with a limit, with the names in the driver's order."""
    limit = command.limit
    sent: Document = {"find": command.collection, "filter": command.filter}
    if command.projection is not None:
        sent["projection"] = command.projection
    if command.sort is not None:
        sent["sort"] = dict(command.sort)
    if command.skip:
        sent["skip"] = command.skip
    sent["limit"] = limit
    if limit == 1:
        sent["singleBatch"] = True
    else:
        sent["batchSize"] = limit + 1  # with the limit itself the server keeps the cursor open
    return sent


def aggregate_document(command: AggregateCommand) -> Document:
    """The command of an `aggregate`; one reply holds whatever rows it can."""
    return {
        "aggregate": command.collection,
        "pipeline": command.pipeline,
        "cursor": {"batchSize": ONE_REPLY},
        "allowDiskUse": True,
    }


def may_pass(error: ConnectionFailure | OperationFailure) -> bool:
    """Whether the same read may succeed if it is sent at once again."""
    if isinstance(error, OperationFailure):
        return error.code in _RETRYABLE
    return not isinstance(error, ServerSelectionTimeoutError | WaitQueueTimeoutError)
