"""Changes: what `watch` returns. The consumer's side of a stream, and when it saves its place."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Generic, Self, TypedDict, TypeVar, cast

from prisma.errors import ClientNotConnectedError, DataError, PrismaError
from pydantic import BaseModel

from prismongo.changes.buffer import Buffer, Delivery, Policy
from prismongo.changes.change import Change
from prismongo.changes.checkpoint import KeepsToken
from prismongo.changes.shared import SharedStream
from prismongo.changes.streams import Streams
from prismongo.errors import NotStartedError
from prismongo.query.errors.input import invalid
from prismongo.query.nodes.changes import ChangeType

ModelT = TypeVar("ModelT", bound=BaseModel)

BUFFER = 1_000
"""How many changes may wait for a consumer by default."""

IDLE = 10.0
"""After so many seconds without a change a checkpoint follows the stream: the server's history
moves on, and a token that stays behind would be lost with it."""


class WatchOptions(TypedDict, total=False):
    """What `DatabaseService.watch` takes beside models."""

    where: Mapping[str, object] | None
    operations: Collection[ChangeType] | None
    resume_after: str | None
    checkpoint: KeepsToken | None
    buffer: int
    policy: Policy


class Changes(Generic[ModelT]):
    """A stream of changes: `async with … as changes: async for change in changes`.

    Entering returns once the stream is open on the server; leaving returns once it is closed there,
    unless others share it. The loop ends where the database is disconnected.

    Args:
        streams: of the connection.
        models: the generated models to watch.
        is_everything: they are all models of the schema.
        where: the filter that their records must match.
        operations: None: all.
        resume_after: the token to continue after; None: from now on.
        checkpoint: what keeps tokens; a token that it has comes before `resume_after`.
        buffer: how many changes may wait at most.
        policy: what happens then.
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
        checkpoint: KeepsToken | None = None,
        buffer: int = BUFFER,
        policy: Policy = "wait",
    ) -> None:
        if buffer < 1:
            raise invalid(("buffer",), "expected at least 1")
        if policy not in ("wait", "drop_oldest", "fail"):
            raise invalid(("policy",), "expected wait, drop_oldest or fail")
        self._streams = streams
        self._query, self._shapes = streams.query(
            models, where, operations, is_everything=is_everything
        )
        self._resume_after = resume_after
        self._checkpoint = checkpoint
        self._buffer = Buffer(buffer, policy)
        self._stream: SharedStream | None = None
        self._given = ""
        self._saved: str | None = None

    async def __aenter__(self) -> Self:
        if self._stream is not None:
            raise NotStartedError("These changes were entered before: call `watch` again.")
        if self._checkpoint is not None:
            self._saved = await self._checkpoint.load()
        after = self._saved or self._resume_after
        stream = await self._streams.join(self._query, self._shapes, self._buffer, after)
        self._stream, self._given = stream, stream.token
        try:
            await self.handled()  # what comes between now and the first change is not lost either
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
        await self._streams.leave(self._entered, self._buffer)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[ModelT]:
        """The next change. Asking for it says that the one before has been handled.

        Raises:
            DataError: P2023 or P2032, a stored document does not fit the schema; the next call
                gives the change after it.
            ChangeStreamError: the stream cannot go on; its subclasses say why.
            StopAsyncIteration: it was left, or the database was disconnected.
        """
        if self._stream is None:
            raise _not_entered()
        try:
            if not self._buffer.is_closed:
                await self.handled()
            delivery = await self._next()
        except PrismaError as error:
            if not self.ends_with(error):
                raise
            delivery = None  # the checkpoint could not be saved, because the database was closed
        if delivery is None:
            raise StopAsyncIteration
        self._given = delivery.token
        if isinstance(delivery.content, DataError):
            raise delivery.content.with_traceback(None)
        return cast(Change[ModelT], delivery.content)

    @property
    def token(self) -> str:
        """Continues after what has been given; while all has been, it moves on with the server."""
        resting = self._entered.resting_token
        return resting if resting is not None and self._buffer.is_empty else self._given

    def ends_with(self, error: PrismaError) -> bool:
        """Whether it is only that they were left, or that the database is being disconnected.

        Whoever asks the database something about a change is given such an error, too.
        """
        return self._buffer.is_closed or isinstance(error, ClientNotConnectedError)

    @property
    def dropped(self) -> int:
        """How many changes the policy `drop_oldest` has dropped."""
        return self._buffer.dropped

    async def handled(self) -> None:
        """Save the checkpoint: all that was given has been handled.

        Asking for the next change does it. Call it before a `break`: what was given last counts as
        not handled otherwise, and comes again.
        """
        if self._checkpoint is not None and self._given != self._saved:
            await self._checkpoint.save(self._given)
            self._saved = self._given

    async def _next(self) -> Delivery | None:
        if self._checkpoint is None:
            return await self._buffer.get()
        while True:
            try:
                async with asyncio.timeout(IDLE) as limit:
                    return await self._buffer.get()
            except TimeoutError:
                if not limit.expired():
                    raise
            self._given = self.token
            await self.handled()

    @property
    def _entered(self) -> SharedStream:
        if self._stream is None:
            raise _not_entered()
        return self._stream


def _not_entered() -> NotStartedError:
    return NotStartedError("These changes are not being watched: enter them, `async with`.")
