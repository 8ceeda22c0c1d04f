"""Feed: what was written to a `Memory`, in order. What the oplog is to a server.

It begins when somebody first asks for it: before, nobody can have a token.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from prismongo.query.nodes.steps import Row

HISTORY: Final = 100_000
"""How many writes are kept, unless a memory is told otherwise."""


class DocumentWrite(NamedTuple):
    """A document written: `before` is None where it was inserted, `after` where it was deleted."""

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
    """A place in the feed: behind so many writes, the last of which happened then."""

    number: int
    time: datetime


@dataclass(frozen=True, slots=True)
class OplogEntry:
    """A write, and where it stands."""

    write: DocumentWrite
    position: OplogPosition


class Oplog:
    """The writes of one memory.

    Attributes:
        history: how many are kept.
        end: behind all of them.
    """

    def __init__(self) -> None:
        self.history = HISTORY
        self._name = secrets.token_hex(4)
        self._entries: dict[int, OplogEntry] = {}
        self._is_kept = False
        self._waiting: dict[asyncio.Event, None] = {}
        self.end = OplogPosition(0, _now())

    def keep(self) -> None:
        """From now on the feed keeps what is written."""
        self._is_kept = True

    def publish(self, writes: Sequence[DocumentWrite]) -> None:
        """Tell of writes that happened at once."""
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
        """The next write; None where there is none yet.

        Raises:
            KeyError: it is no longer kept.
        """
        return None if position.number == self.end.number else self._entries[position.number + 1]

    def wake(self, waiter: asyncio.Event) -> None:
        """Set this event whenever something is written, until `forget`."""
        self._waiting[waiter] = None

    def forget(self, waiter: asyncio.Event) -> None:
        """Set it no more."""
        self._waiting.pop(waiter, None)

    # --- tokens: in the order of places, as texts too ---

    def token(self, position: OplogPosition) -> str:
        """The place as a text."""
        return f"{self._name}.{position.number:012d}.{position.time:%Y%m%d%H%M%S%f}"

    def position(self, token: str) -> OplogPosition:
        """The place of a token.

        Raises:
            ValueError: it is none of this feed's.
        """
        name, number, time = token.split(".")
        position = OplogPosition(int(number), datetime.strptime(f"{time}+0000", "%Y%m%d%H%M%S%f%z"))
        if name != self._name or not 0 <= position.number <= self.end.number:
            raise ValueError("a token of another feed")
        return position


def _now() -> datetime:
    """To the millisecond, as a server has it."""
    now = datetime.now(UTC)
    return now - timedelta(microseconds=now.microsecond % 1000)
