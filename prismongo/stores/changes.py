"""Protocols of change streams: cursors of events, cluster times, and saved tokens.

An event describes the change of one document, in stored names and values. `prismongo/changes` turns
it into a `Change` with a generated model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from prismongo.query.nodes.changes import ChangeQuery, ChangeType
from prismongo.query.nodes.rows import Row
from prismongo.schema.datamodel import Model

TOKENS: Final = "_change_tokens"
"""The collection of saved tokens: `{_id: name, token, savedAt}`."""

ClusterTime = tuple[int, int]
"""MongoDB's logical time of a write: seconds, and a counter in the second.

A later write has a greater one; all writes of a transaction have the same. In memory it is the
number of the write, and 0.
"""

BEGINNING: ClusterTime = (0, 0)


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """What happened to one document.

    Attributes:
        operation: insert, update or delete.
        model: the model of the collection.
        id: the stored `_id`.
        before: the document before the change, if the store has kept it.
        after: the document after the change; None if it is deleted, or not available.
        changed: the stored names of the document's fields that an update wrote or removed; None
            if the document was replaced.
        token: continues a stream after this event, in any process.
        cluster_time: when it happened, in the order of all writes.
        time: when it happened, in UTC.
        is_oversized: the documents are missing, because the event would be larger than 16 MB.
    """

    operation: ChangeType
    model: Model
    id: Any
    before: Row | None
    after: Row | None
    changed: tuple[str, ...] | None
    token: str
    cluster_time: ClusterTime
    time: datetime
    is_oversized: bool = False


class ChangeCursor(Protocol):
    """An open stream of events."""

    @property
    def token(self) -> str:
        """Continues the stream after the events that `next` has returned."""

    async def next(self) -> ChangeEvent | None:
        """The next event; None if there is none for a while. Reconnects after interruptions.

        Raises:
            ChangeStreamError: the stream is over; its subclasses say why.
        """

    def interrupt(self) -> None:
        """Make a waiting `next` return: the cursor is about to be closed."""

    async def close(self) -> None:
        """Close the cursor, also on the server. Never raises, may be called again."""


class ChangeSource(Protocol):
    """The change streams of one connected store."""

    async def open(self, query: ChangeQuery, after: str | None) -> ChangeCursor:
        """Open a stream of the events from now on, or after a token.

        Raises:
            ChangeStreamError: the store has no change streams, or not from this token.
            UnsupportedOperationError: P2026, the filter needs images that are not kept.
        """

    async def cluster_time(self) -> ClusterTime:
        """A time that is not before any acknowledged write."""

    async def load_token(self, name: str) -> str | None:
        """The token that was saved last under this name."""

    async def save_token(self, name: str, token: str | None) -> None:
        """Save a token under a name; None deletes it."""
