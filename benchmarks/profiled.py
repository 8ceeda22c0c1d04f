"""Profiles an operation: CPU time by package.

The profiler makes calls of Python functions slower, so only the shares are meaningful.
"""

from __future__ import annotations

import cProfile
from collections import Counter
from pstats import Stats
from random import Random
from typing import Any, Final

from benchmarks.environment import Environment
from benchmarks.library import Library
from benchmarks.operations import Operation, Round, clean

REPEAT: Final = 20
"""How many samples are profiled together."""

PACKAGES: Final = ("pymongo", "bson", "prisma", "pydantic", "asyncio", "prismongo", "benchmarks")
OURS: Final = "prismongo"
OTHER: Final = "other"

Function = tuple[str, int, str]


async def profiled(operation: Operation, environment: Environment) -> str:
    """A table of microseconds an operation, for the base and for ours, and our functions."""
    base = await _profile(operation, environment, environment.libraries[0])
    ours = await _profile(operation, environment, environment.libraries[-1])
    times = REPEAT * operation.repeat * operation.each
    lines = [f"| {operation.name}, µs | PyMongo | ours |", "| --- | ---: | ---: |"]
    first, second = _by_package(base), _by_package(ours)
    lines += [
        f"| {name} | {first[name] / times * 1e6:.1f} | {second[name] / times * 1e6:.1f} |"
        for name in (*PACKAGES, OTHER)
    ]
    return "\n".join([*lines, "", *_functions(ours, times)])


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


def _by_package(stats: Stats) -> Counter[str]:
    """Seconds by package; the time of built-in functions counts for their caller."""
    found: Counter[str] = Counter()
    for function, (_, _, own, _, callers) in _entries(stats).items():
        if function[0] != "~" or not callers:
            found[package_of(function[0])] += own
            continue
        for caller, (_, _, share, _) in callers.items():
            found[package_of(caller[0])] += share
    return found


def _functions(stats: Stats, times: int) -> list[str]:
    """The functions of ours that take the most themselves, with their microseconds."""
    mine = [
        (own / times * 1e6, f"{path.rpartition('/')[2]}:{line} {name}")
        for (path, line, name), (_, _, own, _, _) in _entries(stats).items()
        if package_of(path) == OURS
    ]
    return [f"{own:8.2f}  {name}" for own, name in sorted(mine, reverse=True)[:15]]


def _entries(stats: Stats) -> dict[Function, Any]:
    return stats.stats  # type: ignore[attr-defined,no-any-return]  # documented, but not typed


def package_of(path: str) -> str:
    """The package of a file: the last folder of such a name."""
    if path == "<string>":  # readers are generated
        return OURS
    places = {path.rfind(f"/{name}/"): name for name in PACKAGES}
    return places[max(places)] if max(places) >= 0 else OTHER
