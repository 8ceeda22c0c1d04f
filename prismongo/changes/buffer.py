"""Buffer: the bounded queue between a shared stream and one consumer, with a policy when full."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from prisma.errors import DataError

from prismongo.changes.change import Change
from prismongo.errors import OversizedChangeError, SlowConsumerError
from prismongo.stores.changes import BEGINNING, ClusterTime

Policy = Literal["wait", "drop_oldest", "fail"]
"""What happens when a consumer's buffer is full: the stream and all its consumers wait; or the
oldest change is dropped and counted; or the consumer fails."""

OnOversized = Literal["stop", "report", "skip"]
"""What happens at a change that is too large for MongoDB to send it: the consumer fails; or it gets
the change without the record; or the change is skipped and counted."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A change, or the error of decoding it, and when it happened.

    Attributes:
        oversized: the error of consumers that stop at a change that is too large; None if it is
            not.
    """

    content: Change[Any] | DataError
    token: str
    cluster_time: ClusterTime
    oversized: OversizedChangeError | None = None


class Buffer:
    """The changes that wait for one consumer.

    Args:
        size: the maximum number.
        policy: what happens when it is full.
        on_oversized: what happens at a change that is too large.

    Attributes:
        dropped: how many changes the policy has dropped.
        skipped: how many changes were skipped because they are too large.
    """

    def __init__(self, size: int, policy: Policy, on_oversized: OnOversized = "stop") -> None:
        self._size = size
        self._policy = policy
        self._on_oversized = on_oversized
        self._items: deque[Delivery] = deque()
        self._since: ClusterTime | None = None
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._failure: BaseException | None = None
        self._is_over = False
        self.dropped = 0
        self.skipped = 0

    def begin(self, since: ClusterTime = BEGINNING) -> None:
        """The consumer starts to receive: changes after `since`."""
        self._since = since
        self._items = deque(item for item in self._items if item.cluster_time > since)
        self._room.set()

    async def put(self, item: Delivery) -> None:
        """Add a delivery; with the policy `wait`, wait for space first."""
        if len(self._items) >= self._size:
            await asyncio.sleep(0)  # gives the consumer a chance to take one
        while len(self._items) >= self._size and not self._is_over:
            # a consumer that has not begun may not want any of these: it always waits
            policy: Policy = "wait" if self._since is None else self._policy
            match policy:
                case "wait":
                    self._room.clear()
                    await self._room.wait()
                case "drop_oldest":
                    self._items.popleft()
                    self.dropped += 1
                case "fail":
                    self.end(_too_slow(self._size, self._items[-1].token))
                case _:
                    assert_never(policy)
        if not self._is_over and (self._since is None or item.cluster_time > self._since):
            self._items.append(item)
            self._filled.set()

    async def get(self) -> Delivery | None:
        """The next delivery; None after the stream ended.

        Raises:
            OversizedChangeError: it is too large, and the consumer stops at such a change.
            PrismaError: the error that ended the stream, after all earlier deliveries.
        """
        while (item := await self._next()) is not None and item.oversized is not None:
            match self._on_oversized:
                case "report":
                    return item
                case "skip":
                    self.skipped += 1
                case "stop":
                    self._items.clear()
                    self._is_over, self._failure = True, item.oversized
                    self._room.set()
                case _:
                    assert_never(self._on_oversized)
        return item

    async def _next(self) -> Delivery | None:
        while not self._items:
            if self._failure is not None:
                raise self._failure.with_traceback(None)
            if self._is_over:
                return None
            self._filled.clear()
            await self._filled.wait()
        self._room.set()
        return self._items.popleft()

    @property
    def is_closed(self) -> bool:
        """Whether it ended without an error: the consumer left, or the database disconnected."""
        return self._is_over and self._failure is None

    @property
    def is_caught_up(self) -> bool:
        """Whether the consumer has taken everything so far.

        False once it has ended: changes that came later were not kept.
        """
        return not self._items and not self._is_over

    def end(self, failure: BaseException | None = None) -> None:
        """Accept no more. With a failure the consumer gets the remaining items, then the error."""
        if self._is_over:
            return
        self._is_over = True
        self._failure = failure
        if failure is None:
            self._items.clear()
        self._filled.set()
        self._room.set()


def _too_slow(size: int, token: str) -> SlowConsumerError:
    return SlowConsumerError(
        f"The consumer had {size} changes waiting when the next one came, and its policy is "
        "`fail`. Continue after this error's token; give it a larger `buffer`, or another policy.",
        meta={"buffer": size},
        token=token,
    )
