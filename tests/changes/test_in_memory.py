"""Streams of a fake, where they cannot be a server's: nothing is kept outside of the process."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from prisma.models import Message

from database import DatabaseService
from prismongo.changes import Checkpoint
from prismongo.errors import ChangeStreamError, HistoryLostError
from prismongo.testing import fake
from tests.changes.taking import post, take

REAL_TOKEN = "826560A1B2000000012B0229296E04"  # as a server gives them


async def test_a_fake_that_nobody_has_connected_can_be_watched() -> None:
    database = fake(DatabaseService)
    async with database.watch(Message) as changes:
        await post(database, "one")
        assert [change.operation for change in await take(changes, 1)] == ["insert"]


async def test_tokens_outlive_the_connection() -> None:
    database = fake(DatabaseService)
    async with database, database.watch(Message) as changes:
        token = changes.token
        await post(database, "one")
    async with database:
        await post(database, "two")
        async with database.watch(Message, resume_after=token) as again:
            found = await take(again, 2)
    assert [change.after.content for change in found if change.after] == ["one", "two"]


async def test_tokens_of_others_are_refused() -> None:
    database, other = fake(DatabaseService), fake(DatabaseService)
    async with other.watch(Message) as changes:
        token = changes.token
    for foreign in (token, REAL_TOKEN, "", "a.b.c", f"{token[:9]}{9:012d}.20260101000000000000"):
        with pytest.raises(ChangeStreamError, match="token to resume after") as refused:
            async with database.watch(Message, resume_after=foreign):
                pass
        assert refused.value.code == "P2009"


async def test_history_is_bounded_and_says_since_when() -> None:
    database = fake(DatabaseService)
    database.fake._memory.oplog.history = 10
    async with database.watch(Message) as changes:
        await post(database, "0")
        (first,) = await take(changes, 1)
    await post(database, *map(str, range(1, 11)))
    async with database.watch(Message, resume_after=first.token) as again:
        assert len(await take(again, 10)) == 10
    await post(database, "11")
    with pytest.raises(HistoryLostError, match="the last 10 writes") as lost:
        async with database.watch(Message, resume_after=first.token):
            pass
    assert lost.value.since == first.time
    assert lost.value.token == first.token


async def test_a_consumer_that_is_too_slow_for_the_history_is_told() -> None:
    database = fake(DatabaseService)
    database.fake._memory.oplog.history = 10
    async with database.watch(Message, buffer=1) as changes:
        await database.message.create_many(data=[{"content": str(number)} for number in range(50)])
        with pytest.raises(HistoryLostError):
            await take(changes, 50)


async def test_what_is_given_is_no_part_of_what_is_stored() -> None:
    database = fake(DatabaseService)
    async with database.watch(Message) as changes:
        await database.message.create(data={"content": "a", "mentionedUserIds": []})
        (change,) = await take(changes, 1)
    assert change.after is not None
    change.after.mentionedUserIds.append("0" * 24)
    assert database.fake.documents("Message")[0]["mentionedUserIds"] == []


async def test_a_snapshot_has_the_checkpoints_of_its_time() -> None:
    database = fake(DatabaseService)
    checkpoint = Checkpoint(database, "consumer")
    empty = database.fake.snapshot()
    async with database.watch(Message, checkpoint=checkpoint):
        kept = await checkpoint.load()
    full = database.fake.snapshot()
    database.fake.restore(empty)
    assert await checkpoint.load() is None
    database.fake.restore(full)
    assert await checkpoint.load() == kept


async def test_going_back_to_a_snapshot_is_told_to_nobody() -> None:
    database = fake(DatabaseService)
    await post(database, "before")
    snapshot = database.fake.snapshot()
    async with database.watch(Message) as changes:
        await post(database, "one")
        database.fake.restore(snapshot)
        await post(database, "two")
        found = await take(changes, 2)
    assert [change.after.content for change in found if change.after] == ["one", "two"]
    assert await database.message.count() == 2


async def test_a_transaction_happens_when_it_is_committed() -> None:
    database = fake(DatabaseService)
    async with database.watch(Message) as changes:
        async with database.tx() as tx:
            await tx.message.create(data={"content": "one"})
            await tx.message.update_many(where={}, data={"content": "two"})
            begun = datetime.now(UTC)
        inserted, updated = await take(changes, 2)
    assert [inserted.operation, updated.operation] == ["insert", "update"]
    assert inserted.time == updated.time >= begun.replace(microsecond=0)
    assert inserted.token < updated.token


async def test_nothing_is_kept_for_those_who_never_watched() -> None:
    database = fake(DatabaseService)
    await post(database, "one")
    assert database.fake._memory.oplog.end.number == 0
