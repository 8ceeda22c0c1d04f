"""`python -m benchmarks`: the tables of docs/performance.md, on an embedded mongod.

Without arguments they are printed and written there. The exit status is 0 if everything could be
measured, with any result.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Final

from benchmarks.clients import costs_of_clients
from benchmarks.data import Size
from benchmarks.environment import Environment, prepared
from benchmarks.fakes import fakes
from benchmarks.growth import growth_with_depth, growth_with_rows, memory_of_rows
from benchmarks.measure import measure
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.profiled import profiled
from benchmarks.report import Report, write
from benchmarks.starting import cold_import, resolving, starts
from prismongo.embedded.mongod import Mongod

ROUNDS: Final = 15
QUICK_ROUNDS: Final = 5


def main(arguments: Sequence[str]) -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds; nothing is written")
    parser.add_argument("--only", metavar="NAME", help="operations with this in their name, alone")
    parser.add_argument("--profile", metavar="NAME", help="where the time of an operation goes")
    given = parser.parse_args(arguments)
    rounds = QUICK_ROUNDS if given.quick else ROUNDS
    if given.profile:
        print(asyncio.run(_profile(_named(given.profile)[0])))
        return
    markdown = asyncio.run(_tables(_named(given.only or ""), rounds, full=not given.only))
    print(markdown)
    if not given.quick and not given.only:
        write(markdown)


def _named(part: str) -> list[Operation]:
    found = [operation for operation in OPERATIONS if part in operation.name]
    if not found:
        raise SystemExit(f"There is no operation with {part!r} in its name.")
    return found


async def _tables(operations: Sequence[Operation], rounds: int, *, full: bool) -> str:
    report = Report()
    if full:
        report.figures += cold_import(max(3, rounds // 3))
        _progress("the generated client")
        report.costs += costs_of_clients(max(2, rounds // 5))
    async with Mongod() as mongod, prepared(mongod.url("benchmark"), Size()) as environment:
        for operation in operations:
            _progress(operation.name)
            report.operations.append(
                await measure(
                    operation, environment.libraries, environment.data, environment.database, rounds
                )
            )
        if full:
            await _more(report, environment, rounds)
            missed = [each.operation for each in report.operations if each.is_missed]
            report.profiles += [await profiled(each, environment) for each in missed]
        server = (await environment.database.command("buildInfo"))["version"]
    return report.as_markdown(server, rounds)


async def _more(report: Report, environment: Environment, rounds: int) -> None:
    _progress("start, resolve, memory")
    report.figures += await starts(environment.url, max(3, rounds // 3))
    report.figures += await resolving(environment.url, 10_000)
    report.figures += await memory_of_rows(environment, 10_000)
    _progress("the fake")
    report.figures += await fakes(max(3, rounds // 3))
    _progress("growth")
    report.depth += await growth_with_depth(environment, rounds)
    report.rows += await growth_with_rows(environment, max(3, rounds // 5))


async def _profile(operation: Operation) -> str:
    async with Mongod() as mongod, prepared(mongod.url("benchmark"), Size()) as environment:
        return (await profiled(operation, environment)).as_markdown()


def _progress(name: str) -> None:
    print(f"… {name}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
