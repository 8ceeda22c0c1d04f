"""SharedStream: one cursor of a store, for all consumers that want the same.

A task of its own reads the cursor and fills the consumers' buffers, in order; where one that waits
is full, so does the cursor, and the server keeps what follows.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from prisma.errors import DataError
from pydantic import BaseModel

from prismongo.changes.buffer import Buffer, Delivery
from prismongo.changes.change import Change
from prismongo.changes.decode import ChangeDecoder
from prismongo.query.nodes.changes import ChangeQuery
from prismongo.stores.changes import ChangeCursor, ChangeEvent, ChangeSource

GRACE: Final = 3.0
"""How long a cursor may take to come to rest before it is left behind, in seconds."""

AT_ONCE: Final = 500
"""How many deliveries are made before others of the event loop have their turn."""


class SharedStream:
    """A stream that runs while it has consumers.

    Args:
        source: the store's changes.
        watching: what is watched.
        decoder: makes changes of events.
        after: the token to begin after; None: now.

    Attributes:
        token: continues after all that every consumer has been given to keep.
        resting_token: the same while nothing is being delivered; it moves on without changes.
    """

    def __init__(
        self,
        source: ChangeSource,
        watching: ChangeQuery,
        decoder: ChangeDecoder,
        after: str | None = None,
    ) -> None:
        self._source = source
        self._watching = watching
        self._decoder = decoder
        self._after = after
        self._buffers: dict[Buffer, None] = {}
        self._cursor: ChangeCursor | None = None
        self._opened = asyncio.Event()
        self._failure: BaseException | None = None
        self._is_closing = False
        self._delivered = 0
        self.token = ""
        self.resting_token: str | None = None
        self._task = asyncio.create_task(self._run(), name="prismongo.changes")
        self._task.add_done_callback(self._ended)

    @property
    def is_over(self) -> bool:
        """Whether nothing comes any more."""
        return self._is_closing or self._task.done()

    @property
    def has_consumers(self) -> bool:
        """Whether anybody listens."""
        return bool(self._buffers)

    async def join(self, buffer: Buffer) -> None:
        """Deliver to a buffer what happens from now on; returns once that is certain.

        The first consumer has the stream from its beginning; for all others what happened before
        they came is left out.

        Raises:
            PrismaError: the stream could not be opened.
        """
        is_first = not self._buffers
        self._buffers[buffer] = None
        await self._opened.wait()
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        if is_first:
            buffer.begin()
        else:
            buffer.begin(await self._source.position())

    def leave(self, buffer: Buffer) -> None:
        """Deliver no more to a buffer."""
        buffer.end()
        self._buffers.pop(buffer, None)

    async def close(self) -> None:
        """End the stream for all, and release its cursor; it is closed on the server then."""
        self._is_closing = True
        for buffer in list(self._buffers):
            self.leave(buffer)
        if self._cursor is not None:
            self._cursor.interrupt()
        if not self._task.done():
            # A cursor is only let go between questions: what the server was asked is waited for.
            await asyncio.wait({self._task}, timeout=GRACE)
        if not self._task.done():
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        cursor = self._cursor = await self._source.open(self._watching, self._after)
        try:
            self.token = self.resting_token = cursor.token
            self._opened.set()
            while not self._is_closing:
                await self._pass_on(cursor)
        finally:
            await cursor.close()

    async def _pass_on(self, cursor: ChangeCursor) -> None:
        event = await cursor.next()
        if event is not None:
            self.resting_token = None
            item = Delivery(self._content(event), event.token, event.position)
            for buffer in list(self._buffers):
                await buffer.put(item)
            await self._let_others_run()
        self.token = self.resting_token = cursor.token

    async def _let_others_run(self) -> None:
        """Now and then: the driver may have thousands of events at hand, and waits for none."""
        self._delivered += len(self._buffers)
        if self._delivered >= AT_ONCE:
            self._delivered = 0
            await asyncio.sleep(0)

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
