"""What a store offers to those who watch: streams of events, the present's place, kept tokens.

Beside store.py. An event is a fact about one stored document, in stored names and values;
`prismongo/changes` makes it typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from prismongo.query.nodes.changes import ChangeQuery, ChangeType
from prismongo.query.nodes.steps import Row
from prismongo.schema.datamodel import Model

TOKENS: Final = "_change_tokens"
"""The collection of kept tokens: `{_id: name, token, savedAt}`."""

Position = tuple[int, int]
"""A place in the order of all writes of a store; what happened later has a greater one. The writes
of one transaction share theirs."""

BEGINNING: Position = (0, 0)


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """What happened to one document.

    Attributes:
        operation: what.
        model: whose collection it is in.
        id: the stored `_id`.
        before: the document before, where the store has kept it.
        after: the document after; None once it is deleted, or where the store does not have it.
        changed: the stored names of the document's fields that an update wrote or removed; None
            where the document was replaced.
        token: continues a stream after this event, in any process.
        position: when it happened, among all writes.
        time: when it happened, in UTC.
    """

    operation: ChangeType
    model: Model
    id: Any
    before: Row | None
    after: Row | None
    changed: tuple[str, ...] | None
    token: str
    position: Position
    time: datetime


class ChangeCursor(Protocol):
    """An open stream of events."""

    @property
    def token(self) -> str:
        """Continues the stream after all that `next` has given so far."""

    async def next(self) -> ChangeEvent | None:
        """The next event, or None where none has come for a while; goes on after interruptions.

        Raises:
            ChangeStreamError: the stream is over; its subclasses say why.
        """

    def interrupt(self) -> None:
        """Whoever waits in `next` need not wait any longer: the cursor is about to be closed."""

    async def close(self) -> None:
        """Release it, on the server as well. Never raises, may be called again."""


class ChangeSource(Protocol):
    """The changes of one connected store."""

    async def open(self, query: ChangeQuery, after: str | None) -> ChangeCursor:
        """A stream of what happens from now on, or after a token.

        Raises:
            ChangeStreamError: there are no streams here, or not from this token.
            UnsupportedOperationError: P2026, the filter needs images that are not kept.
        """

    async def position(self) -> Position:
        """At least that of every write that has been acknowledged."""

    async def load_token(self, name: str) -> str | None:
        """The token that was saved last under this name."""

    async def save_token(self, name: str, token: str | None) -> None:
        """Keep a token under a name; None forgets it."""
