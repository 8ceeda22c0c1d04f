"""Oplog: the writes of a `Memory`, in order, like the oplog of a server.

It records writes from the first `keep` on: before that, nobody can have a token.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from prismongo.query.nodes.rows import Row

HISTORY: Final = 100_000
"""How many writes are kept by default."""


class DocumentWrite(NamedTuple):
    """The write of one document: `before` is None for an insert, `after` for a delete."""

    collection: str
    before: Row | None
    after: Row | None

    @property
    def id(self) -> Any:
        """The stored id of the document."""
        row = self.before or self.after
        if row is None:
            raise AssertionError("a write has a document")
        return row["_id"]


@dataclass(frozen=True, slots=True)
class OplogPosition:
    """A position in the oplog: after how many writes, and the time of the last one."""

    number: int
    time: datetime


@dataclass(frozen=True, slots=True)
class OplogEntry:
    """A write and its position."""

    write: DocumentWrite
    position: OplogPosition


class Oplog:
    """The writes of one memory.

    Attributes:
        history: how many writes are kept.
        end: the position after the last write.
    """

    def __init__(self) -> None:
        self.history = HISTORY
        self._name = secrets.token_hex(4)
        self._entries: dict[int, OplogEntry] = {}
        self._is_kept = False
        self._waiting: dict[asyncio.Event, None] = {}
        self.end = OplogPosition(0, _now())

    def keep(self) -> None:
        """Record writes from now on."""
        self._is_kept = True

    def publish(self, writes: Sequence[DocumentWrite]) -> None:
        """Record the writes of one transaction, and wake the cursors."""
        if not self._is_kept or not writes:
            return
        time = max(_now(), self.end.time)
        for write in writes:
            self.end = OplogPosition(self.end.number + 1, time)
            self._entries[self.end.number] = OplogEntry(write, self.end)
            self._entries.pop(self.end.number - self.history, None)
        for waiter in self._waiting:
            waiter.set()

    def after(self, position: OplogPosition) -> OplogEntry | None:
        """The next write; None if there is none yet.

        Raises:
            KeyError: it is no longer kept.
        """
        return None if position.number == self.end.number else self._entries[position.number + 1]

    def wake(self, waiter: asyncio.Event) -> None:
        """Set this event after every write, until `forget`."""
        self._waiting[waiter] = None

    def forget(self, waiter: asyncio.Event) -> None:
        """Do not set the event any longer."""
        self._waiting.pop(waiter, None)

    # --- tokens: in the order of places, as texts too ---

    def token(self, position: OplogPosition) -> str:
        """The position as a text."""
        return f"{self._name}.{position.number:012d}.{position.time:%Y%m%d%H%M%S%f}"

    def position(self, token: str) -> OplogPosition:
        """The position of a token.

        Raises:
            ValueError: it is no token of this oplog.
        """
        name, number, time = token.split(".")
        position = OplogPosition(int(number), datetime.strptime(f"{time}+0000", "%Y%m%d%H%M%S%f%z"))
        if name != self._name or not 0 <= position.number <= self.end.number:
            raise ValueError("a token of another oplog")
        return position


def _now() -> datetime:
    """The current time in milliseconds, like on a server."""
    now = datetime.now(UTC)
    return now - timedelta(microseconds=now.microsecond % 1000)
