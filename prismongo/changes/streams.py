"""Streams: the shared streams of one connection. They end before it disconnects."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence

from pydantic import BaseModel

from prismongo.changes.buffer import Buffer
from prismongo.changes.decode import ChangeDecoder
from prismongo.changes.shared import SharedStream
from prismongo.engine import MongoEngine
from prismongo.query.decode.shapes import Shape, shape_of
from prismongo.query.nodes.changes import ChangeQuery, ChangeType
from prismongo.query.nodes.requests import Request
from prismongo.query.validate.changes import validate_changes
from prismongo.query.validate.validator import Validator
from prismongo.spans import Spans
from prismongo.stores.changes import ChangeSource
from prismongo.tasks import start_background


class Streams:
    """Gives consumers with the same query one shared stream.

    Args:
        engine: its store is watched; it closes the streams when it closes.
    """

    def __init__(self, engine: MongoEngine) -> None:
        self._engine = engine
        self._validator = Validator(engine.datamodel, "python")
        self._from_now: dict[object, SharedStream] = {}
        self._streams: set[SharedStream] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def source(self) -> ChangeSource:
        """Where the store's changes come from."""
        return self._engine.store.changes

    @property
    def spans(self) -> Spans:
        """Those of the engine."""
        return self._engine.spans

    def query(
        self,
        models: Sequence[type[BaseModel]],
        where: Mapping[str, object] | None,
        operations: Collection[ChangeType] | None,
        *,
        is_everything: bool,
    ) -> tuple[ChangeQuery, tuple[Shape, ...]]:
        """The validated query, and the classes of the watched models.

        Raises:
            prisma.errors.DataError: P2009, an unknown name or a wrong value.
            UnsupportedOperationError: P2026, a relation filter.
        """
        shapes = tuple(map(shape_of, models))
        requests = [Request("findMany", each.model, declared=each.declared) for each in shapes]
        query = validate_changes(
            self._validator, requests, where, operations, is_everything=is_everything
        )
        return query, shapes

    async def join(
        self, query: ChangeQuery, shapes: Sequence[Shape], buffer: Buffer, after: str | None
    ) -> tuple[SharedStream, str]:
        """Add a consumer's buffer to a stream: from now on, or from a token.

        Consumers from now on share streams; a consumer with a token has its own.

        Returns:
            The stream, and a token from before the first change that comes.

        Raises:
            PrismaError: the stream could not be opened.
        """
        key = (query.key, tuple(shapes))
        stream = self._from_now.get(key) if after is None else None
        if stream is None or stream.is_over:
            decoder = ChangeDecoder(self._engine.datamodel, query, shapes)
            stream = SharedStream(self.source, query, decoder, after)
            self._streams.add(stream)
            if after is None:
                self._from_now[key] = stream
        try:
            token = await stream.join(buffer)
        except BaseException:
            await self.leave(stream, buffer)
            raise
        return stream, token

    async def leave(self, stream: SharedStream, buffer: Buffer) -> None:
        """Remove a consumer. After the last one the stream ends, and its cursor is closed."""
        stream.leave(buffer)
        if not stream.has_consumers:
            await asyncio.shield(self._end(stream))

    async def close(self) -> None:
        """End all streams, and with them the loops of their consumers."""
        for stream in list(self._streams):
            self._end(stream)
        await asyncio.gather(*self._closing)

    def _end(self, stream: SharedStream) -> asyncio.Task[None]:
        """Close a stream in the background; nobody can join it any more."""
        for key in [key for key, each in self._from_now.items() if each is stream]:
            del self._from_now[key]
        self._streams.discard(stream)
        return start_background(stream.close(), self._closing)
