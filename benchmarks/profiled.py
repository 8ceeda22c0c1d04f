"""Profiles an operation: CPU time by room.

The profiler makes calls of Python functions slower, so only the shares are meaningful.
"""

from __future__ import annotations

import cProfile
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pstats import Stats
from random import Random
from typing import Any, Final

import prismongo
from benchmarks.environment import Environment
from benchmarks.library import Library
from benchmarks.operations import Operation, Round, clean

REPEAT: Final = 20
"""How many samples are profiled together."""

DRIVER: Final = "driver and asyncio"
GENERATED: Final = "generated functions"
"""Those that make documents of data, and records of rows."""
OTHER: Final = "other rooms"
ROOMS: Final = (DRIVER, "client", "engine", "query", "stores", GENERATED, OTHER)
_LIBRARY: Final = f"{Path(prismongo.__file__).parent}{os.sep}"
_WAIT: Final = "'poll' of 'select"

Function = tuple[str, int, str]


@dataclass(frozen=True)
class Profile:
    """Where the CPU time of an operation goes, in microseconds, made slower by the profiler.

    Attributes:
        name: of the operation.
        base: what PyMongo takes.
        ours: what ours takes, by room.
        functions: our functions that take the most themselves.
    """

    name: str
    base: float
    ours: Mapping[str, float]
    functions: Sequence[tuple[float, str]]

    def as_markdown(self) -> str:
        """A table of it."""
        lines = [f"| {self.name}, µs | |", "| --- | ---: |", f"| PyMongo, all | {self.base:.1f} |"]
        lines += [f"| ours: {room} | {self.ours[room]:.1f} |" for room in ROOMS]
        lines += ["", *(f"{own:8.2f}  {name}" for own, name in self.functions)]
        return "\n".join(lines)


async def profiled(operation: Operation, environment: Environment) -> Profile:
    """The profile of an operation, without the time in which it waits for the server."""
    base = await _profile(operation, environment, environment.libraries[0])
    ours = await _profile(operation, environment, environment.libraries[-1])
    times = REPEAT * operation.repeat * operation.each / 1e6
    rooms = {room: time / times for room, time in _by_room(ours).items()}
    total = sum(_by_room(base).values()) / times
    return Profile(operation.name, total, rooms, _functions(ours, times))


async def _profile(operation: Operation, environment: Environment, library: Library) -> Stats:
    profile = cProfile.Profile()
    for number in range(REPEAT + 1):  # the first is to warm up
        round_ = Round(environment.data, environment.database, Random(number))  # noqa: S311 - the same for both
        calls = await operation.prepare(round_, library, operation.repeat)
        if number:
            profile.enable()
        for arguments in calls:
            await operation.ask(library, *arguments)
        profile.disable()
        await clean(environment.database, environment.data)
    return Stats(profile)


def _by_room(stats: Stats) -> Counter[str]:
    """Seconds by room; the time of built-in functions counts for their caller."""
    found: Counter[str] = Counter(dict.fromkeys(ROOMS, 0))
    for function, (_, _, own, _, callers) in _entries(stats).items():
        if _WAIT in function[2]:
            continue
        if function[0] != "~" or not callers:
            found[room_of(function[0])] += own
            continue
        for caller, (_, _, share, _) in callers.items():
            found[room_of(caller[0])] += share
    return found


def _functions(stats: Stats, times: float) -> list[tuple[float, str]]:
    """The functions of ours that take the most themselves, with their microseconds."""
    mine = [
        (own / times, f"{path.rpartition('/')[2]}:{line} {name}")
        for (path, line, name), (_, _, own, _, _) in _entries(stats).items()
        if room_of(path) != DRIVER
    ]
    return sorted(mine, reverse=True)[:15]


def _entries(stats: Stats) -> dict[Function, Any]:
    return stats.stats  # type: ignore[attr-defined,no-any-return]  # documented, but not typed


def room_of(path: str) -> str:
    """The room of a file: a package of prismongo; what is not ours counts for the driver."""
    if path == "<string>":
        return GENERATED
    if not path.startswith(_LIBRARY):
        return DRIVER
    room = path.removeprefix(_LIBRARY).partition(os.sep)[0]
    return room if room in ROOMS else OTHER
