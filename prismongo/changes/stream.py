"""Changes: what `watch` returns, the consumer's end of a stream. It also saves the checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Generic, Self, TypedDict, TypeVar, cast

from prisma.errors import ClientNotConnectedError, DataError, PrismaError
from pydantic import BaseModel

from prismongo.changes.buffer import Buffer, Delivery, OnOversized, Policy
from prismongo.changes.change import Change
from prismongo.changes.checkpoint import TokenStore
from prismongo.changes.shared import SharedStream
from prismongo.changes.streams import Streams
from prismongo.errors import NotStartedError
from prismongo.query.errors.input import invalid
from prismongo.query.nodes.changes import ChangeType
from prismongo.spans import NO_SPAN

ModelT = TypeVar("ModelT", bound=BaseModel)

BUFFER = 1_000
"""The default size of a consumer's buffer."""

CHECKPOINT_INTERVAL = 10.0
"""After so many seconds without a change the current token is saved. The server deletes old
history, and an old token would become invalid with it."""


class WatchOptions(TypedDict, total=False):
    """The keyword arguments of `DatabaseService.watch`."""

    where: Mapping[str, object] | None
    operations: Collection[ChangeType] | None
    resume_after: str | None
    checkpoint: TokenStore | None
    buffer: int
    policy: Policy
    on_oversized: OnOversized


class Changes(Generic[ModelT]):
    """A stream of changes: `async with … as changes: async for change in changes`.

    Entering returns when the stream is open on the server. Leaving returns when it is closed there,
    unless others share it. The loop ends when the database disconnects.

    Args:
        streams: the streams of the connection.
        models: the generated models to watch.
        is_everything: whether these are all models of the schema.
        where: the filter that their records must match.
        operations: the operations to receive; None: all.
        resume_after: the token to continue after; None: from now on.
        checkpoint: saves tokens; a saved token has precedence over `resume_after`.
        buffer: the maximum number of changes that wait.
        policy: what happens when the buffer is full.
        on_oversized: what happens at a change that is too large for MongoDB to send it.
    """

    def __init__(
        self,
        streams: Streams,
        models: Sequence[type[BaseModel]],
        *,
        is_everything: bool = False,
        where: Mapping[str, object] | None = None,
        operations: Collection[ChangeType] | None = None,
        resume_after: str | None = None,
        checkpoint: TokenStore | None = None,
        buffer: int = BUFFER,
        policy: Policy = "wait",
        on_oversized: OnOversized = "stop",
    ) -> None:
        if buffer < 1:
            raise invalid(("buffer",), "expected at least 1")
        if policy not in ("wait", "drop_oldest", "fail"):
            raise invalid(("policy",), "expected wait, drop_oldest or fail")
        if on_oversized not in ("stop", "report", "skip"):
            raise invalid(("on_oversized",), "expected stop, report or skip")
        self._streams = streams
        self._query, self._shapes = streams.query(
            models, where, operations, is_everything=is_everything
        )
        self._resume_after = resume_after
        self._checkpoint = checkpoint
        self._buffer = Buffer(buffer, policy, on_oversized)
        self._stream: SharedStream | None = None
        self._delivered_token = ""
        self._saved_token: str | None = None
        self._span = NO_SPAN

    async def __aenter__(self) -> Self:
        if self._stream is not None:
            raise NotStartedError("These changes were entered before: call `watch` again.")
        if self._checkpoint is not None:
            self._saved_token = await self._checkpoint.load()
        after = self._saved_token or self._resume_after
        stream, token = await self._streams.join(self._query, self._shapes, self._buffer, after)
        self._stream, self._delivered_token = stream, token
        try:
            await self.handled()  # so that nothing before the first change is lost
        except BaseException:
            await self._streams.leave(stream, self._buffer)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._span.end(error)
        await self._streams.leave(self._entered, self._buffer)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[ModelT]:
        """The next change. Requesting it means that the one before was handled.

        Raises:
            DataError: P2023 or P2032, a stored document does not fit the schema; the next call
                returns the change after it.
            OversizedChangeError: the change is too large, and `on_oversized` is `stop`.
            ChangeStreamError: the stream cannot continue; its subclasses say why.
            StopAsyncIteration: the block was left, or the database disconnected.
        """
        if self._stream is None:
            raise _not_entered()
        try:
            if self._buffer.is_closed:
                self._span.end()
            else:
                await self.handled()
            delivery = await self._next()
        except PrismaError as error:
            if not self.ends_with(error):
                raise
            delivery = None  # the checkpoint could not be saved, because the database disconnected
        if delivery is None:
            raise StopAsyncIteration
        self._delivered_token = delivery.token
        if isinstance(delivery.content, DataError):
            raise delivery.content.with_traceback(None)
        change = delivery.content
        self._span = self._streams.spans.change(change.model, change.operation)
        return cast(Change[ModelT], change)

    @property
    def token(self) -> str:
        """Continues after the last change that was returned. It also advances without changes."""
        resting = self._entered.resting_token
        if resting is None or not self._buffer.is_caught_up:
            return self._delivered_token
        return resting

    def ends_with(self, error: PrismaError) -> bool:
        """Whether an error means only that the block was left or the database disconnects.

        A consumer that queries the database for a change may get such an error as well.
        """
        return self._buffer.is_closed or isinstance(error, ClientNotConnectedError)

    @property
    def dropped(self) -> int:
        """How many changes the policy `drop_oldest` has dropped."""
        return self._buffer.dropped

    @property
    def skipped(self) -> int:
        """How many changes `on_oversized="skip"` has skipped."""
        return self._buffer.skipped

    async def handled(self) -> None:
        """Save the checkpoint: every change that was returned has been handled.

        Requesting the next change does this. Call it before a `break`; otherwise the last change
        counts as not handled, and comes again.
        """
        with self._span:  # ends it
            if self._checkpoint is not None and self._delivered_token != self._saved_token:
                await self._checkpoint.save(self._delivered_token)
                self._saved_token = self._delivered_token

    async def _next(self) -> Delivery | None:
        if self._checkpoint is None:
            return await self._buffer.get()
        while True:
            try:
                async with asyncio.timeout(CHECKPOINT_INTERVAL) as limit:
                    return await self._buffer.get()
            except TimeoutError:
                if not limit.expired():
                    raise
            self._delivered_token = self.token
            await self.handled()

    @property
    def _entered(self) -> SharedStream:
        if self._stream is None:
            raise _not_entered()
        return self._stream


def _not_entered() -> NotStartedError:
    return NotStartedError("These changes are not being watched: enter them, `async with`.")
