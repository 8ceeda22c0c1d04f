"""A channel as it happens: typed events with their authors, shared by all who follow it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prisma.models import Community, User
from pymongo import MongoClient

from containers import ApplicationContainer, running
from containers.messages import (
    ChannelEvent,
    ChannelEvents,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageService,
    ReactionAdded,
    ReactionRemoved,
)
from database import DatabaseService, DatabaseSettings
from prismongo.containers.lifecycle import stop
from prismongo.containers.testing import overridden
from prismongo.errors import ConnectionError, SlowConsumerError, UnsupportedOperationError
from prismongo.testing import factory, fake
from prismongo.url import url_database
from tests.application import made
from tests.clock import Clock
from tests.cursors import open_cursors
from tests.kraken.features.conftest import Register
from tests.waiting import PATIENCE, until

CHANNEL = "5f0000000000000000000001"


@pytest.fixture
def messages(container: ApplicationContainer) -> MessageService:
    return container.messages.service()


@pytest.fixture
def other_channel_id(community: Community) -> str:
    assert community.channels
    return community.channels[1].id


async def take(events: ChannelEvents, count: int) -> list[ChannelEvent]:
    async with asyncio.timeout(PATIENCE):
        return [await anext(events) for _ in range(count)]


def shown(event: ChannelEvent) -> tuple[type, str, str | None]:
    """What it is, what of, and whose."""
    if isinstance(event, ReactionAdded | ReactionRemoved):
        return type(event), event.emoji, event.user.username if event.user else None
    message = event.message
    return type(event), message.content, message.author.username if message.author else None


async def test_messages_new_edited_and_deleted_with_their_author(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    async with messages.subscribe(channel_id) as events:
        first = await messages.post(channel_id, ada.id, "helo")
        await messages.edit(first.id, ada.id, "hello")
        await messages.post(channel_id, grace.id, "hi", mentions=[ada.id])
        await messages.delete(first.id)
        found = await take(events, 4)

    assert [shown(event) for event in found] == [
        (MessagePosted, "helo", "ada"),
        (MessageEdited, "hello", "ada"),
        (MessagePosted, "hi", "grace"),
        (MessageDeleted, "hello", "ada"),
    ]
    assert isinstance(found[0], MessagePosted)
    assert found[0].message == first
    assert isinstance(found[3], MessageDeleted)
    assert found[3].message.id == first.id
    assert [event.time for event in found] == sorted(event.time for event in found)


async def test_reactions_with_their_user(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    message = await messages.post(channel_id, ada.id, "hello")
    async with messages.subscribe(channel_id) as events:
        for _ in range(2):  # the same again changes nothing
            await messages.react(message.id, grace.id, "+1")
        await messages.react(message.id, ada.id, "heart")
        await messages.unreact(message.id, grace.id, "+1")
        found = await take(events, 3)

    assert [shown(event) for event in found] == [
        (ReactionAdded, "+1", "grace"),
        (ReactionAdded, "heart", "ada"),
        (ReactionRemoved, "+1", "grace"),
    ]
    assert isinstance(found[0], ReactionAdded)
    assert found[0].message_id == message.id


async def test_what_is_of_other_channels_or_no_event_is_not_told(
    messages: MessageService, ada: User, channel_id: str, other_channel_id: str
) -> None:
    root = await messages.post(channel_id, ada.id, "root")
    async with messages.subscribe(channel_id) as events:
        elsewhere = await messages.post(other_channel_id, ada.id, "elsewhere")
        await messages.react(elsewhere.id, ada.id, "+1")
        await messages.pin(root.id, ada.id)
        await messages.unpin(root.id)
        await messages.delete(root.id)
        await messages.delete(root.id)
        await messages.database.message.update(where={"id": root.id}, data={"content": "unseen"})
        reply = await messages.post(channel_id, ada.id, "next")
        await messages.post(channel_id, ada.id, "reply", reply_to=reply.id)  # counts on `next`
        found = await take(events, 3)

    assert [shown(event)[:2] for event in found] == [
        (MessageDeleted, "root"),
        (MessagePosted, "next"),
        (MessagePosted, "reply"),
    ]


async def test_what_is_removed_for_good_is_one_event(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    message = await messages.post(channel_id, ada.id, "hello")
    await messages.react(message.id, grace.id, "+1")
    async with messages.subscribe(channel_id) as events:
        await messages.database.user.delete(where={"id": grace.id})
        await messages.database.message.delete(where={"id": message.id})
        (event,) = await take(events, 1)

    assert shown(event) == (MessageDeleted, "hello", "ada")


async def test_a_message_that_moves_is_deleted_here_and_new_there(
    messages: MessageService, ada: User, channel_id: str, other_channel_id: str
) -> None:
    message = await messages.post(channel_id, ada.id, "hello")
    async with (
        messages.subscribe(channel_id) as here,
        messages.subscribe(other_channel_id) as there,
    ):
        await messages.database.message.update(
            where={"id": message.id}, data={"channel": {"connect": {"id": other_channel_id}}}
        )
        assert [shown(event)[0] for event in await take(here, 1)] == [MessageDeleted]
        assert [shown(event)[0] for event in await take(there, 1)] == [MessagePosted]


async def test_a_token_continues_after_its_event(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    async with messages.subscribe(channel_id) as events:
        for text in ("one", "two"):
            await messages.post(channel_id, ada.id, text)
        first, second = await take(events, 2)
        assert events.token == second.token
    await messages.post(channel_id, ada.id, "three")

    async with messages.subscribe(channel_id, resume_after=first.token) as events:
        found = await take(events, 2)
    assert [shown(event)[1] for event in found] == ["two", "three"]


async def test_an_authors_name_is_that_of_now(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    async with messages.subscribe(channel_id) as events:
        await messages.post(channel_id, ada.id, "one")
        (one,) = await take(events, 1)
        await messages.database.user.update(where={"id": ada.id}, data={"username": "countess"})
        await messages.post(channel_id, ada.id, "two")
        (two,) = await take(events, 1)
    assert (shown(one)[2], shown(two)[2]) == ("ada", "countess")


async def test_a_reader_who_is_too_slow_can_ask_to_be_told(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    async with messages.subscribe(channel_id, buffer=2, policy="fail") as events:
        async with messages.subscribe(channel_id) as quick:
            for number in range(4):
                await messages.post(channel_id, ada.id, str(number))
            await take(quick, 4)
        await take(events, 2)
        with pytest.raises(SlowConsumerError) as slow:
            await take(events, 1)
    async with messages.subscribe(channel_id, resume_after=slow.value.token) as events:
        assert [shown(event)[1] for event in await take(events, 2)] == ["2", "3"]


# --- many who follow one channel ---


async def test_an_author_is_looked_up_once_however_many_follow() -> None:
    database = fake(DatabaseService)
    ada = await factory(User, database).create(username="ada")
    entered = [asyncio.Event() for _ in range(50)]
    with overridden(made(DatabaseSettings()), database=database) as container:

        async def follow(number: int) -> list[ChannelEvent]:
            async with container.messages.service().subscribe(CHANNEL) as events:
                entered[number].set()
                return await take(events, 3)

        async with running(container):
            readers = [asyncio.create_task(follow(number)) for number in range(50)]
            await asyncio.gather(*(each.wait() for each in entered))
            for number in range(3):
                await container.messages.service().post(CHANNEL, ada.id, str(number))
            found = await asyncio.gather(*readers)

    assert [shown(event)[1:] for event in found[0]] == [(str(n), "ada") for n in range(3)]
    assert all(each == found[0] for each in found)
    assert [call.name for call in database.fake.calls].count("user.find_unique") == 3


async def test_those_who_follow_a_channel_share_a_cursor(
    settings_pushed: DatabaseSettings, pushed_url: str, mongo_client: MongoClient[Any]
) -> None:
    ours = f"{url_database(pushed_url)}."
    left_by_others = open_cursors(mongo_client, ours)  # the server closes them after a while
    async with running(made(settings_pushed)) as container:
        messages = container.messages.service
        async with messages().subscribe(CHANNEL), messages().subscribe(CHANNEL):
            assert len(open_cursors(mongo_client, ours) - left_by_others) == 1


# --- what goes wrong ---


async def test_asking_again_after_a_time_out_or_a_failure_misses_nothing(clock: Clock) -> None:
    database = fake(DatabaseService)
    messages = MessageService(database)
    ada = await factory(User, database).create(username="ada")
    async with messages.subscribe(CHANNEL) as events:
        await messages.post(CHANNEL, ada.id, "hello")
        database.fake.delay("user.find_unique", 60, times=1)
        waiting = asyncio.ensure_future(asyncio.wait_for(anext(events), 30))
        await until(lambda: any(call.name == "user.find_unique" for call in database.fake.calls))
        clock.advance(30)
        with pytest.raises(TimeoutError):
            await waiting
        database.fake.fail("user.find_unique", ConnectionError("It is away.", code="P1001"))
        with pytest.raises(ConnectionError):
            await anext(events)
        (event,) = await take(events, 1)
    assert shown(event) == (MessagePosted, "hello", "ada")


async def test_stopping_the_application_ends_the_loop(
    container: ApplicationContainer, store: str, register: Register, channel_id: str
) -> None:
    ada = await register("lovelace")
    messages = container.messages.service()
    seen: list[ChannelEvent] = []
    entered = asyncio.Event()

    async def follow() -> None:
        async with messages.subscribe(channel_id) as events:
            entered.set()
            seen.extend([event async for event in events])

    reader = asyncio.create_task(follow())
    await entered.wait()
    await messages.post(channel_id, ada.id, "hello")
    if store == "memory":
        await messages.database.disconnect()  # overridden: it is the test's own to stop
    else:
        await stop(container)
    await asyncio.wait_for(reader, PATIENCE)
    assert [shown(event)[1] for event in seen] in ([], ["hello"])


async def test_disconnecting_while_an_author_is_looked_up_ends_the_loop(clock: Clock) -> None:
    database = fake(DatabaseService)
    messages = MessageService(database)
    events = messages.subscribe(CHANNEL)
    async with events:
        await database.message.create(
            {"content": "hello", "channelId": CHANNEL, "authorId": "1" * 24}
        )
        database.fake.delay("user.find_unique", 60)
        reader = asyncio.create_task(take(events, 1))
        await until(lambda: any(call.name == "user.find_unique" for call in database.fake.calls))
        await database.disconnect()
        clock.advance(60)
        with pytest.raises(StopAsyncIteration):
            await events.__anext__()
        reader.cancel()


async def test_without_images_it_is_refused_by_name(settings: DatabaseSettings) -> None:
    async with running(made(settings)) as container:
        with pytest.raises(UnsupportedOperationError, match="prismongo push") as refused:
            async with container.messages.service().subscribe(CHANNEL):
                pass
    assert refused.value.code == "P2026"
