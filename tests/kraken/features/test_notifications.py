"""Notifications: made once by a consumer that may crash, listed, marked as read, counted."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prisma.enums import NotificationType
from prisma.models import User
from pymongo import MongoClient

from containers import ApplicationContainer, running
from containers.errors import NotFoundError
from containers.messages import MessageService
from containers.notifications import (
    NotificationConsumer,
    NotificationService,
    NotificationSettings,
    consumer,
)
from database import DatabaseService, DatabaseSettings
from prismongo.changes import Checkpoint
from prismongo.containers.testing import overridden
from prismongo.embedded import Mongod
from prismongo.errors import ChangeStreamError
from prismongo.testing import factory, fake
from prismongo.url import url_database
from tests import processes
from tests.application import made
from tests.kraken.features.conftest import Register
from tests.waiting import until

MENTION, REPLY = NotificationType.MENTION, NotificationType.REPLY
FRIEND_REQUEST, SYSTEM = NotificationType.FRIEND_REQUEST, NotificationType.SYSTEM
NOBODY = "0" * 24


@pytest.fixture
def notifications(container: ApplicationContainer) -> NotificationService:
    return container.notifications.service()


@pytest.fixture
def messages(container: ApplicationContainer) -> MessageService:
    return container.messages.service()


@pytest.fixture
def database(container: ApplicationContainer) -> DatabaseService:
    return container.database.service()


@asynccontextmanager
async def consuming(consumer: NotificationConsumer) -> AsyncIterator[asyncio.Task[None]]:
    """Runs a consumer until the block is left; cancelling it is its crash."""
    task = asyncio.create_task(consumer.run())
    await consumer.is_open.wait()
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def made_for(database: DatabaseService) -> Counter[tuple[str | None, str, str]]:
    """How often each notification was made."""
    found = await database.notification.find_many()
    return Counter((each.messageId, each.userId, each.type) for each in found)


async def until_made(database: DatabaseService, *expected: tuple[str | None, str, str]) -> None:
    """Returns once these are there; they must be all, and once each."""

    async def are_made() -> bool:
        return await database.notification.count() >= len(expected)

    await until(are_made)
    assert await made_for(database) == Counter(expected)


# --- the consumer ---


async def test_mentions_and_replies_are_told_once_each(
    messages: MessageService,
    database: DatabaseService,
    channel_id: str,
    ada: User,
    grace: User,
    register: Register,
) -> None:
    charles = await register("charles")
    async with consuming(NotificationConsumer(database)):
        everybody = [ada.id, grace.id, grace.id, charles.id, NOBODY]
        root = await messages.post(channel_id, ada.id, "hello", mentions=everybody)
        reply = await messages.post(
            channel_id, grace.id, "hello", reply_to=root.id, mentions=[ada.id]
        )
        await messages.post(channel_id, ada.id, "my own", reply_to=root.id, mentions=[ada.id])
        deleted = await messages.post(channel_id, ada.id, "no news")
        await messages.edit(deleted.id, ada.id, "an edit")
        last = await messages.post(channel_id, charles.id, "later", mentions=[ada.id])
        await until_made(
            database,
            (root.id, grace.id, MENTION),
            (root.id, charles.id, MENTION),
            (reply.id, ada.id, MENTION),
            (reply.id, ada.id, REPLY),
            (last.id, ada.id, MENTION),
        )
    found = await database.notification.find_first(where={"messageId": root.id})
    assert found is not None
    assert (found.actorId, found.channelId, found.isRead) == (ada.id, channel_id, False)


async def test_a_message_that_is_deleted_before_it_is_delivered_is_not_told(
    messages: MessageService, database: DatabaseService, channel_id: str, ada: User, grace: User
) -> None:
    message = await messages.post(channel_id, ada.id, "oh", mentions=[grace.id])
    await messages.delete(message.id)
    await NotificationConsumer(database).deliver(message.id)
    await NotificationConsumer(database).deliver(NOBODY)
    assert await database.notification.count() == 0


async def test_several_consumers_make_one_each(
    messages: MessageService, database: DatabaseService, channel_id: str, ada: User, grace: User
) -> None:
    several = [NotificationConsumer(database) for _ in range(3)]
    posted = [
        await messages.post(channel_id, ada.id, str(number), mentions=[grace.id])
        for number in range(8)
    ]
    await asyncio.gather(*(each.deliver(message.id) for each in several for message in posted))
    assert await made_for(database) == Counter(
        (message.id, grace.id, MENTION) for message in posted
    )


class Crashing(NotificationConsumer):
    """Stands still between the writing of the notifications and the checkpoint."""

    def __init__(self, database: DatabaseService) -> None:
        super().__init__(database)
        self.delivered: list[str] = []

    async def deliver(self, message_id: str) -> None:
        await super().deliver(message_id)
        self.delivered.append(message_id)
        await asyncio.Event().wait()


async def test_a_crash_between_the_write_and_the_checkpoint_tells_nothing_twice(
    messages: MessageService, database: DatabaseService, channel_id: str, ada: User, grace: User
) -> None:
    async with consuming(NotificationConsumer(database)):
        pass  # the checkpoint is there now
    root = await messages.post(channel_id, ada.id, "hello", mentions=[grace.id])
    reply = await messages.post(channel_id, grace.id, "hello", reply_to=root.id, mentions=[ada.id])
    for _ in range(3):
        crashing = Crashing(database)
        async with consuming(crashing):
            await until(lambda: bool(crashing.delivered))  # noqa: B023  it ends in this round
        assert crashing.delivered == [root.id], "what was not saved comes again"
    async with consuming(NotificationConsumer(database)):
        await until_made(
            database,
            (root.id, grace.id, MENTION),
            (reply.id, ada.id, MENTION),
            (reply.id, ada.id, REPLY),
        )


async def test_a_process_that_is_killed_there_tells_nothing_twice(
    messages: MessageService,
    database: DatabaseService,
    channel_id: str,
    ada: User,
    grace: User,
    pushed_url: str,
    mongo_client: MongoClient[dict[str, Any]],
) -> None:
    arguments = ["-m", "tests.kraken.features.consumer", pushed_url]
    posted = []
    for number in range(2):
        with processes.running(arguments) as program:  # killed at the end
            assert await asyncio.to_thread(processes.line_of, program) == "ready"
            posted.append(await messages.post(channel_id, ada.id, str(number), mentions=[grace.id]))
            first = await asyncio.to_thread(processes.line_of, program)
        assert first == posted[0].id, "what was not saved comes again"
        assert mongo_client[url_database(pushed_url)]["Notification"].count_documents({}) == 1
    async with consuming(NotificationConsumer(database)):
        await until_made(database, *((message.id, grace.id, MENTION) for message in posted))


async def test_lost_history_is_read_again(
    messages: MessageService,
    database: DatabaseService,
    channel_id: str,
    ada: User,
    grace: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer, "PAGE", 2)
    posted = [
        await messages.post(channel_id, ada.id, str(number), mentions=[grace.id])
        for number in range(5)
    ]
    await NotificationConsumer(database).deliver(posted[2].id)
    later = NotificationConsumer(database)
    await later.catch_up(posted[0].sent_at)
    expected = [(message.id, grace.id, MENTION) for message in posted]
    assert await made_for(database) == Counter(expected)
    last = await messages.post(channel_id, ada.id, "last", mentions=[grace.id])
    async with consuming(later):
        await until_made(database, *expected, (last.id, grace.id, MENTION))


async def test_a_token_older_than_the_history_is_noticed() -> None:
    """The server is the test's own: to look for such a token, a server reads all of its history."""
    async with (
        Mongod() as server,
        running(made(DatabaseSettings(url=server.url("test")))) as container,
    ):
        database, messages = container.database.service(), container.messages.service()
        ada = await container.users.service().register("ada", "x")
        async with consuming(NotificationConsumer(database)):
            pass
        checkpoint = Checkpoint(database, consumer.NAME)
        token = await checkpoint.load()
        assert token is not None
        first = await messages.post(NOBODY, NOBODY, "hello", mentions=[ada.id])
        await checkpoint.save(f"{token[:2]}{1:08x}{token[10:]}".upper())  # in 1970
        async with consuming(NotificationConsumer(database)):
            await until_made(database, (first.id, ada.id, MENTION))
            second = await messages.post(NOBODY, NOBODY, "hello", mentions=[ada.id])
            await until_made(database, (first.id, ada.id, MENTION), (second.id, ada.id, MENTION))


async def test_a_document_that_cannot_be_read_stops_nothing(
    messages: MessageService,
    database: DatabaseService,
    channel_id: str,
    ada: User,
    grace: User,
    pushed_url: str,
    mongo_client: MongoClient[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with consuming(NotificationConsumer(database)):
        mongo_client[url_database(pushed_url)]["Message"].insert_one({"content": 5})
        message = await messages.post(channel_id, ada.id, "hello", mentions=[grace.id])
        await until_made(database, (message.id, grace.id, MENTION))
    assert "A message gets no notifications" in caplog.text


async def test_an_error_is_logged_and_the_message_comes_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "RETRY_DELAY", 0.0)
    async with fake(DatabaseService) as database:
        user = await factory(User, database).create(username="ada")
        async with consuming(NotificationConsumer(database)):
            database.fake.fail("notification.upsert", "P1001", times=2)
            message = await database.message.create(
                data={"content": "hello", "mentionedUserIds": [user.id]}
            )
            await until_made(database, (message.id, user.id, MENTION))
    warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert len(warnings) == 2
    assert "Notifications pause" in warnings[0].message


async def test_it_runs_from_the_start_to_the_stop_of_the_container() -> None:
    container = made(DatabaseSettings())
    container.notification_settings.override(NotificationSettings())
    with overridden(container, database=fake(DatabaseService)):
        async with running(container):
            database = container.database.service()
            user = await container.users.service().register("ada", "x")
            message = await container.messages.service().post(
                NOBODY, NOBODY, "hello", mentions=[user.id]
            )
            await until_made(database, (message.id, user.id, MENTION))
    assert not [each for each in asyncio.all_tasks() if each.get_name() == "notifications"]


async def test_without_a_replica_set_the_start_fails() -> None:
    async with Mongod(standalone=True) as server:
        container = made(DatabaseSettings(url=server.url("test")))
        container.notification_settings.override(NotificationSettings())
        with pytest.raises(ChangeStreamError, match="replica set"):
            async with running(container):
                pass


# --- the service ---


async def test_notifications_without_a_message_do_not_collide(
    notifications: NotificationService, ada: User, grace: User, register: Register
) -> None:
    charles = await register("charles")
    for actor in (grace, charles):
        await notifications.create(ada.id, FRIEND_REQUEST, actor_id=actor.id)
    await notifications.create(ada.id, SYSTEM)
    await notifications.create(ada.id, SYSTEM)
    found = await notifications.page(ada.id)
    assert [each.actor and each.actor.username for each in found] == [
        None,
        None,
        "charles",
        "grace",
    ]


async def test_a_page_is_of_one_user_and_the_newest_come_first(
    notifications: NotificationService, ada: User, grace: User
) -> None:
    made = [await notifications.create(ada.id, SYSTEM) for _ in range(5)]
    await notifications.create(grace.id, SYSTEM)
    expected = [each.id for each in reversed(made)]
    first = await notifications.page(ada.id, take=3)
    rest = await notifications.page(ada.id, take=3, before=first[-1].id)
    assert [each.id for each in [*first, *rest]] == expected
    for each in first:
        await notifications.mark_read(ada.id, each.id)
    unread = await notifications.page(ada.id, is_unread=True, before=first[-1].id)
    assert [each.id for each in unread] == expected[3:]
    assert [each.is_read for each in await notifications.page(ada.id)] == [True] * 3 + [False] * 2


async def test_marking_as_read_is_for_ones_own(
    notifications: NotificationService, ada: User, grace: User
) -> None:
    made = await notifications.create(ada.id, SYSTEM)
    with pytest.raises(NotFoundError):
        await notifications.mark_read(grace.id, made.id)
    await notifications.mark_read(ada.id, made.id)
    stored = await notifications.database.notification.find_unique_or_raise(where={"id": made.id})
    await notifications.mark_read(ada.id, made.id)
    again = await notifications.database.notification.find_unique_or_raise(where={"id": made.id})
    assert stored.isRead
    assert stored.readAt is not None
    assert again.readAt == stored.readAt


async def test_unread_are_counted_by_type(
    notifications: NotificationService, ada: User, grace: User
) -> None:
    for kind in (SYSTEM, SYSTEM, FRIEND_REQUEST):
        await notifications.create(ada.id, kind)
    await notifications.create(grace.id, SYSTEM)
    (newest, *_) = await notifications.page(ada.id)
    assert await notifications.unread(ada.id) == {SYSTEM: 2, FRIEND_REQUEST: 1}
    await notifications.mark_read(ada.id, newest.id)
    assert await notifications.unread(ada.id) == {SYSTEM: 2}
    assert await notifications.mark_all_read(ada.id) == 2
    assert await notifications.mark_all_read(ada.id) == 0
    assert await notifications.unread(ada.id) == {}
    assert await notifications.unread(grace.id) == {SYSTEM: 1}
