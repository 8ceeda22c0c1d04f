"""Write conflicts: what lost against another transaction is repeated, until a time limit.

MongoDB aborts a transaction that writes a document which another transaction has written. If all
that lost repeat at once, again only one of them wins. So those of this client take turns: whoever
lost waits in a queue for what it lost, in the order of arrival, and keeps its turn until it has
won. Transactions of other processes are met by a back-off with jitter.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import Any, Final, TypeVar, assert_never

from prisma.errors import PrismaError

from prismongo.query.nodes.steps import (
    Aggregate,
    BeginTransaction,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    Group,
    InPortion,
    Insert,
    KnownFind,
    RawAggregate,
    RawCommand,
    RawFind,
    Step,
    UpdateMany,
    UpdateOne,
)
from prismongo.tasks import back_off

LONGEST_BACK_OFF: Final = 0.1
"""The longest wait between two attempts of one turn, in seconds. It is short, because whoever has
the turn is the oldest of its client."""

T = TypeVar("T")

Contended = tuple[str, Any]
"""What transactions compete for: a collection, and the filter of the documents; None for all."""


def contended(step: Step) -> Contended | None:
    """What a step competes for; None if that is not known."""
    match step:
        case KnownFind():
            return contended(step.find)
        case Find() | UpdateOne() | UpdateMany() | DeleteOne() | DeleteMany():
            try:
                hash(step.where)
            except TypeError:  # a value that is a list or a document
                return step.model.db_name, None
            return step.model.db_name, step.where
        case Insert():  # of a unique value, or for the cache of the server
            return step.model.db_name, None
        case (
            FindPerParent()
            | CountPerParent()
            | Aggregate()
            | Group()
            | RawFind()
            | RawAggregate()
            | RawCommand()
            | BeginTransaction()
            | InPortion()
        ):
            return None
        case _:
            assert_never(step)


class Turn:
    """The queue for one contended thing. Its lock is fair: the first that waits is the next."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lock = asyncio.Lock()
        self.users = 0


class Conflicts:
    """The turns of one client.

    Args:
        limit: how long an operation is repeated, in seconds.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._turns: dict[Contended, Turn] = {}
        self._numbers = count()

    def attempts(self, limit: float | None = None) -> Attempts:
        """The attempts of one operation, or of one callback.

        Args:
            limit: how long it is repeated, in seconds; None means the client's limit.
        """
        return Attempts(self, self.limit if limit is None else limit)

    @property
    def has_turns(self) -> bool:
        """Whether anybody has a turn."""
        return bool(self._turns)

    def is_taken(self, thing: Contended) -> bool:
        """Whether somebody has the turn for this thing."""
        return thing in self._turns

    def join(self, things: Iterable[Contended]) -> list[tuple[Contended, Turn]]:
        """The queues for these things, in the one order in which everybody waits for them."""
        found = [(thing, self._turn(thing)) for thing in things]
        for _, turn in found:
            turn.users += 1
        return sorted(found, key=lambda each: each[1].number)

    def _turn(self, thing: Contended) -> Turn:
        if thing not in self._turns:
            self._turns[thing] = Turn(next(self._numbers))
        return self._turns[thing]

    def leave(self, thing: Contended) -> None:
        """Forget a queue that nobody uses any more."""
        turn = self._turns[thing]
        turn.users -= 1
        if not turn.users:
            del self._turns[thing]


_AROUND: ContextVar[Attempts | None] = ContextVar("prismongo_attempts", default=None)
"""The attempts of the callback that runs: they wait for it, and so do others that are around them.
What it calls outside of its transaction waits for no turn while one of them has any, since that
might never be given up."""


class Attempts:
    """The attempts of one operation, or of one callback, with its turns.

    Args:
        conflicts: the turns of all operations.
        limit: how long it is repeated, in seconds.
    """

    __slots__ = ("_around", "_conflicts", "_ends", "_failures", "_held", "_is_done", "_lost")

    def __init__(self, conflicts: Conflicts, limit: float) -> None:
        self._conflicts = conflicts
        self._ends = time.monotonic() + limit
        self._around = _around()
        self._is_done = False
        self._lost: dict[Contended, None] = {}  # in order
        self._held: list[tuple[Contended, Turn]] = []
        self._failures = 0

    def lose(self, step: Step) -> None:
        """Note that the attempt lost at this step."""
        if (thing := contended(step)) is not None:
            self._lost[thing] = None

    async def enter(self, step: Step) -> None:
        """Wait before the first step of a transaction if others wait for the same thing."""
        if self._held or not self._conflicts.has_turns or not self._may_wait:
            return
        thing = contended(step)
        if thing is not None and self._conflicts.is_taken(thing):
            self._lost[thing] = None
            await self._take()

    async def next(self, failure: Exception) -> None:
        """Wait for the next attempt.

        Raises:
            Exception: the failure, because the time is up.
        """
        self._failures += 1
        if self._is_over():
            raise failure
        waited = False
        if len(self._lost) > len(self._held) and self._may_wait:
            waited = await self._take()
        if self._is_over():
            raise failure
        if not waited:
            await back_off(self._failures, LONGEST_BACK_OFF)

    def _is_over(self) -> bool:
        return time.monotonic() >= self._ends

    @property
    def _may_wait(self) -> bool:
        around = self._around
        while around is not None:
            if around._held:
                return False
            around = around._around
        return True

    async def _take(self) -> bool:
        """Take the turns for everything that was lost → whether it had to wait.

        They are released first, and taken in one order: so two operations never wait for each
        other. When the time is up it returns without them.
        """
        self.release()
        waited = False
        queue = self._conflicts.join(self._lost)
        taken = 0
        try:
            async with asyncio.timeout(max(0.0, self._ends - time.monotonic())) as limit:
                for _, turn in queue:
                    waited = waited or turn.lock.locked()
                    await turn.lock.acquire()
                    taken += 1
        except TimeoutError:
            if not limit.expired():
                raise
        finally:
            self._held = queue[:taken]
            for thing, _ in queue[taken:]:
                self._conflicts.leave(thing)
        return waited

    def release(self) -> None:
        """Give the turns to those that wait."""
        held, self._held = self._held, []
        for thing, turn in held:
            turn.lock.release()
            self._conflicts.leave(thing)

    def end(self) -> None:
        """There is no attempt after this one: give up the turns for good."""
        self._is_done = True
        self.release()

    def leave(self) -> None:
        """End, because an attempt is kept. The running task is behind it from now on."""
        self.end()
        _AROUND.set(_around())


def _around() -> Attempts | None:
    """The attempts that wait for the running task, the innermost first; not those that are done."""
    attempts = _AROUND.get()
    while attempts is not None and attempts._is_done:
        attempts = attempts._around
    return attempts


@contextmanager
def inside(attempts: Attempts) -> Iterator[None]:
    """While a callback runs."""
    token = _AROUND.set(attempts)
    try:
        yield
    finally:
        _AROUND.reset(token)


async def repeat(
    attempt: Callable[[], Awaitable[T]],
    attempts: Attempts,
    may_repeat: Callable[[Exception], bool],
    retries: int | None,
) -> T:
    """What a callback's attempt returns that is not lost.

    Args:
        attempt: begins a transaction, calls the callback, and commits.
        attempts: the turns, and the time limit.
        may_repeat: whether another attempt may succeed after an error.
        retries: how often to repeat at most; None means until the time limit.

    Raises:
        Exception: that of the last attempt.
    """
    try:
        for number in count():
            try:
                with inside(attempts):
                    return await attempt()
            except (PrismaError, ExceptionGroup) as error:  # a group: of a task group
                if number == retries or not may_repeat(error):
                    raise
                failure: Exception = error
            await attempts.next(failure)
    finally:
        attempts.end()
    raise AssertionError("unreachable")
