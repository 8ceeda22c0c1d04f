"""A hundred requests at once, half of them cancelled: each at another moment of its way."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession

from prismongo.client import callbacks
from prismongo.engine import MongoEngine, drive
from prismongo.stores.mongo.store import MongoStore
from tests.waiting import until

REQUESTS: Final = 100
TURNS: Final = 5
"""So many turns of the event loop after a step has begun or ended a request may be cancelled: by
then it waits for a connection, or its command is on its way, or the answer is being read."""

T = TypeVar("T")

_REQUEST: ContextVar[int | None] = ContextVar("request", default=None)


@dataclass
class Raced(Generic[T]):
    """What the requests have become.

    Attributes:
        answers: those of the requests that were not cancelled, by their numbers.
        cancelled: how many steps of each of the others had begun or ended when it was cancelled.
    """

    answers: dict[int, T] = field(default_factory=dict)
    cancelled: dict[int, int] = field(default_factory=dict)


async def raced(
    request: Callable[[int], Awaitable[T]],
    engine: MongoEngine,
    monkeypatch: pytest.MonkeyPatch,
    *,
    steps: int,
) -> Raced[T]:
    """Make the requests, and cancel those of odd numbers before, during and after their steps.

    Args:
        request: takes its number.
        engine: whose steps are counted; it is healthy in the end.
        monkeypatch: lets them be counted.
        steps: how many a request has that is not cancelled.
    """
    passed = _counting(engine, monkeypatch)

    async def numbered(number: int) -> T:
        _REQUEST.set(number)
        return await request(number)

    tasks = [asyncio.ensure_future(numbered(number)) for number in range(REQUESTS)]
    result = Raced[T]()
    left = {
        number: [index % (2 * steps + 1), index // (2 * steps + 1) % TURNS]
        for index, number in enumerate(range(1, REQUESTS, 2))
    }
    while left:
        for number, moment in tuple(left.items()):
            if tasks[number].done() or (passed[number] >= moment[0] and not moment[1]):
                result.cancelled[number] = passed[number]
                tasks[number].cancel()
                del left[number]
            elif passed[number] >= moment[0]:
                moment[1] -= 1
        await asyncio.sleep(0)
    await asyncio.wait(tasks)
    for number, task in enumerate(tasks):
        if not task.cancelled():
            result.cancelled.pop(number, None)
            result.answers[number] = task.result()
    assert result.answers.keys() >= set(range(0, REQUESTS, 2))
    assert len(set(result.cancelled.values())) > 2, "before, during and after"
    await _check_healthy(engine)
    return result


def _counting(engine: MongoEngine, monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How many steps of each request have begun, and how many have ended."""
    kind: Any = type(engine.store)
    execute, passed = kind.execute, Counter[int]()

    async def counted(store: Any, step: Any, transaction: Any) -> Any:
        number = _REQUEST.get()
        if number is not None:
            passed[number] += 1
        try:
            return await execute(store, step, transaction)
        finally:
            if number is not None:
                passed[number] += 1

    monkeypatch.setattr(kind, "execute", counted)
    return passed


async def _check_healthy(engine: MongoEngine) -> None:
    """Nothing is left of the requests: no connection in use, no session, no turn."""
    sessions, store = engine._sessions, engine.store
    assert sessions is not None
    await until(lambda: not callbacks._RUNNING and not sessions._aborting and not drive._ABORTING)
    await until(lambda: not store.pool.busy and not store.pool.waiting)
    assert not sessions._open
    assert not engine.conflicts.has_turns
    assert not engine._observer.metrics.active
    if isinstance(store, MongoStore):
        _check_driver(store)


def _check_driver(store: MongoStore) -> None:
    client: Any = store.database.client
    pools = [server.pool for server in client._topology._servers.values()]
    assert [(each.active_sockets, each.operation_count) for each in pools] == [(0, 0)] * len(pools)
    gc.collect()
    open_sessions = [
        each
        for each in gc.get_objects()
        if isinstance(each, AsyncClientSession) and each.client is client and not each.has_ended
    ]
    assert open_sessions == []
