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


class Write(NamedTuple):
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
class Place:
    """A place in the feed: behind so many writes, the last of which happened then."""

    number: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A write, and where it stands."""

    write: Write
    place: Place


class Oplog:
    """The writes of one memory.

    Attributes:
        history: how many are kept.
        end: behind all of them.
    """

    def __init__(self) -> None:
        self.history = HISTORY
        self._name = secrets.token_hex(4)
        self._entries: dict[int, Entry] = {}
        self._is_kept = False
        self._waiting: dict[asyncio.Event, None] = {}
        self.end = Place(0, _now())

    def keep(self) -> None:
        """From now on the feed keeps what is written."""
        self._is_kept = True

    def publish(self, writes: Sequence[Write]) -> None:
        """Tell of writes that happened at once."""
        if not self._is_kept or not writes:
            return
        time = max(_now(), self.end.time)
        for write in writes:
            self.end = Place(self.end.number + 1, time)
            self._entries[self.end.number] = Entry(write, self.end)
            self._entries.pop(self.end.number - self.history, None)
        for waiter in self._waiting:
            waiter.set()

    def after(self, place: Place) -> Entry | None:
        """The next write; None where there is none yet.

        Raises:
            KeyError: it is no longer kept.
        """
        return None if place.number == self.end.number else self._entries[place.number + 1]

    def wake(self, waiter: asyncio.Event) -> None:
        """Set this event whenever something is written, until `forget`."""
        self._waiting[waiter] = None

    def forget(self, waiter: asyncio.Event) -> None:
        """Set it no more."""
        self._waiting.pop(waiter, None)

    # --- tokens: in the order of places, as texts too ---

    def token(self, place: Place) -> str:
        """The place as a text."""
        return f"{self._name}.{place.number:012d}.{place.time:%Y%m%d%H%M%S%f}"

    def place(self, token: str) -> Place:
        """The place of a token.

        Raises:
            ValueError: it is none of this feed's.
        """
        name, number, time = token.split(".")
        place = Place(int(number), datetime.strptime(f"{time}+0000", "%Y%m%d%H%M%S%f%z"))
        if name != self._name or not 0 <= place.number <= self.end.number:
            raise ValueError("a token of another feed")
        return place


def _now() -> datetime:
    """To the millisecond, as a server has it."""
    now = datetime.now(UTC)
    return now - timedelta(microseconds=now.microsecond % 1000)
