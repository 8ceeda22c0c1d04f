"""The soak, in a process of its own: a load, storms of cancellations, and what is there after each.

    python -m tests.reliability.soak URL SECONDS

Ends with 0 where nothing grew and nothing was left; `test_soak.py` runs it. A process of its own,
for its memory to be that of the load alone; and PyMongo 4.20 leaves the socket of a connection to
the garbage collector, where the task that opens it is cancelled before it is the pool's.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Any, Final

from pymongo import MongoClient
from pymongo.asynchronous.client_session import AsyncClientSession

from database import DatabaseService, DatabaseSettings
from tests.reliability.load import ACCOUNTS, CREDITS, Load

ROUNDS: Final = 60
"""Each with a storm at its end, and a sample once all is quiet. The first third does not count:
caches fill, the pool and the allocator's arenas grow to their size."""

FEWEST_ROUNDS: Final = 12

MEMORY_MAY_GROW: Final = 6 * 2**20
"""Bytes, over all rounds that count, by their trend: what the allocator's noise amounts to."""

OBJECTS_MAY_GROW: Final = 2_000
"""Objects that the garbage collector knows of, in the same way; there are some 100,000."""

FILES_MAY_GROW: Final = 4
"""Files and sockets beyond those of the pool, in the same way: one left a round is twice that."""

POOL: Final = 20
THREADS: Final = 4
"""Of the event loop, in which the driver looks up names."""

PATIENCE: Final = 30.0
"""Seconds until what must come to rest has not."""


@dataclass
class Sample:
    """What was there after a round, when all was quiet."""

    memory: int
    objects: int
    tasks: int
    threads: int
    connections: int
    cursors: int
    transactions: int
    files: int


async def soak(url: str, seconds: float) -> None:
    """Load for so long.

    Raises:
        AssertionError: something grew, or was left behind.
    """
    await start_threads()
    settings = DatabaseSettings(url=url, max_pool_size=POOL)
    async with DatabaseService(settings) as database:
        load = Load(database, seed=1)
        await load.prepare()
        with MongoClient[dict[str, Any]](url) as aside:
            samples = await sampled(load, database, aside, seconds)
        assert (await database.health()).status == "up"
        assert await load.credits() == ACCOUNTS * CREDITS
    warm_up = len(samples) // 3
    report(load, samples, warm_up, seconds)

    first, last = samples[warm_up], samples[-1]
    assert load.cancelled > len(samples)
    assert last.tasks <= first.tasks
    assert last.threads == first.threads
    assert last.cursors <= first.cursors
    assert last.transactions == 0
    counted = samples[warm_up:]
    assert growth([each.files - each.connections for each in counted]) < FILES_MAY_GROW
    assert growth([each.memory for each in counted]) < MEMORY_MAY_GROW
    assert growth([each.objects for each in counted]) < OBJECTS_MAY_GROW


async def start_threads() -> None:
    """Start every thread that the event loop may have: it starts one when none of them is idle."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    all_run = threading.Barrier(THREADS)
    await asyncio.gather(*(asyncio.to_thread(all_run.wait) for _ in range(THREADS)))


async def sampled(
    load: Load, database: DatabaseService, aside: MongoClient[dict[str, Any]], seconds: float
) -> list[Sample]:
    """Rounds of load, each with a storm at its end, and what was there after each."""
    samples: list[Sample] = []
    ends = asyncio.get_running_loop().time() + seconds
    while len(samples) < FEWEST_ROUNDS or asyncio.get_running_loop().time() < ends:
        await load.run(seconds / ROUNDS)
        await load.storm()
        await at_rest(database)
        samples.append(sample(database, aside))
        assert samples[-1].connections == connections_of_the_driver(database) <= POOL
    return samples


async def at_rest(database: DatabaseService) -> None:
    """Every connection is back in the pool, every session and every transaction over."""
    engine = database._mongo_engine
    assert engine._sessions is not None
    ends = asyncio.get_running_loop().time() + PATIENCE
    while left := {
        "busy connections": engine.store.pool.busy,
        "waiting for connections": engine.store.pool.waiting,
        "connections the driver counts": sum(driver_counts(database)),
        "open transactions": len(engine._sessions._open) + len(engine._sessions._aborting),
        "sessions": open_sessions(),
    }:
        if not any(left.values()):
            return
        assert asyncio.get_running_loop().time() < ends, left
        await asyncio.sleep(0.05)


def driver_counts(database: DatabaseService) -> Iterator[int]:
    """What the driver itself holds to be checked out or asked for, past the events it reports."""
    for server in database.mongo.client._topology._servers.values():
        yield server.pool.active_sockets + server.pool.requests


def connections_of_the_driver(database: DatabaseService) -> int:
    """How many are open, past the events."""
    servers = database.mongo.client._topology._servers.values()
    return sum(len(each.pool.conns) + each.pool.active_sockets for each in servers)


def open_sessions() -> int:
    """Sessions of the driver's that somebody has begun and not ended."""
    gc.collect()
    return sum(
        not found.has_ended for found in gc.get_objects() if type(found) is AsyncClientSession
    )


def sample(database: DatabaseService, aside: MongoClient[dict[str, Any]]) -> Sample:
    status = aside.admin.command("serverStatus")
    pool = database._mongo_engine.store.pool
    return Sample(
        memory=resident(),
        objects=len(gc.get_objects()),
        tasks=len(asyncio.all_tasks()),
        threads=threading.active_count(),
        connections=pool.opened - pool.closed,
        cursors=status["metrics"]["cursor"]["open"]["total"],
        transactions=status["transactions"]["currentOpen"],
        files=open_files(),
    )


def resident() -> int:
    """Bytes of this process that are in memory; 0 where the system does not say."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    """Files and sockets that this process has open; 0 where the system does not say."""
    found = Path("/proc/self/fd")
    return len(list(found.iterdir())) if found.exists() else 0


def growth(values: Sequence[int]) -> float:
    """By how much the values grow from the first to the last, by their trend."""
    return linear_regression(range(len(values)), values).slope * (len(values) - 1)


def report(load: Load, samples: list[Sample], warm_up: int, seconds: float) -> None:
    """The figures, for `make soak`."""
    first, last = samples[warm_up], samples[-1]
    print(f"\n{load.done.total()} operations, {load.cancelled} cancelled, {seconds:g} s")  # noqa: T201
    print(f"{load.done['given up']} gave up, {load.done['health down']} times down")  # noqa: T201
    for name in ("memory", "objects", "tasks", "threads", "connections", "cursors", "files"):
        trend = growth([getattr(each, name) for each in samples[warm_up:]])
        before, after = getattr(first, name), getattr(last, name)
        print(f"{name:12} {before:>12,} {after:>12,}   trend {trend:+,.0f}")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(soak(sys.argv[1], float(sys.argv[2])))
