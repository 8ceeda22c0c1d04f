"""`python -m benchmarks.telemetry`: what OpenTelemetry adds to a read, on both stores.

In each round the service without telemetry and the one with it read by id equally often, in turns.
A ratio is the median over all rounds; that of the CPU time leaves out the server and whatever else
the machine does. First no SDK is set up, then one whose spans are dropped.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import Final

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider

from database import DatabaseService, DatabaseSettings
from prismongo.embedded import Mongod
from prismongo.testing import fake

ROUNDS: Final = 60
READS: Final = 150

Made = Callable[[bool], DatabaseService]
"""Makes a service, with telemetry or without."""


async def main() -> None:
    """Measure and print."""
    async with Mongod() as mongod:
        url = mongod.url("telemetry")
        stores: dict[str, Made] = {
            "mongod": lambda on: DatabaseService(DatabaseSettings(url=url, telemetry=on)),
            "the fake": lambda on: fake(DatabaseService, telemetry=on),
        }
        await _measure("off, and off again", stores, (False, False))
        await _measure("on, without an SDK", stores, (False, True))
        trace.set_tracer_provider(TracerProvider())
        metrics.set_meter_provider(MeterProvider([InMemoryMetricReader()]))
        await _measure("on, with an SDK", stores, (False, True))


async def _measure(what: str, stores: dict[str, Made], kinds: tuple[bool, bool]) -> None:
    for store, make in stores.items():
        async with _reads(make, kinds[0]) as base, _reads(make, kinds[1]) as other:
            rounds = []
            for number in range(-1, ROUNDS):  # the first is to warm up
                order = [base, other] if number % 2 else [other, base]
                times = {read: await _seconds(read) for read in order}
                if number >= 0:
                    rounds.append((times[base], times[other]))
        wall = [after[0] / before[0] for before, after in rounds]
        cpu = [after[1] / before[1] for before, after in rounds]
        added = median(after[1] - before[1] for before, after in rounds) / READS * 1e6
        low, _, high = quantiles(wall, n=4)
        print(
            f"{what}, {store}: {median(wall):.2f} (middle half {low:.2f} to {high:.2f}), "
            f"CPU {median(cpu):.2f}, {added:+.0f} µs of it a read"
        )


@asynccontextmanager
async def _reads(make: Made, on: bool) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    async with make(on) as database:
        one = await database.user.create({"username": f"{id(database)}", "hashedPassword": "x"})
        yield lambda: database.user.find_unique(where={"id": one.id})


async def _seconds(read: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Wall time and CPU time."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(READS):
        await read()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    asyncio.run(main())
