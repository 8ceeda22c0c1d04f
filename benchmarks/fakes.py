"""Measures the fake: CPU time of this process, the best of several runs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from benchmarks.figure import Figure
from database import DatabaseService
from prismongo.testing import fake

DOCUMENTS: Final = 10_000

Work = Callable[[], Awaitable[object]]


async def fakes(runs: int) -> list[Figure]:
    """The figures of the fake, with their targets."""
    await fake(DatabaseService).user.count()
    return [
        Figure("a fake, after the first in a process", await _best(runs, _start), "ms", 5),
        Figure(f"a fake stores {DOCUMENTS:,} documents", await _best(runs, _fill), "ms", 1_000),
        Figure(f"snapshot and restore of {DOCUMENTS:,}", await _best(runs, _snapshot), "ms", 1),
    ]


async def _best(runs: int, prepare: Callable[[], Awaitable[Work]]) -> float:
    """The shortest time of several runs, in ms; each run is prepared first."""
    taken = []
    for _ in range(runs):
        work = await prepare()
        began = time.process_time()
        await work()
        taken.append(time.process_time() - began)
    return min(taken) * 1000


async def _start() -> Work:
    async def start() -> object:
        return await fake(DatabaseService).user.count()

    return start


async def _fill() -> Work:
    database = fake(DatabaseService)
    await database.user.count()
    data = _users()
    return lambda: database.user.create_many(data)


async def _snapshot() -> Work:
    database = fake(DatabaseService)
    await database.user.create_many(_users())
    snapshot = database.fake.snapshot()
    await database.user.create({"username": "one more", "hashedPassword": "x"})

    async def take_and_restore() -> None:
        database.fake.snapshot()
        database.fake.restore(snapshot)

    return take_and_restore


def _users() -> list[Any]:
    return [{"username": f"user {number}", "hashedPassword": "x"} for number in range(DOCUMENTS)]
