"""Measures: in each round all libraries run, so that a slow moment affects all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median, quantiles

from pymongo.asynchronous.database import AsyncDatabase

from benchmarks.data import DataSet, Document
from benchmarks.library import Library
from benchmarks.operations import Operation, Round, clean


@dataclass
class Times:
    """Seconds that one operation took, a round each."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass
class Measured:
    """One operation: the times of each library, by name.

    The first is the base, the last two are ours, without and with the accelerator.
    """

    operation: Operation
    times: dict[str, Times]

    def milliseconds(self, name: str) -> float:
        """The median of a library's rounds."""
        return median(self.times[name].wall) * 1000

    def ratio(self, name: str) -> float:
        """How many times the base's time it takes: the median over the rounds."""
        return median(self._ratios(name))

    def spread(self, name: str) -> tuple[float, float]:
        """Between which the middle half of the rounds' ratios lies."""
        ratios = self._ratios(name)
        if len(ratios) < 2:
            return ratios[0], ratios[0]
        low, _, high = quantiles(ratios, n=4)
        return low, high

    def cpu_ratio(self, name: str) -> float:
        """The same of this process's CPU time alone: what the server does is in neither."""
        base = next(iter(self.times.values())).cpu
        return median(mine / its for mine, its in zip(self.times[name].cpu, base, strict=True))

    @property
    def is_missed(self) -> bool:
        """Whether ours takes more CPU than its target, without or with the accelerator."""
        target = self.operation.target
        if target is None:
            return False
        found = [round(self.cpu_ratio(name), 2) for name in list(self.times)[-2:]]
        return any(mine > limit for mine, limit in zip(found, target, strict=True))

    def _ratios(self, name: str) -> list[float]:
        base = next(iter(self.times.values())).wall
        return [mine / its for mine, its in zip(self.times[name].wall, base, strict=True)]


async def measure(
    operation: Operation,
    libraries: Sequence[Library],
    data: DataSet,
    database: AsyncDatabase[Document],
    rounds: int,
) -> Measured:
    """The times of an operation; each round draws lots for the order, and all do the same in it."""
    measured = Measured(operation, {library.name: Times() for library in libraries})
    for number in range(-1, rounds):  # the first is to warm up
        order = Random(number).sample(libraries, len(libraries))  # noqa: S311 - the same lots
        for library in order:
            round_ = Round(data, database, Random(number))  # noqa: S311 - the same arguments
            wall, cpu = await _sample(operation, library, round_)
            if number >= 0:
                measured.times[library.name].wall.append(wall)
                measured.times[library.name].cpu.append(cpu)
            await clean(database, data)
    return measured


async def _sample(operation: Operation, library: Library, round_: Round) -> tuple[float, float]:
    """Seconds of wall time and of CPU time that the operation takes once."""
    calls = await operation.prepare(round_, library, operation.repeat)
    gc.collect()  # what others left behind is not this one's to clear away
    ask = operation.ask
    wall, cpu = time.perf_counter(), time.process_time()
    for arguments in calls:
        await ask(library, *arguments)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    times = len(calls) * operation.each
    return wall / times, cpu / times
