"""Many consumers of one filter: one cursor, bounded buffers, and what a full one means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from prisma.models import Message

from database import DatabaseService
from prismongo.changes import Change, Policy
from prismongo.errors import SlowConsumerError
from tests.changes.taking import post, take
from tests.waiting import PATIENCE, until

SUBSCRIBERS = 1_000
EVENTS = 100
LONG = 10 * PATIENCE


def contents(changes: list[Change[Message]]) -> list[str]:
    return [change.after.content for change in changes if change.after]


async def test_a_thousand_subscribers_lose_nothing_and_share_one_cursor(
    database: DatabaseService, cursors: Callable[[], list[int]]
) -> None:
    listening = 0
    everyone_listens = asyncio.Event()

    async def subscribe() -> list[str]:
        nonlocal listening
        where = {"content": {"startswith": "event"}}
        async with database.watch(Message, where=where, buffer=10, policy="wait") as changes:
            listening += 1
            if listening == SUBSCRIBERS:
                everyone_listens.set()
            return contents(await take(changes, EVENTS, within=LONG))

    subscribers = [asyncio.create_task(subscribe()) for _ in range(SUBSCRIBERS)]
    async with asyncio.timeout(LONG):
        await everyone_listens.wait()
    assert len(cursors()) == 1

    expected = [f"event {number}" for number in range(EVENTS)]
    await post(database, *expected)
    found = await asyncio.gather(*subscribers)

    assert all(each == expected for each in found)
    assert cursors() == []


async def test_other_wishes_are_other_streams(
    database: DatabaseService, cursors: Callable[[], list[int]]
) -> None:
    async with (
        database.watch(Message),
        database.watch(Message),
        database.watch(Message, operations={"insert"}),
        database.watch(Message, where={"content": "a"}),
        database.watch(Message, where={"content": "b"}),
        database.watch(Message, where={"replyCount": 1}),
        database.watch(Message, where={"isPinned": True}),
    ):
        assert len(cursors()) == 6


async def test_who_comes_later_sees_what_happens_later(database: DatabaseService) -> None:
    """Even where the shared stream is behind, because another consumer is slow."""
    async with database.watch(Message, buffer=1) as slow:
        await post(database, "one", "two", "three", "four")
        async with database.watch(Message) as late:
            await post(database, "five")
            assert contents(await take(slow, 5)) == ["one", "two", "three", "four", "five"]
            assert contents(await take(late, 1)) == ["five"]


async def test_who_leaves_lets_the_others_go_on(
    database: DatabaseService, cursors: Callable[[], list[int]]
) -> None:
    async with database.watch(Message) as one:
        async with database.watch(Message, buffer=1):
            await post(database, "a", "b", "c")  # held up by whoever takes nothing
            assert contents(await take(one, 1)) == ["a"]
        assert contents(await take(one, 2)) == ["b", "c"]
        assert len(cursors()) == 1


# --- policies ---


async def test_wait_holds_the_stream_up_and_loses_nothing(database: DatabaseService) -> None:
    expected = [str(number) for number in range(50)]
    async with (
        database.watch(Message, buffer=5, policy="wait") as slow,
        database.watch(Message, buffer=1_000) as quick,
    ):
        await post(database, *expected)
        assert contents(await take(quick, 5)) == expected[:5]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(take(quick, 3), 0.3)  # one is in hand, the next waits
        assert contents(await take(slow, 50)) == expected
        assert slow.dropped == 0


async def test_drop_oldest_keeps_the_newest_and_counts(database: DatabaseService) -> None:
    async with (
        database.watch(Message, buffer=5, policy="drop_oldest") as slow,
        database.watch(Message) as quick,
    ):
        await post(database, *(str(number) for number in range(50)))
        assert len(await take(quick, 50)) == 50
        await until(lambda: slow.dropped == 45)
        assert contents(await take(slow, 5)) == ["45", "46", "47", "48", "49"]
        await post(database, "50")
        assert contents(await take(slow, 1)) == ["50"]


async def test_fail_gives_what_was_there_then_the_error(database: DatabaseService) -> None:
    async with (
        database.watch(Message, buffer=5, policy="fail") as slow,
        database.watch(Message) as quick,
    ):
        await post(database, *(str(number) for number in range(7)))
        assert len(await take(quick, 7)) == 7
        before = await take(slow, 5)
        with pytest.raises(SlowConsumerError) as raised:
            await take(slow, 1)

    assert contents(before) == ["0", "1", "2", "3", "4"]
    async with database.watch(Message, resume_after=raised.value.token) as again:
        assert contents(await take(again, 2)) == ["5", "6"]


@pytest.mark.parametrize("policy", ["drop_oldest", "fail"])
async def test_a_consumer_that_keeps_up_is_not_slow(
    database: DatabaseService, policy: Policy
) -> None:
    """Thousands of events may come at once; a small buffer is enough for who takes them."""
    async with database.watch(Message) as earlier:
        pass
    await database.message.create_many(data=[{"content": str(n)} for n in range(2_000)])
    async with database.watch(
        Message, resume_after=earlier.token, buffer=2, policy=policy
    ) as changes:
        found = contents(await take(changes, 2_000))
        assert changes.dropped == 0

    assert found == [str(n) for n in range(2_000)]
