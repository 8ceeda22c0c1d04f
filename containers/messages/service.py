"""Messages: post, edit, delete, threads, pages, pins. A feature service.

A deleted message stays in the database for its thread, but is not shown. Reply counts change in the
transaction that adds or removes the reply, so they are exact with concurrent writers.
Reactions are in reacting.py, search and unread counts in reading.py, events in feed.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from prisma.types import (
    AttachmentCreateInput,
    MessageCreateInput,
    MessagePartCreateInput,
    MessageWhereInput,
)

from containers.errors import NotFoundError
from containers.messages.feed import BUFFER, ChannelEvents, ChannelFeed
from containers.messages.pages import page_of
from containers.messages.reacting import Reactions
from database import DatabaseService
from database.selections import MessageView
from prismongo import atomic
from prismongo.changes import Policy


class MessageService(Reactions):
    """Posts, edits, deletes, lists, pins and follows messages.

    Args:
        database: the database.
        feed: shared by all services of an application, so that authors are read once.
    """

    def __init__(self, database: DatabaseService, feed: ChannelFeed | None = None) -> None:
        self.database = database
        self._feed = feed or ChannelFeed(database)

    async def post(
        self,
        channel_id: str,
        author_id: str,
        content: str,
        *,
        reply_to: str | None = None,
        mentions: Sequence[str] = (),
        parts: Sequence[MessagePartCreateInput] = (),
        attachments: Sequence[AttachmentCreateInput] = (),
    ) -> MessageView:
        """Post a message to a channel; returns it with its author.

        The caller must check the permission: `CommunityService.require`.

        Args:
            channel_id: the channel.
            author_id: the author.
            content: the text.
            reply_to: a message of the same channel; a reply to a reply is added to its thread.
            mentions: ids of the users mentioned.
            parts: the text in pieces, where it is shown formatted.
            attachments: stored files, see `FileService.store`.

        Raises:
            NotFoundError: there is no such message to reply to.
        """
        data: MessageCreateInput = {
            "channelId": channel_id,
            "authorId": author_id,
            "content": content,
            "mentionedUserIds": list(mentions),
            "parts": list(parts),
            "attachments": list(attachments),
        }
        if reply_to is None:
            return await self.database.message.returning(MessageView).create(data=data)
        return await self._reply(data, channel_id, reply_to)

    @atomic
    async def _reply(self, data: MessageCreateInput, channel_id: str, reply_to: str) -> MessageView:
        target = await self.database.message.find_first(
            where={"id": reply_to, "channelId": channel_id}
        )
        if target is None:
            raise NotFoundError("There is no such message to reply to.")
        root = target.parentMessageId or target.id
        data["parentMessageId"] = root
        # First, so that a transaction that waits for another one has not written anything yet.
        counted = await self.database.message.update_many(
            where={"id": root, "isDeleted": False},
            data={"replyCount": {"increment": 1}, "lastReplyAt": datetime.now(UTC)},
        )
        if not counted:
            raise NotFoundError("The message to reply to was deleted.")
        return await self.database.message.returning(MessageView).create(data=data)

    async def page(
        self, channel_id: str, *, take: int = 50, before: str | None = None
    ) -> list[MessageView]:
        """A page of a channel, newest first, with authors.

        Args:
            channel_id: the channel.
            take: the maximum number.
            before: the id of the oldest message of the page before; None for the last page.
        """
        shown: MessageWhereInput = {"channelId": channel_id, "isDeleted": False}
        return await page_of(self.database, shown, take=take, last=before)

    async def thread(
        self, message_id: str, *, take: int = 50, after: str | None = None
    ) -> list[MessageView]:
        """The replies to a message, oldest first, with authors.

        Args:
            message_id: the message at the start of the thread.
            take: the maximum number.
            after: the id of the last reply of the page before.
        """
        shown: MessageWhereInput = {"parentMessageId": message_id, "isDeleted": False}
        return await page_of(self.database, shown, take=take, last=after, order="asc")

    async def edit(self, message_id: str, author_id: str, content: str) -> MessageView:
        """Edit a message; only its author can.

        Raises:
            NotFoundError: this author has no such message.
        """
        changed = await self.database.message.update_many(
            where={"id": message_id, "authorId": author_id, "isDeleted": False},
            data={"content": content, "editedAt": datetime.now(UTC)},
        )
        if not changed:
            raise NotFoundError("There is no such message of this author.")
        return await self.database.message.returning(MessageView).find_unique_or_raise(
            where={"id": message_id}
        )

    @atomic
    async def delete(self, message_id: str, *, author_id: str | None = None) -> bool:
        """Mark a message as deleted, and reduce the reply count of its thread.

        Args:
            message_id: the message; a second call changes nothing.
            author_id: the author that it must have; None if the caller checked the permission.

        Returns:
            Whether this call has deleted it.

        Raises:
            NotFoundError: there is no such message, or it has another author.
        """
        message = await self.database.message.find_unique(where={"id": message_id})
        if message is None or author_id not in (None, message.authorId):
            raise NotFoundError("There is no such message of this author.")
        parent = message.parentMessageId
        removed = await self.database.message.update_many(
            where={"id": message_id, "isDeleted": False},
            data={"isDeleted": True, "deletedAt": datetime.now(UTC), "isPinned": False},
        )
        if removed and parent:
            await self.database.message.update_many(
                where={"id": parent}, data={"replyCount": {"decrement": 1}}
            )
        return removed > 0

    def subscribe(
        self,
        channel_id: str,
        *,
        resume_after: str | None = None,
        buffer: int = BUFFER,
        policy: Policy = "wait",
    ) -> ChannelEvents:
        """The events of a channel from now on: new, edited and deleted messages, and reactions.

            async with messages.subscribe(channel_id) as events:
                async for event in events:
                    ...

        The caller must check the permission: `CommunityService.is_member`.

        Args:
            channel_id: the channel.
            resume_after: the token of an event, to continue after it.
            buffer: how many changes may wait for this subscriber.
            policy: what happens when the buffer is full, see `prismongo.changes`. All subscribers
                of a channel share a stream, so with `wait` they all wait for the slowest.

        Entering raises:
            ChangeStreamError: P2031, the server is not a replica set; P2009, not a token.
            HistoryLostError: the server has deleted the changes after the token.
            UnsupportedOperationError: P2026, the collections keep no images: push the schema.
        """
        return self._feed.subscribe(
            channel_id, resume_after=resume_after, buffer=buffer, policy=policy
        )

    @atomic
    async def pin(self, message_id: str, user_id: str) -> None:
        """Pin a message to its channel.

        Raises:
            NotFoundError: there is no such message.
        """
        message = await self.database.message.find_unique(where={"id": message_id})
        if message is None or message.isDeleted:
            raise NotFoundError("There is no such message.")
        await self.database.message.update(
            where={"id": message_id},
            data={
                "isPinned": True,
                "pinnedAt": datetime.now(UTC),
                "pinnedBy": {"connect": {"id": user_id}},
            },
        )

    async def unpin(self, message_id: str) -> None:
        """Remove a pin; does nothing if there is none."""
        await self.database.message.update_many(where={"id": message_id}, data={"isPinned": False})

    async def pins(self, channel_id: str) -> list[MessageView]:
        """The pinned messages of a channel, the latest pin first, with authors."""
        return await self.database.message.returning(MessageView).find_many(
            where={"channelId": channel_id, "isPinned": True}, order={"pinnedAt": "desc"}
        )
