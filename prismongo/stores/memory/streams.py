"""Change streams of a `Memory`, with the rules of `mongo/compile/changes.py`.

The filter is compared with the new document of an insert, with the old one of a delete, and with
both of an update. Images are kept if the schema asks for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import bson

from prismongo.query.nodes.changes import ChangeQuery, ChangeType, WatchedModel
from prismongo.query.nodes.rows import Row
from prismongo.stores.changes import TOKENS, ChangeEvent, ClusterTime
from prismongo.stores.errors import history_lost, malformed_token, no_images
from prismongo.stores.memory.compare import key
from prismongo.stores.memory.memory import Memory
from prismongo.stores.memory.oplog import DocumentWrite, Oplog, OplogEntry, OplogPosition
from prismongo.stores.memory.predicate import predicate
from prismongo.stores.memory.select import Evaluator, projected
from prismongo.stores.wanted.images import asks_for_images

WRITES_PER_TURN: Final = 1_000
"""How many writes are read before other tasks of the event loop run."""

LARGEST_EVENT: Final = 16_793_600
"""Bytes that a server's event may have; with two documents it may be larger than each of them."""

WriteFilter = Callable[[DocumentWrite], bool]


class MemoryChanges:
    """The change streams of one memory.

    Args:
        memory: has the oplog and the saved tokens.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def open(self, query: ChangeQuery, after: str | None) -> MemoryCursor:
        """Open a stream of the events from now on, or after a token.

        Raises:
            ChangeStreamError: P2009, it is no token of this memory.
            UnsupportedOperationError: P2026, the filter needs images that are not kept.
        """
        await asyncio.sleep(0)
        oplog = self._memory.oplog
        oplog.keep()
        try:
            position = oplog.end if after is None else oplog.position(after)
        except ValueError:
            raise malformed_token() from None
        for model in query.need_images:
            if not asks_for_images(model):
                raise no_images(model, asked=False)
        cursor = MemoryCursor(self._memory, query, position)
        cursor.check()
        return cursor

    async def cluster_time(self) -> ClusterTime:
        """The time of the last write."""
        return self._memory.oplog.end.number, 0

    async def load_token(self, name: str) -> str | None:
        """The token that was saved last under this name."""
        await asyncio.sleep(0)
        kept = self._memory.tables.get(TOKENS)
        row = kept.rows.get(key(name)) if kept else None
        return row["token"] if row else None

    async def save_token(self, name: str, token: str | None) -> None:
        """Save a token under a name, in a collection; None deletes it."""
        await asyncio.sleep(0)
        table = self._memory.table(TOKENS)
        if token is None:
            table.put(key(name), None)
        else:
            row = {"_id": name, "token": token, "savedAt": datetime.now(UTC).replace(tzinfo=None)}
            table.put(key(name), row)


class MemoryCursor:
    """One stream of events.

    Args:
        memory: has the oplog.
        query: the models and filters.
        position: where to begin.
    """

    def __init__(self, memory: Memory, query: ChangeQuery, position: OplogPosition) -> None:
        self._memory = memory
        self._oplog: Oplog = memory.oplog
        self._position = position
        self._operations = query.operations
        self._models = {watched.model.db_name: watched.model for watched in query.models}
        self._write_filters = {
            watched.model.db_name: _write_filter(watched, Evaluator(memory.tables))
            for watched in query.models
        }
        # as a server has it: a stream has documents as they were only where all are kept so
        self._looks_up = not all(map(asks_for_images, self._models.values()))
        self._arrived = asyncio.Event()
        self._is_interrupted = False
        self._oplog.wake(self._arrived)

    @property
    def token(self) -> str:
        """Continues the stream after the events that `next` has returned."""
        return self._oplog.token(self._position)

    def check(self) -> None:
        """Check that the next write is available.

        Raises:
            HistoryLostError: it is not.
        """
        self._entry()

    async def next(self) -> ChangeEvent | None:
        """The next event; None after many writes without an event, and after `interrupt`.

        Raises:
            HistoryLostError: the next write is no longer kept.
        """
        if not self._is_interrupted and self._position == self._oplog.end:
            self._arrived.clear()
            await self._arrived.wait()
        for _ in range(WRITES_PER_TURN):
            entry = self._entry()
            if entry is None:
                return None
            self._position = entry.position
            event = self._event(entry)
            if event is not None:
                return event
        await asyncio.sleep(0)
        return None

    def interrupt(self) -> None:
        """Make `next` return at once, now and later."""
        self._is_interrupted = True
        self._arrived.set()

    async def close(self) -> None:
        """Stop waiting for writes."""
        self._oplog.forget(self._arrived)

    def _entry(self) -> OplogEntry | None:
        try:
            return self._oplog.after(self._position)
        except KeyError:
            raise history_lost(
                ", ".join(model.name for model in self._models.values()),
                self.token,
                self._position.time,
                f"a fake keeps the last {self._oplog.history:,} writes",
            ) from None

    def _event(self, entry: OplogEntry) -> ChangeEvent | None:
        write = entry.write
        model = self._models.get(write.collection)
        operation = _operation(write)
        if model is None or operation not in self._operations:
            return None
        if not self._write_filters[write.collection](write):
            return None
        before = write.before if asks_for_images(model) else None
        after = self._after(write, operation)
        is_oversized = before is not None and after is not None and _is_oversized(before, after)
        return ChangeEvent(
            operation=operation,
            model=model,
            id=write.id,
            before=None if is_oversized else _copy(before),
            after=None if is_oversized else _copy(after),
            changed=_changed(write),
            token=self.token,
            cluster_time=(entry.position.number, 0),
            time=entry.position.time,
            is_oversized=is_oversized,
        )

    def _after(self, write: DocumentWrite, operation: ChangeType) -> Row | None:
        if operation != "update" or not self._looks_up:
            return write.after
        table = self._memory.tables.get(write.collection)
        return table.rows.get(key(write.id)) if table else None


def _write_filter(watched: WatchedModel, reader: Evaluator) -> WriteFilter:
    holds = predicate(watched.where, reader)
    if watched.is_keyed:
        return lambda write: holds({"_id": write.id})
    return lambda write: any(
        image is not None and holds(image) for image in (write.after, write.before)
    )


def _operation(write: DocumentWrite) -> ChangeType:
    if write.before is None:
        return "insert"
    return "delete" if write.after is None else "update"


def _changed(write: DocumentWrite) -> tuple[str, ...]:
    """The names of the fields that an update changed or removed."""
    if write.before is None or write.after is None:
        return ()
    before, after = write.before, write.after
    return tuple(name for name in before | after if not _same(before, after, name))


def _same(before: Row, after: Row, name: str) -> bool:
    """Whether both have the same value, of the same type."""
    if name in before and name in after:
        return bson.encode({name: before[name]}) == bson.encode({name: after[name]})
    return False


def _is_oversized(before: Row, after: Row) -> bool:
    """Whether a server could not send both documents in one event."""
    return len(bson.encode(before)) + len(bson.encode(after)) > LARGEST_EVENT


def _copy(row: Row | None) -> Row | None:
    """A copy, which consumers may change."""
    return None if row is None else projected(row, None)
