"""ReadingService: read receipts, unread counts and search.

A user has read a channel up to one message. Later messages of other users, in the order of the
pages, are unread. This order is also defined for two messages of the same millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from prisma.models import ReadReceipt
from prisma.types import MessageWhereInput

from containers.errors import NotFoundError
from containers.messages.pages import page_of
from database import DatabaseService
from database.selections import MessageView

BY_CHANNEL: list[Literal["channelId"]] = ["channelId"]


class ReadingService:
    """Stores what users have read, counts what they have not read, and searches."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def mark_read(self, user_id: str, message_id: str) -> None:
        """Mark a channel as read up to a message; never back to an earlier one.

        Raises:
            NotFoundError: there is no such message in a channel.
        """
        message = await self.database.message.find_unique(where={"id": message_id})
        if message is None or message.channelId is None:
            raise NotFoundError("There is no such message in a channel.")
        await self.database.readreceipt.upsert(
            where={"userId_channelId": {"userId": user_id, "channelId": message.channelId}},
            data={
                "create": {
                    "userId": user_id,
                    "channelId": message.channelId,
                    "lastReadMessageId": message.id,
                    "lastReadAt": message.sentAt,
                },
                "update": {},
            },
        )
        # The write itself checks the order: a slow request must not undo a later one.
        await self.database.readreceipt.update_many(
            where={
                "userId": user_id,
                "channelId": message.channelId,
                "OR": [
                    {"lastReadAt": {"lt": message.sentAt}},
                    {"lastReadAt": message.sentAt, "lastReadMessageId": {"lt": message.id}},
                ],
            },
            data={"lastReadAt": message.sentAt, "lastReadMessageId": message.id},
        )

    async def unread(self, user_id: str, channel_ids: Sequence[str]) -> dict[str, int]:
        """The number of unread messages of other users per channel; two queries in total.

        Returns:
            A number for every channel; all messages if none was marked as read.
        """
        receipts = await self.database.readreceipt.find_many(
            where={"userId": user_id, "channelId": {"in": list(channel_ids)}}
        )
        read = {receipt.channelId: receipt for receipt in receipts}
        rows = await self.database.message.group_by(
            BY_CHANNEL,
            where={
                "isDeleted": False,
                "NOT": [{"authorId": user_id}],
                "OR": [_after(channel_id, read.get(channel_id)) for channel_id in channel_ids],
            },
            count=True,
        )
        counted = {row["channelId"]: row["_count"]["_all"] for row in rows}
        return {channel_id: counted.get(channel_id, 0) for channel_id in channel_ids}

    async def search(
        self, channel_id: str, text: str, *, take: int = 20, before: str | None = None
    ) -> list[MessageView]:
        """Messages of a channel that have one of the words of `text`, newest first.

        Args:
            channel_id: the channel.
            text: words; `"…"` is a phrase that must be there, `-` excludes a word.
            take: the maximum number.
            before: the id of the last message of the page before.
        """
        found: MessageWhereInput = {
            "channelId": channel_id,
            "isDeleted": False,
            "content": {"search": text},
        }
        return await page_of(self.database, found, take=take, last=before)


def _after(channel_id: str, receipt: ReadReceipt | None) -> MessageWhereInput:
    """The filter for messages after that of a receipt, in the order of the pages."""
    if receipt is None:
        return {"channelId": channel_id}
    return {"channelId": channel_id, "OR": later(receipt.lastReadAt, receipt.lastReadMessageId)}


def later(sent_at: datetime, message_id: str | None) -> list[MessageWhereInput]:
    """The filters, for `OR`, of messages after one of them, in the order of the pages."""
    after: list[MessageWhereInput] = [{"sentAt": {"gt": sent_at}}]
    if message_id is not None:
        after.append({"sentAt": sent_at, "id": {"gt": message_id}})
    return after
