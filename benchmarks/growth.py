"""Measures how time grows with rows and with the depth of an include, and the memory of rows."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Awaitable
from typing import Any, Final

from benchmarks.data import add_messages
from benchmarks.environment import Environment
from benchmarks.figure import Figure
from benchmarks.library import LEVELS, Library
from benchmarks.measure import Measured, measure
from benchmarks.operations import Arguments, Operation, Round, Target
from benchmarks.ours import Ours

ROWS: Final = (10, 100, 1_000, 10_000, 100_000)
USERS: Final = 100
DEPTHS: Final = (None, Target(1.40, 0.80), Target(1.60, 0.95), Target(1.90, 1.15))
"""The targets of an include of so many levels."""
MEMORY: Final = 18
"""The target of the memory of 10,000 rows, in MB."""


async def growth_with_rows(environment: Environment, rounds: int) -> list[Measured]:
    """The base and ours, for each of ROWS; stores as many messages more as that takes."""
    data = environment.data
    missing = max(ROWS) // data.size.messages - len(data.channels)
    if missing > 0:
        more = [type(data.scratch)() for _ in range(missing)]
        await add_messages(environment.database, data, more)
        data.channels += more
    return [await _measured(environment, _rows(number), rounds) for number in ROWS]


async def growth_with_depth(environment: Environment, rounds: int) -> list[Measured]:
    """The base and ours, for 100 users without relations, and then with each of LEVELS."""
    depths = range(len(LEVELS) + 1)
    return [await _measured(environment, _depth(number), rounds) for number in depths]


async def memory_of_rows(environment: Environment, rows: int) -> list[Figure]:
    """The megabytes that an answer of so many messages holds, for each library."""
    return [
        Figure(
            f"memory of {rows:,} rows, {each.name}",
            await _memory(environment, each, rows),
            "MB",
            MEMORY if isinstance(each, Ours) else None,
        )
        for each in environment.libraries
    ]


async def _measured(environment: Environment, operation: Operation, rounds: int) -> Measured:
    few = environment.base_and_ours
    return await measure(operation, few, environment.data, environment.database, rounds)


def _rows(number: int) -> Operation:
    """Few rows are the youngest of a channel, in order; many are whole channels."""

    async def page(round_: Round, library: Library, count: int) -> Arguments:
        chosen = round_.random.choices(round_.data.channels, k=count)
        return [(library.id(channel),) for channel in chosen]

    async def whole(round_: Round, library: Library, count: int) -> Arguments:
        size = round_.data.size.messages
        channels = [library.id(channel) for channel in round_.data.channels[: number // size]]
        return [(channels,) for _ in range(count)]

    def latest(library: Library, channel: Any) -> Awaitable[Any]:
        return library.find_latest(channel, number)

    def messages(library: Library, channels: Any) -> Awaitable[Any]:
        return library.find_messages(channels)

    repeat = max(1, 1_000 // number)
    if number < 1_000:
        return Operation(f"{number:,} rows", None, repeat, latest, page)
    return Operation(f"{number:,} rows", None, repeat, messages, whole)


def _depth(number: int) -> Operation:
    async def prepare(round_: Round, library: Library, count: int) -> Arguments:
        users = [library.id(user) for user in round_.data.users]
        return [(round_.random.sample(users, min(USERS, len(users))),) for _ in range(count)]

    def ask(library: Library, users: Any) -> Awaitable[Any]:
        return library.with_relations(users, number)

    names = ", ".join(name for name, _ in LEVELS[:number])
    name = f"{USERS} users" + (f" with {names}" if names else "")
    return Operation(name, DEPTHS[number], 3, ask, prepare)


async def _memory(environment: Environment, library: Library, rows: int) -> float:
    number = rows // environment.data.size.messages
    channels = [library.id(channel) for channel in environment.data.channels[:number]]
    await library.find_messages(channels[:1])  # fills the caches first
    gc.collect()
    tracemalloc.start()
    try:
        found = await library.find_messages(channels)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return held / 2**20 * rows / len(found)
