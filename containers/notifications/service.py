"""Notifications: list, mark as read, count. A feature service on the client.

consumer.py makes those of messages. `create` is for all others, such as `FriendService.ask`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from prisma.enums import NotificationType
from prisma.types import NotificationCreateInput, NotificationWhereInput

from containers.errors import NotFoundError
from database import DatabaseService
from database.selections import NotificationView

BY_TYPE: list[Literal["type"]] = ["type"]


class NotificationService:
    """Creates, lists and counts notifications, and marks them as read."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def create(
        self,
        user_id: str,
        type: NotificationType,
        *,
        actor_id: str | None = None,
        community_id: str | None = None,
    ) -> NotificationView:
        """Tell a user of something that is not a message, such as a friend request.

        Each call makes another notification.
        """
        data: NotificationCreateInput = {"userId": user_id, "type": type}
        if actor_id is not None:
            data["actorId"] = actor_id
        if community_id is not None:
            data["communityId"] = community_id
        return await self.database.notification.returning(NotificationView).create(data=data)

    async def page(
        self,
        user_id: str,
        *,
        is_unread: bool = False,
        take: int = 20,
        before: str | None = None,
    ) -> list[NotificationView]:
        """A page of a user's notifications, newest first.

        Args:
            user_id: the user.
            is_unread: leave out those that were read.
            take: the maximum number.
            before: the id of the last notification of the page before.
        """
        where: NotificationWhereInput = {"userId": user_id}
        if is_unread:
            where["isRead"] = False
        if before is not None:
            where["id"] = {"not": before}  # not `skip`: it may have been read meanwhile
        return await self.database.notification.returning(NotificationView).find_many(
            where=where,
            order=[{"createdAt": "desc"}, {"id": "desc"}],
            take=take,
            cursor=None if before is None else {"id": before},
        )

    async def mark_read(self, user_id: str, notification_id: str) -> None:
        """Mark one as read; a second call changes nothing.

        Raises:
            NotFoundError: this user has no such notification.
        """
        own: NotificationWhereInput = {"id": notification_id, "userId": user_id}
        if not await self._mark(own) and not await self.database.notification.count(where=own):
            raise NotFoundError("There is no such notification of this user.")

    async def mark_all_read(self, user_id: str) -> int:
        """Mark all as read; returns how many were unread."""
        return await self._mark({"userId": user_id})

    async def _mark(self, which: NotificationWhereInput) -> int:
        return await self.database.notification.update_many(
            where={**which, "isRead": False}, data={"isRead": True, "readAt": datetime.now(UTC)}
        )

    async def unread(self, user_id: str) -> dict[NotificationType, int]:
        """The number of unread notifications per type; types without any are left out."""
        rows = await self.database.notification.group_by(
            BY_TYPE, where={"userId": user_id, "isRead": False}, count=True
        )
        return {NotificationType(row["type"]): row["_count"]["_all"] for row in rows}
