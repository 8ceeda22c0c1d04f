"""SharedStream: one cursor of a store, shared by all consumers with the same query.

A background task reads the cursor and fills the consumers' buffers, in order. If the buffer of a
consumer with the policy `wait` is full, the task waits, and the server keeps the later events.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import Context
from typing import Final

from prisma.errors import DataError
from pydantic import BaseModel

from prismongo.changes.buffer import Buffer, Delivery
from prismongo.changes.change import Change
from prismongo.changes.decode import ChangeDecoder
from prismongo.errors import OversizedChangeError
from prismongo.query.nodes.changes import ChangeQuery
from prismongo.stores.changes import ChangeCursor, ChangeEvent, ChangeSource
from prismongo.stores.errors import oversized
from prismongo.tasks import cancel_and_wait

logger = logging.getLogger("prismongo.changes")

CLOSE_TIMEOUT: Final = 3.0
"""How long a cursor may take to end before its task is cancelled, in seconds."""

YIELD_AFTER: Final = 500
"""After this many deliveries other tasks of the event loop run."""


class SharedStream:
    """A stream that runs as long as it has consumers.

    Args:
        source: the store's changes.
        query: which changes.
        decoder: makes changes from events.
        after: the token to continue after; None: from now on.

    Attributes:
        token: continues after everything that is in the buffers of all consumers.
        resting_token: the same, or None while an event is being delivered. It also advances when
            there are no changes.
    """

    def __init__(
        self,
        source: ChangeSource,
        query: ChangeQuery,
        decoder: ChangeDecoder,
        after: str | None = None,
    ) -> None:
        self._source = source
        self._query = query
        self._decoder = decoder
        self._after = after
        self._buffers: dict[Buffer, None] = {}
        self._cursor: ChangeCursor | None = None
        self._opened = asyncio.Event()
        self._failure: BaseException | None = None
        self._is_closing = False
        self._delivered = 0
        self._first_token = ""
        self.token = ""
        self.resting_token: str | None = None
        self._task = asyncio.create_task(self._run(), name="prismongo.changes", context=Context())
        self._task.add_done_callback(self._ended)

    @property
    def is_over(self) -> bool:
        """Whether the stream has ended or is ending."""
        return self._is_closing or self._task.done()

    @property
    def has_consumers(self) -> bool:
        """Whether there is a consumer."""
        return bool(self._buffers)

    async def join(self, buffer: Buffer) -> str:
        """Add a consumer; returns when it will receive every later change.

        The first consumer receives the stream from its beginning, every other one only changes
        after it joined.

        Returns:
            A token from before the first change that it receives. `token` may be later: changes
            may be in the buffer already.

        Raises:
            PrismaError: the stream could not be opened.
        """
        is_first = not self._buffers
        token = self.token
        self._buffers[buffer] = None
        await self._opened.wait()
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        if is_first:
            buffer.begin()
        else:
            buffer.begin(await self._source.cluster_time())
        return token or self._first_token

    def leave(self, buffer: Buffer) -> None:
        """Remove a consumer."""
        buffer.end()
        self._buffers.pop(buffer, None)

    async def close(self) -> None:
        """End the stream for all consumers, and close its cursor on the server."""
        self._is_closing = True
        for buffer in list(self._buffers):
            self.leave(buffer)
        if self._cursor is not None:
            self._cursor.interrupt()
        if not self._task.done():
            # A cursor can only be closed between two requests: wait for the answer.
            await asyncio.wait({self._task}, timeout=CLOSE_TIMEOUT)
        if not self._task.done():
            await cancel_and_wait(self._task)

    async def _run(self) -> None:
        cursor = self._cursor = await self._source.open(self._query, self._after)
        try:
            self._first_token = self.token = self.resting_token = cursor.token
            self._opened.set()
            while not self._is_closing:
                await self._deliver_next(cursor)
        finally:
            await cursor.close()

    async def _deliver_next(self, cursor: ChangeCursor) -> None:
        event = await cursor.next()
        if event is not None:
            self.resting_token = None
            item = self._delivery(event)
            for buffer in list(self._buffers):
                await buffer.put(item)
            await self._yield_to_loop()
        self.token = self.resting_token = cursor.token

    async def _yield_to_loop(self) -> None:
        """The driver may have received thousands of events, and then never yields to the loop."""
        self._delivered += len(self._buffers)
        if self._delivered >= YIELD_AFTER:
            self._delivered = 0
            await asyncio.sleep(0)

    def _delivery(self, event: ChangeEvent) -> Delivery:
        error = _oversized(event) if event.is_oversized else None
        return Delivery(self._content(event), event.token, event.cluster_time, error)

    def _content(self, event: ChangeEvent) -> Change[BaseModel] | DataError:
        try:
            return self._decoder.change(event)
        except DataError as error:
            return error

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        self._failure = error
        self._opened.set()
        for buffer in list(self._buffers):
            buffer.end(self._failure)


def _oversized(event: ChangeEvent) -> OversizedChangeError:
    logger.warning(
        "The %s of a record of %s is too large for a change stream; its token is %s.",
        event.operation,
        event.model.name,
        event.token,
    )
    return oversized(event.model, event.operation, event.token)
