"""Turns: who lost waits in a queue, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest
from prisma.errors import DataError

from prismongo.engine.conflicts import Attempts, Conflicts, contended, inside
from prismongo.query.nodes.filters import Compare, Filter
from prismongo.query.nodes.steps import Insert, RawCommand, Step, UpdateOne
from prismongo.schema import parse
from prismongo.stores.errors import write_conflict
from tests.clock import Clock
from tests.engines import HEADER
from tests.waiting import PATIENCE

LONG: Final = 10_000.0
MODEL: Final = parse(HEADER + 'model Row {\n  id Int @id @map("_id")\n}').models[0]


def write(value: object) -> Step:
    where: Filter = Compare(("_id",), "eq", value)
    return UpdateOne(MODEL, where, ())


async def lost(conflicts: Conflicts, *values: object, limit: float = LONG) -> Attempts:
    """Attempts that lost, and have their next turn."""
    attempts = conflicts.attempts(limit)
    for value in values:
        attempts.lose(write(value))
        await attempts.next(write_conflict())
    return attempts


async def test_turns_are_taken_in_the_order_of_arrival() -> None:
    conflicts = Conflicts(LONG)
    first = await lost(conflicts, 1)
    done: list[int] = []

    async def one(number: int) -> None:
        attempts = await lost(conflicts, 1)
        done.append(number)
        await asyncio.sleep(0)
        attempts.release()

    tasks = [asyncio.create_task(one(number)) for number in range(10)]
    await asyncio.sleep(0.01)
    assert not done
    first.release()
    await asyncio.gather(*tasks)
    assert done == list(range(10))
    assert not conflicts.has_turns


async def test_who_comes_later_waits_before_it_begins() -> None:
    conflicts = Conflicts(LONG)
    first = await lost(conflicts, 1)
    other, same = conflicts.attempts(), conflicts.attempts()
    await other.enter(write(2))  # nobody is there
    waiting = asyncio.create_task(same.enter(write(1)))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    first.release()
    await waiting
    same.release()
    assert not conflicts.has_turns


async def test_two_that_want_the_same_two_in_opposite_orders_do_not_wait_for_each_other() -> None:
    conflicts = Conflicts(LONG)

    async def one(*values: int) -> None:
        attempts = await lost(conflicts, *values)
        await asyncio.sleep(0)
        attempts.release()

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(one(*pair) for _ in range(20) for pair in ((1, 2), (2, 1))))
    assert not conflicts.has_turns


async def test_the_failure_is_raised_when_the_time_is_up(clock: Clock) -> None:
    conflicts = Conflicts(LONG)
    attempts = await lost(conflicts, 1)
    clock.advance(LONG)
    failure = write_conflict()
    with pytest.raises(DataError) as caught:
        await attempts.next(failure)
    assert caught.value is failure
    attempts.release()
    assert not conflicts.has_turns


async def test_the_time_is_up_while_it_waits() -> None:
    conflicts = Conflicts(LONG)
    first = await lost(conflicts, 1)
    with pytest.raises(DataError):
        await lost(conflicts, 1, limit=0.01)
    first.release()
    assert not conflicts.has_turns


async def test_who_is_cancelled_while_it_waits_leaves_the_queue() -> None:
    conflicts = Conflicts(LONG)
    first = await lost(conflicts, 1)
    waiting = asyncio.create_task(lost(conflicts, 1))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    first.release()
    assert not conflicts.has_turns


async def test_inside_a_callback_nobody_waits_for_a_turn() -> None:
    conflicts = Conflicts(LONG)
    first = await lost(conflicts, 1)
    with inside(first):
        attempts = conflicts.attempts()
        await attempts.enter(write(1))
        attempts.lose(write(1))
        await attempts.next(write_conflict())
        attempts.release()
    first.release()


async def test_inside_a_callback_without_a_turn_it_is_waited_for() -> None:
    """Nor is one waited for while only attempts further out have one."""
    conflicts = Conflicts(LONG)
    outer, other = conflicts.attempts(), await lost(conflicts, 1)
    with inside(outer), inside(conflicts.attempts()):
        waiting = asyncio.create_task(lost(conflicts, 1))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        other.release()
        (await waiting).release()
        outer.lose(write(1))
        await outer.next(write_conflict())
        (await lost(conflicts, 1)).release()
    outer.end()
    assert not conflicts.has_turns


async def test_a_task_that_outlives_its_attempts_waits_for_its_turn() -> None:
    conflicts = Conflicts(LONG)
    first, go_on = await lost(conflicts, 1), asyncio.Event()

    async def late() -> Attempts:
        await go_on.wait()
        return await lost(conflicts, 1)

    with inside(first):
        waiting = asyncio.create_task(late())
    first.end()
    other = await lost(conflicts, 1)
    go_on.set()
    await asyncio.sleep(0.01)
    assert not waiting.done()
    other.release()
    (await waiting).release()
    assert not conflicts.has_turns


def test_what_is_contended() -> None:
    assert contended(write(1)) == contended(write(1)) != contended(write(2))
    assert contended(write([1])) == ("Row", None)  # which cannot be a key
    assert contended(Insert(MODEL, ({"_id": 1},))) == ("Row", None)
    assert contended(RawCommand({"ping": 1})) is None
