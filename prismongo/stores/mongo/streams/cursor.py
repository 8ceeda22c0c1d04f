"""Cursor of a change stream on a server, which resumes after every interruption.

PyMongo resumes once, which is too short for an election, and never after a cursor was killed. Here
the token of every event is kept, and the stream is opened again after the last token, as long as
the server has the events after it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final, Literal, assert_never

from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure, PyMongoError

from prismongo.query.nodes.changes import ChangeQuery
from prismongo.stores.changes import ChangeEvent
from prismongo.stores.errors import malformed_token
from prismongo.stores.mongo.compile.changes import ChangeStreamCommand
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.streams.errors import (
    collection_gone,
    is_event_too_large,
    is_malformed_token,
    is_resumable,
    is_token_not_in_stream,
    is_unknown_stage,
    stream_error,
)
from prismongo.stores.mongo.streams.events import (
    decode_event,
    is_end,
    read_event,
    stored_token,
    token_moment,
    token_text,
)
from prismongo.stores.mongo.streams.large import (
    IN_FRAGMENTS,
    ONLY_LARGE,
    WITHOUT_DOCUMENTS,
    read_fragments,
)
from prismongo.stores.rows import ROWS
from prismongo.stores.undecodable import STORED, Options
from prismongo.tasks import back_off

logger = logging.getLogger("prismongo.changes")

SHORT_WAIT: Final = 50
"""How long the server waits for an event before it replies that there is none, for a new stream, in
milliseconds. The server closes a cursor only after this wait (seen on 6.0.5)."""

LONG_WAIT: Final = 1_000
"""The same for a stream that has been open for a while: it sends fewer commands."""

SHORT_WAIT_PERIOD: Final = 5.0
"""How long a stream counts as new, in seconds."""

LONGEST_BACK_OFF: Final = 1.0
"""The longest wait between two attempts to resume, in seconds."""

CLOSE_TIMEOUT: Final = 2.0
"""How long closing a cursor may take, in seconds; the server also closes it by itself."""

Reading = Literal["many", "one", "keys", "unfiltered"]
"""How events are read: as many as a reply can hold. After an event was too large: one per reply, to
get those before it; then without documents; then the large ones alone, without a filter."""


class MongoCursor:
    """One stream of events.

    Args:
        database: of a client that is used only for streams: each occupies a connection.
        query: what is watched.
        command: the same, compiled.
        after: the token to begin after; None: now.
    """

    def __init__(
        self,
        database: AsyncDatabase[Document],
        query: ChangeQuery,
        command: ChangeStreamCommand,
        after: str | None,
    ) -> None:
        self._database = database
        self._models = {watched.model.db_name: watched.model for watched in query.models}
        self._command = command
        self._token = after
        self._skip_until: str | None = None
        self._reading: Reading = "many"
        self._splits_events = True  # until the server says that it does not
        self._stream: AsyncChangeStream[Any] | None = None
        self._wait = SHORT_WAIT
        self._opened = 0.0
        self._failures = 0

    @property
    def token(self) -> str:
        """Continues the stream after the events of `next`; known when the stream is open."""
        if self._token is None:
            raise AssertionError("a stream has a token once it is open")
        return self._token

    async def open(self, within: float) -> None:
        """Open the stream. Without a primary, it is tried for `within` seconds.

        Raises:
            prisma.errors.PrismaError: it cannot be opened.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + within
        while True:
            try:
                await self._open()
            except PyMongoError as error:
                if self._token is not None and is_malformed_token(error):
                    raise malformed_token() from error
                if self._token is not None and is_event_too_large(error):
                    return  # `next` reads it in another way
                may_try_again = is_resumable(error) and clock() < deadline
                if not may_try_again and not self._can_work_around(error):
                    raise stream_error(error, self._models.values(), self._token) from error
                await self._back_off()
            else:
                self._failures = 0
                return

    async def next(self) -> ChangeEvent | None:
        """The next event; None if there is none for a while.

        Raises:
            ChangeStreamError: the stream cannot continue.
        """
        try:
            document = await self._next()
        except PyMongoError as error:
            if not is_resumable(error) and not self._can_work_around(error):
                raise stream_error(error, self._models.values(), self._token) from error
            await self._prepare_to_resume(error)
            return None
        if self._failures:
            logger.info("Change stream on %s resumed.", self._names)
            self._failures = 0
        if document is None:
            return None
        if is_end(document):
            if self._command.collection is None and not self._models.keys() & _affected_collections(
                document
            ):
                return None
            raise collection_gone(self._models.values(), self.token)
        return read_event(document, self._models, self.token)

    def interrupt(self) -> None:
        """Does nothing: the server answers soon (`SHORT_WAIT`, `LONG_WAIT`)."""

    async def close(self) -> None:
        """Close the stream on the server, which may take `SHORT_WAIT` or `LONG_WAIT`."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(PyMongoError, TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await stream.close()

    async def _open(self) -> AsyncChangeStream[Any]:
        stream = await self._watch(self._pipeline(), self._start(), STORED)
        self._stream, self._opened = stream, asyncio.get_running_loop().time()
        self._advance_without_event(stream)
        return stream

    def _pipeline(self) -> list[Document]:
        """The stages, without the events that the stream has been at."""
        stages = self._stages()
        if self._skip_until is not None:
            later: Document = {"_id._data": {"$gt": stored_token(self._skip_until)["_data"]}}
            stages.insert(1, {"$match": later})  # before the filter on documents
        return stages

    def _stages(self) -> list[Document]:
        match self._reading:
            case "many" | "one":
                return [*self._command.pipeline]
            case "keys":
                return [*self._command.pipeline, WITHOUT_DOCUMENTS]
            case "unfiltered":
                return [*self._command.unfiltered, *ONLY_LARGE]
            case _:
                assert_never(self._reading)

    async def _watch_one(self, keys: Document, *stages: Document) -> AsyncChangeStream[Any]:
        """A stream that has no other event than this one."""
        this: Document = {"$match": {"_id._data": keys["_id"]["_data"]}}
        start = {"start_at_operation_time": keys["clusterTime"], "batch_size": 1}
        return await self._watch([*self._command.unfiltered, this, *stages], start)

    async def _watch(
        self, pipeline: list[Document], start: Document, options: Options = ROWS
    ) -> AsyncChangeStream[Any]:
        command = self._command
        target = self._target(command.collection, options)
        return await target.watch(
            pipeline,
            full_document=command.full_document,
            full_document_before_change=command.full_document_before_change,
            max_await_time_ms=self._wait,
            **start,
        )

    def _target(
        self, name: str | None, options: Options
    ) -> AsyncDatabase[Any] | AsyncCollection[Any]:
        if name is None:
            return self._database.with_options(options)
        return self._database.get_collection(name, codec_options=options)

    async def _next(self) -> Document | None:
        stream = self._stream or await self._open()
        stored = await stream.try_next()
        if stored is not None:
            return await self._taken(decode_event(stored, self._models))
        self._advance_without_event(stream)
        age = asyncio.get_running_loop().time() - self._opened
        if self._wait == SHORT_WAIT and age > SHORT_WAIT_PERIOD:
            self._wait = LONG_WAIT
            await self.close()
        return None

    async def _taken(self, document: Document) -> Document | None:
        """The document of the next event.

        None if the stream has been there before, or if the event does not match the filter.
        """
        token = token_text(document["_id"])
        if self._reading in ("many", "one"):
            return document if self._advance(token) else None
        is_filtered = self._reading == "keys"
        is_wanted = is_filtered or await self._matches(document)
        event = await self._whole(document) if is_wanted else None
        await self.close()
        self._reading = "many"
        is_new = self._advance(token)
        if not is_filtered:
            self._skip_until = self._token  # the filter cannot be evaluated on this event
        return event if is_new else None

    async def _matches(self, keys: Document) -> bool:
        """Whether an event matches the filter: on its documents one by one."""
        for stage in self._command.filters:
            async with await self._watch_one(keys, stage, WITHOUT_DOCUMENTS) as stream:
                if await stream.try_next() is not None:
                    return True
        return not self._command.filters

    async def _whole(self, keys: Document) -> Document:
        """An event with its documents if the server can split it, else as it is."""
        if not self._splits_events:
            return keys
        try:
            async with await self._watch_one(keys, IN_FRAGMENTS) as stream:
                return await read_fragments(stream)
        except OperationFailure as error:
            if not is_unknown_stage(error):
                raise
            self._splits_events = False
            return keys

    def _advance_without_event(self, stream: AsyncChangeStream[Any]) -> None:
        """Advance to the token of a reply without events: a filter may match nothing for weeks."""
        token = stream.resume_token
        if token is not None and self._reading != "unfiltered":
            self._advance(token_text(token))

    def _advance(self, token: str) -> bool:
        """Advance to a token; False if the stream has been there before."""
        if self._skip_until is not None and token <= self._skip_until:
            return False
        self._token, self._skip_until = token, None
        return True

    def _start(self) -> Document:
        if self._token is None:
            return {"batch_size": 0}  # an answer without events has a token from before the first
        size = {} if self._reading == "many" else {"batch_size": 1}
        if self._skip_until is not None:
            return size | {"start_at_operation_time": token_moment(self._skip_until)}
        # unlike resumeAfter, it goes on behind the end of a dropped collection too
        return size | {"start_after": stored_token(self._token)}

    def _can_work_around(self, error: PyMongoError) -> bool:
        """Whether there is another way to continue, which is then prepared."""
        if self._skip_until is None and is_token_not_in_stream(error):
            self._skip_until = self._token  # it is of an event that is filtered out here
            return True
        return is_event_too_large(error) and self._can_read_less()

    def _can_read_less(self) -> bool:
        match self._reading:
            case "many":
                self._reading = "one"
            case "one":
                self._reading = "keys"
            case "keys" if self._skip_until is None:
                self._skip_until = self._token  # the event of the token may be the large one
                self._reading = "one"
            case "keys":
                self._reading = "unfiltered"
            case "unfiltered":
                return False
            case _:
                assert_never(self._reading)
        return True

    async def _prepare_to_resume(self, error: PyMongoError) -> None:
        if not self._failures:
            kind = type(error).__name__
            logger.warning("Change stream on %s interrupted (%s); resuming.", self._names, kind)
        await self.close()
        await self._back_off()

    async def _back_off(self) -> None:
        self._failures += 1
        await back_off(self._failures + 1, LONGEST_BACK_OFF)

    @property
    def _names(self) -> str:
        return ", ".join(model.name for model in self._models.values())


def _affected_collections(document: Document) -> set[str]:
    """The collections that were dropped or renamed; none if it was the whole database."""
    places = (document.get("ns", {}), document.get("to", {}))
    return {place["coll"] for place in places if "coll" in place}
