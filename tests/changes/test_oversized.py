"""A change of more than 16 MB: each consumer stops, gets it without the record, or goes on."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

import pytest
from prisma.errors import DataError
from prisma.models import Message, Notification
from pymongo.database import Database

from database import DatabaseService
from prismongo.changes import Change, Changes, Checkpoint, OnOversized
from prismongo.changes.stream import WatchOptions
from prismongo.errors import OversizedChangeError
from tests.changes.taking import contents, post, take
from tests.waiting import until

Document = dict[str, Any]
LARGE = 9_000_000
"""Bytes: a record holds so many, and an event holds no two of them."""


async def change_large(database: DatabaseService, message: Message, letter: str = "b") -> None:
    """An update whose event is too large."""
    await database.message.update(where={"id": message.id}, data={"content": letter * LARGE})


@pytest.fixture
async def large(database: DatabaseService, store: str, request: pytest.FixtureRequest) -> Message:
    if store == "mongo":
        # in the 256 MB of the tests' server several such changes come to a standstill
        raw: Database[Document] = request.getfixturevalue("raw")
        cache = {"wiredTigerEngineRuntimeConfig": "cache_size=1G"}
        await asyncio.to_thread(raw.client.admin.command, {"setParameter": 1, **cache})
    return await database.message.create(data={"content": "a" * LARGE})


async def oversized(changes: Changes[Message]) -> OversizedChangeError:
    with pytest.raises(OversizedChangeError, match="update of a record of Message") as raised:
        await take(changes, 1)
    return raised.value


async def test_a_consumer_stops_and_its_error_continues(
    database: DatabaseService, large: Message
) -> None:
    async with database.watch(Message) as changes:
        await post(database, "before")
        await change_large(database, large)
        await post(database, "after")
        assert await contents(changes, 1) == ["before"]
        before = changes.token
        error = await oversized(changes)
        assert await oversized(changes) is error
        assert changes.token == before
    assert error.meta == {"model": "Message", "operation": "update"}
    assert error.code == "P2035"

    async with database.watch(Message, resume_after=error.token) as again:
        assert await contents(again, 1) == ["after"]


async def test_a_change_is_reported_without_its_record(
    database: DatabaseService, large: Message, caplog: pytest.LogCaptureFixture
) -> None:
    async with database.watch(Message, on_oversized="report") as changes:
        await post(database, "before")
        with caplog.at_level(logging.WARNING, logger="prismongo.changes"):
            await change_large(database, large)
            await post(database, "after")
            first, change, last = await take(changes, 3)
    assert (change.operation, change.model, change.id) == ("update", "Message", large.id)
    assert change.is_oversized
    assert (change.after, change.before) == (None, None)
    assert "content" in change.updated_fields
    assert first.token < change.token < last.token
    assert first.time <= change.time <= last.time
    assert not first.is_oversized
    assert not last.is_oversized
    assert change.token in caplog.text

    async with database.watch(Message, resume_after=change.token) as again:
        assert await contents(again, 1) == ["after"]


async def test_a_change_is_skipped_and_counted(database: DatabaseService, large: Message) -> None:
    async with database.watch(Message, on_oversized="skip") as changes:
        await post(database, "one")
        await change_large(database, large)
        await change_large(database, large, "c")
        await post(database, "two")
        assert await contents(changes, 2) == ["one", "two"]
        assert changes.skipped == 2


async def test_each_of_those_who_share_a_stream_has_its_own_policy(
    database: DatabaseService, large: Message
) -> None:
    async with (
        database.watch(Message, on_oversized="report") as told,
        database.watch(Message) as stopped,
        database.watch(Message, on_oversized="skip") as unaware,
    ):
        assert told._stream is stopped._stream is unaware._stream
        await change_large(database, large)
        await post(database, "after")
        error = await oversized(stopped)
        change, after = await take(told, 2)
        assert (change.token, change.is_oversized, after.is_oversized) == (error.token, True, False)
        assert await take(unaware, 1) == [after]
        await post(database, "later")
        assert await contents(told, 1) == await contents(unaware, 1) == ["later"]
        await oversized(stopped)


# --- a checkpoint ---


async def past_a_checkpoint(database: DatabaseService, large: Message) -> None:
    """A consumer that was away while a large change happened."""
    async with database.watch(Message, checkpoint=Checkpoint(database, "mailer")):
        pass
    await post(database, "before")
    await change_large(database, large)
    await post(database, "after")


async def test_every_restart_stops_there_until_somebody_decides(
    database: DatabaseService, large: Message
) -> None:
    await past_a_checkpoint(database, large)
    mailer = Checkpoint(database, "mailer")
    async with database.watch(Message, checkpoint=mailer) as changes:
        assert await contents(changes, 1) == ["before"]
        first = await oversized(changes)
    for _ in range(2):
        async with database.watch(Message, checkpoint=mailer) as changes:
            error = await oversized(changes)
        assert error.token == first.token

    assert error.token is not None
    await mailer.save(error.token)
    async with database.watch(Message, checkpoint=mailer) as changes:
        assert await contents(changes, 1) == ["after"]


@pytest.mark.parametrize("on_oversized", ["skip", "report"])
async def test_a_restart_goes_on(
    database: DatabaseService, large: Message, on_oversized: OnOversized
) -> None:
    await past_a_checkpoint(database, large)
    mailer = Checkpoint(database, "mailer")
    async with database.watch(Message, checkpoint=mailer, on_oversized=on_oversized) as changes:
        found = await take(changes, 2 if on_oversized == "skip" else 3)
        await changes.handled()
    assert [each.is_oversized for each in found] == (
        [False, False] if on_oversized == "skip" else [False, True, False]
    )
    await post(database, "later")
    async with database.watch(Message, checkpoint=mailer, on_oversized=on_oversized) as changes:
        assert await contents(changes, 1) == ["later"]


async def test_what_is_skipped_is_handled(database: DatabaseService, large: Message) -> None:
    """The token passes a skipped change, also if no other change follows."""
    async with database.watch(Message, on_oversized="skip") as changes:
        await post(database, "before")
        (before,) = await take(changes, 1)
        await change_large(database, large)
        async with database.watch(
            Message, resume_after=before.token, on_oversized="report"
        ) as told:
            (large_change,) = await take(told, 1)
        taking = asyncio.ensure_future(anext(changes))
        await until(lambda: changes.skipped == 1 and changes.token >= large_change.token)
        await post(database, "after")
        after = (await taking).after
        assert after is not None
        assert after.content == "after"


# --- filters ---


async def test_a_filter_decides_as_for_other_changes(
    database: DatabaseService, large: Message
) -> None:
    def watch(pinned: bool) -> Changes[Message]:
        return database.watch(Message, where={"isPinned": pinned}, on_oversized="report")

    async with watch(pinned=False) as matching, watch(pinned=True) as other:
        await change_large(database, large)
        await database.message.create(data={"content": "after", "isPinned": True})
        await post(database, "later")
        assert [each.is_oversized for each in await take(matching, 2)] == [True, False]
        assert await contents(other, 1) == ["after"]


async def test_a_filter_on_what_is_too_large(database: DatabaseService, large: Message) -> None:
    """A server compares no two documents of 9 MB at once."""

    def watch(start: str, after: str | None = None) -> Changes[Message]:
        where: Any = {"content": {"startswith": start}}
        return database.watch(Message, where=where, on_oversized="report", resume_after=after)

    async with watch("b") as matching, watch("c") as other:
        await change_large(database, large)
        await post(database, "bye", "ciao")
        found = await take(matching, 2)
        assert [each.is_oversized for each in found] == [True, False]
        assert await contents(other, 1) == ["ciao"]

    async with watch("b", after=found[0].token) as again:
        assert await contents(again, 1) == ["bye"]
    async with watch("c", after=found[0].token) as again:
        await change_large(database, large, "c")
        change, large_change = await take(again, 2)
        assert change.after is not None
        assert (change.after.content, large_change.is_oversized) == ("ciao", True)


async def test_a_token_of_another_filter_passes_a_large_change(
    database: DatabaseService, large: Message
) -> None:
    """A stream that begins at a token that it does not have: the change of that time is passed."""
    async with database.watch(Message, on_oversized="report") as changes:
        async with database.tx() as tx:
            await tx.message.update(where={"id": large.id}, data={"content": "b" * LARGE})
            await tx.message.create(data={"content": "x"})
            await tx.message.create(data={"content": "after"})
        _, other, _ = await take(changes, 3)
    where: Any = {"id": {"not": other.id}}
    async with database.watch(Message, where=where, resume_after=other.token) as again:
        assert await contents(again, 1) == ["after"]


async def test_a_stream_of_several_models(database: DatabaseService, large: Message) -> None:
    async with database.watch(Message, Notification, on_oversized="report") as changes:
        await change_large(database, large)
        await database.message.delete(where={"id": large.id})
        found: list[Change[Message | Notification]] = await take(changes, 2)
    assert [(each.operation, each.is_oversized) for each in found] == [
        ("update", True),
        ("delete", False),
    ]


# --- limits ---


@pytest.mark.mongo_only("the driver writes past the rules of the schema")
async def test_an_id_that_the_schema_does_not_have_is_the_error_of_those_who_report(
    database: DatabaseService, raw: Database[Document]
) -> None:
    raw["Message"].insert_one({"_id": 1, "content": "a" * LARGE})
    async with database.watch(Message, on_oversized="report") as changes:
        raw["Message"].update_one({"_id": 1}, {"$set": {"content": "b" * LARGE}})
        await post(database, "after")
        with pytest.raises(DataError, match=r"Message\.id"):
            await take(changes, 1)
        assert await contents(changes, 1) == ["after"]


async def test_another_policy_is_refused(database: DatabaseService) -> None:
    with pytest.raises(DataError, match=r"on_oversized.*expected stop, report or skip"):
        database.watch(Message, **cast(WatchOptions, {"on_oversized": "ignore"}))
