"""Measures how time grows with rows and with the depth of an include, and the memory of rows."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Any, Final

from benchmarks.contestant import LEVELS, Contestant
from benchmarks.data import add_messages
from benchmarks.figure import Figure
from benchmarks.measure import Measured, measure
from benchmarks.operations import Arguments, Operation, Round
from benchmarks.stage import Stage

ROWS: Final = (10, 100, 1_000, 10_000, 100_000)
USERS: Final = 100

Prepare = Callable[[Round, Contestant, int], Awaitable[Arguments]]


async def growth_with_rows(stage: Stage, rounds: int) -> list[Measured]:
    """The base and ours, for each of ROWS; stores as many messages more as that takes."""
    data = stage.data
    missing = max(ROWS) // data.size.messages - len(data.channels)
    if missing > 0:
        more = [type(data.scratch)() for _ in range(missing)]
        await add_messages(stage.database, data, more)
        data.channels += more
    return [await _measured(stage, _rows(number), rounds) for number in ROWS]


async def growth_with_depth(stage: Stage, rounds: int) -> list[Measured]:
    """The base and ours, for 100 users without relations, and then with each of LEVELS."""
    depths = range(len(LEVELS) + 1)
    return [await _measured(stage, _depth(number), rounds) for number in depths]


async def memory_of_rows(stage: Stage, rows: int) -> list[Figure]:
    """The megabytes that an answer of so many messages holds, for each contestant."""
    return [
        Figure(f"memory of {rows:,} rows, {each.name}", await _memory(stage, each, rows), "MB")
        for each in stage.contestants
    ]


async def _measured(stage: Stage, operation: Operation, rounds: int) -> Measured:
    both = (stage.contestants[0], stage.contestants[-1])
    return await measure(operation, both, stage.data, stage.database, rounds)


def _rows(number: int) -> Operation:
    """Few rows are the youngest of a channel, in order; many are whole channels."""

    async def page(round_: Round, contestant: Contestant, count: int) -> Arguments:
        chosen = round_.random.choices(round_.data.channels, k=count)
        return [(contestant.id(channel),) for channel in chosen]

    async def whole(round_: Round, contestant: Contestant, count: int) -> Arguments:
        size = round_.data.size.messages
        channels = [contestant.id(channel) for channel in round_.data.channels[: number // size]]
        return [(channels,) for _ in range(count)]

    def latest(contestant: Contestant, channel: Any) -> Awaitable[Any]:
        return contestant.find_latest(channel, number)

    def messages(contestant: Contestant, channels: Any) -> Awaitable[Any]:
        return contestant.find_messages(channels)

    repeat = max(1, 1_000 // number)
    if number < 1_000:
        return Operation(f"{number:,} rows", 0, repeat, latest, page)
    return Operation(f"{number:,} rows", 0, repeat, messages, whole)


def _depth(number: int) -> Operation:
    async def prepare(round_: Round, contestant: Contestant, count: int) -> Arguments:
        users = [contestant.id(user) for user in round_.data.users]
        return [(round_.random.sample(users, min(USERS, len(users))),) for _ in range(count)]

    def ask(contestant: Contestant, users: Any) -> Awaitable[Any]:
        return contestant.with_relations(users, number)

    names = ", ".join(name for name, _ in LEVELS[:number])
    return Operation(f"{USERS} users" + (f" with {names}" if names else ""), 0, 3, ask, prepare)


async def _memory(stage: Stage, contestant: Contestant, rows: int) -> float:
    number = rows // stage.data.size.messages
    channels = [contestant.id(channel) for channel in stage.data.channels[:number]]
    await contestant.find_messages(channels[:1])  # fills the caches first
    gc.collect()
    tracemalloc.start()
    try:
        found = await contestant.find_messages(channels)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return held / 2**20 * rows / len(found)
