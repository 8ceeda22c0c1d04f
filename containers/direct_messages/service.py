"""Direct messages: post, pages, what is unread. A feature service on the client.

Members and lists of groups are in groups.py. `MessageService` edits, deletes and reacts, as in a
channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from prisma.models import DirectMessageGroupMember
from prisma.types import AttachmentCreateInput, MessagePartCreateInput, MessageWhereInput

from containers.direct_messages.groups import change_group
from containers.errors import NotFoundError
from containers.messages.pages import page_of
from containers.messages.reading import later
from database import DatabaseService
from database.selections import MessageView
from prismongo import atomic

BY_GROUP: list[Literal["directMessageGroupId"]] = ["directMessageGroupId"]


class DirectMessageService:
    """Posts and lists messages of groups, and counts unread ones."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    @atomic
    async def post(
        self,
        group_id: str,
        author_id: str,
        content: str,
        *,
        mentions: Sequence[str] = (),
        parts: Sequence[MessagePartCreateInput] = (),
        attachments: Sequence[AttachmentCreateInput] = (),
    ) -> MessageView:
        """Post a message to a group; returns it with its author.

        Args:
            group_id: the group.
            author_id: the author, a member.
            content: the text.
            mentions: ids of the users mentioned.
            parts: the text in pieces, where it is shown formatted.
            attachments: stored files, see `FileService.store`.

        Raises:
            NotFoundError: the author has no such group.
        """
        changed_at = await change_group(self.database, group_id, author_id)
        return await self.database.message.returning(MessageView).create(
            data={
                "directMessageGroupId": group_id,
                "authorId": author_id,
                "content": content,
                "mentionedUserIds": list(mentions),
                "parts": list(parts),
                "attachments": list(attachments),
                "sentAt": changed_at,
            }
        )

    async def page(
        self, group_id: str, user_id: str, *, take: int = 50, before: str | None = None
    ) -> list[MessageView]:
        """A page of a member's group, newest first, with authors.

        Args:
            group_id: the group.
            user_id: the member.
            take: the maximum number.
            before: the id of the oldest message of the page before; None for the last page.

        Raises:
            NotFoundError: the user has no such group.
        """
        await self._member(group_id, user_id)
        shown: MessageWhereInput = {"directMessageGroupId": group_id, "isDeleted": False}
        return await page_of(self.database, shown, take=take, last=before)

    async def _member(self, group_id: str, user_id: str) -> DirectMessageGroupMember:
        member = await self.database.directmessagegroupmember.find_unique(
            where={"groupId_userId": {"groupId": group_id, "userId": user_id}}
        )
        if member is None:
            raise NotFoundError("There is no such group of this user.")
        return member

    async def mark_read(self, user_id: str, message_id: str) -> None:
        """Mark a group as read up to a message; never back to an earlier one.

        Raises:
            NotFoundError: no group of the user has such a message.
        """
        message = await self.database.message.find_unique(where={"id": message_id})
        if message is None or message.directMessageGroupId is None:
            raise NotFoundError("There is no such message in a group.")
        await self._member(message.directMessageGroupId, user_id)
        # The write itself checks the order: a slow request must not undo a later one.
        await self.database.directmessagegroupmember.update_many(
            where={
                "groupId": message.directMessageGroupId,
                "userId": user_id,
                "OR": [
                    {"lastReadAt": {"is_set": False}},
                    {"lastReadAt": {"lt": message.sentAt}},
                    {"lastReadAt": message.sentAt, "lastReadMessageId": {"lt": message.id}},
                ],
            },
            data={"lastReadAt": message.sentAt, "lastReadMessageId": message.id},
        )

    async def unread(self, user_id: str) -> dict[str, int]:
        """The number of unread messages of others per group of a user; two queries in total.

        Returns:
            A number for every group; all messages since the user joined if none was marked as read.
        """
        members = await self.database.directmessagegroupmember.find_many(where={"userId": user_id})
        rows = await self.database.message.group_by(
            BY_GROUP,
            where={
                "isDeleted": False,
                "NOT": [{"authorId": user_id}],
                "OR": [_unread_of(member) for member in members],
            },
            count=True,
        )
        counted = {row["directMessageGroupId"]: row["_count"]["_all"] for row in rows}
        return {member.groupId: counted.get(member.groupId, 0) for member in members}


def _unread_of(member: DirectMessageGroupMember) -> MessageWhereInput:
    """The filter for the messages after the mark of a member, in the order of the pages."""
    if member.lastReadAt is None:
        return {"directMessageGroupId": member.groupId, "sentAt": {"gte": member.joinedAt}}
    return {
        "directMessageGroupId": member.groupId,
        "OR": later(member.lastReadAt, member.lastReadMessageId),
    }
