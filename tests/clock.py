"""Clocks that a test moves: `time.monotonic`, and with it the timers of asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest


class Clock:
    """`time.monotonic`, which can be put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        read = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: read() + self._ahead)

    def advance(self, seconds: float) -> None:
        """Put the clock forward: timers that are due then run in the loop's next turn."""
        self._ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of this test, which runs on as usual, and can be put forward."""
    return Clock(monkeypatch)


@pytest.fixture
async def idle_clock(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The loop's clock stands while a task can run, and jumps to the next timer if none can.

    So `asyncio.sleep` waits until nothing else is left to do, and takes no time.
    """
    loop: Any = asyncio.get_running_loop()
    now = loop.time()
    select = loop._selector.select

    def select_or_skip(timeout: float | None) -> Any:
        nonlocal now
        events = select(0 if timeout else timeout)
        if timeout and not events:
            now += timeout
        return events

    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(loop._selector, "select", select_or_skip)
    yield
    monkeypatch.undo()
