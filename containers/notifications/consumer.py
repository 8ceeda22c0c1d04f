"""NotificationConsumer makes the notifications of posted messages; service.py reads them.

Each mention and each reply gives exactly one notification. A message is delivered at least once:
its notifications are written before the checkpoint is saved, so it comes again after a crash
between the two. They are made once, by the unique of message, user and type. For the same reason
several processes may consume: each of them handles every message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

from prisma.enums import NotificationType
from prisma.errors import ClientNotConnectedError, DataError, PrismaError
from prisma.models import Message
from prisma.types import MessageWhereInput

from containers.notifications.settings import NotificationSettings
from database import DatabaseService
from database.selections import PostedMessage
from prismongo.changes import Changes, ChangeType, Checkpoint
from prismongo.errors import ChangeStreamError, HistoryLostError

LOGGER: Final = logging.getLogger(__name__)

NAME: Final = "notifications"
"""The name of the checkpoint."""

POSTED: Final[frozenset[ChangeType]] = frozenset({"insert"})

UNREADABLE: Final = frozenset({"P2023", "P2032"})
"""The codes of a stored document that does not fit the schema."""

RETRY_DELAY: Final = 5.0
"""Seconds until the stream is opened again after an error."""

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far a process's clock may be from the server's: messages have the process's time."""

PAGE: Final = 100


class NotificationConsumer:
    """Makes the notifications of messages.

    Args:
        database: the database of the messages; it also keeps the checkpoint.
    """

    def __init__(self, database: DatabaseService) -> None:
        self.database = database
        self.is_open = asyncio.Event()
        self._checkpoint = Checkpoint(database, NAME)

    async def run(self) -> None:
        """Follow the messages until the database disconnects.

        `is_open` is set once every later message will be received. Later errors are logged, and the
        stream is opened again after `RETRY_DELAY` seconds.

        Raises:
            PrismaError: the stream could not be opened for the first time.
        """
        while True:
            if await self._follow_until_error():
                return
            await asyncio.sleep(RETRY_DELAY)

    async def _follow_until_error(self) -> bool:
        """Whether the database was disconnected; False after an error."""
        try:
            try:
                await self._follow()
            except HistoryLostError as lost:
                LOGGER.warning("Reading the messages since %s again: %s", lost.since, lost)
                await self.catch_up(lost.since)
                await self._follow()
        except ClientNotConnectedError:
            return True
        except PrismaError as error:
            if not self.is_open.is_set():
                raise
            LOGGER.warning("Notifications pause for %s s", RETRY_DELAY, exc_info=error)
            if isinstance(error, ChangeStreamError):
                await self._skip(error)
            return False
        return True

    async def _skip(self, error: ChangeStreamError) -> None:
        """Continue after a change that no stream can deliver; all before it were handled."""
        try:
            if error.token is not None:
                await self._checkpoint.save(error.token)
        except PrismaError:
            LOGGER.warning("The checkpoint was not saved", exc_info=True)

    async def _follow(self) -> None:
        changes = self.database.watch(Message, operations=POSTED, checkpoint=self._checkpoint)
        async with changes:
            self.is_open.set()
            while await self._handle_next(changes):
                pass

    async def _handle_next(self, changes: Changes[Message]) -> bool:
        """Whether there was a change. A document that does not fit the schema is left out."""
        try:
            change = await anext(changes, None)
            if change is not None:
                await self.deliver(change.id)
        except DataError as error:
            if error.code not in UNREADABLE:
                raise
            LOGGER.warning("A message gets no notifications", exc_info=error)
            return True
        return change is not None

    async def deliver(self, message_id: str) -> None:
        """Make the notifications of a message that do not exist yet.

        A message that was deleted meanwhile has none, nor has a user that does not exist. Nobody is
        told of one's own messages.
        """
        message = await self.database.message.returning(PostedMessage).find_first(
            where={"id": message_id, "isDeleted": False}
        )
        concerned = [] if message is None else _concerned(message)
        if message is None or not concerned:
            return
        users = await self.database.user.find_many(
            where={"id": {"in": [user_id for user_id, _ in concerned]}}, select={"id": True}
        )
        known = {user.id for user in users}
        for user_id, kind in concerned:
            if user_id in known:
                await self._create(message, user_id, kind)

    async def _create(self, message: PostedMessage, user_id: str, kind: NotificationType) -> None:
        await self.database.notification.upsert(
            where={
                "messageId_userId_type": {
                    "messageId": message.id,
                    "userId": user_id,
                    "type": kind,
                }
            },
            data={
                "create": {
                    "messageId": message.id,
                    "userId": user_id,
                    "type": kind,
                    "actorId": message.author_id,
                    "channelId": message.channel_id,
                },
                "update": {},
            },
        )

    async def catch_up(self, since: datetime) -> None:
        """Read the messages since a moment, where their changes are lost; then continue from now.

        Args:
            since: in UTC.
        """
        async with self.database.watch(Message, operations=POSTED) as changes:
            token = changes.token
        last: str | None = None
        while True:
            where: MessageWhereInput = {"sentAt": {"gte": since - CLOCK_SKEW}, "isDeleted": False}
            if last is not None:
                where["id"] = {"gt": last}
            messages = await self.database.message.find_many(
                where=where, order={"id": "asc"}, take=PAGE, select={"id": True}
            )
            for message in messages:
                await self.deliver(message.id)
            if len(messages) < PAGE:
                break
            last = messages[-1].id
        await self._checkpoint.save(token)


def _concerned(message: PostedMessage) -> list[tuple[str, NotificationType]]:
    """Who is told of a message, and as what."""
    found = [(user_id, NotificationType.MENTION) for user_id in message.mentioned_user_ids]
    if message.thread is not None and message.thread.author_id is not None:
        found.append((message.thread.author_id, NotificationType.REPLY))
    return [each for each in dict.fromkeys(found) if each[0] != message.author_id]


async def consuming(
    database: DatabaseService, settings: NotificationSettings
) -> AsyncIterator[NotificationConsumer]:
    """Run a consumer as a task from start to stop, if the settings ask for it.

    Raises:
        PrismaError: the stream of changes could not be opened.
    """
    consumer = NotificationConsumer(database)
    if not settings.consume:
        yield consumer
        return
    running = asyncio.create_task(consumer.run(), name="notifications")
    opening = asyncio.create_task(consumer.is_open.wait())
    try:
        await asyncio.wait({running, opening}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield consumer
    finally:
        for task in (opening, running):
            task.cancel()
        await asyncio.gather(opening, running, return_exceptions=True)
