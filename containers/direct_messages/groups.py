"""GroupService: groups of direct messages and their members.

Each transaction that posts, adds or leaves writes the group first (`change_group`). So of those of
one moment one comes after the other: nobody posts to a group after leaving it, and the messages of
a group can be read in the order in which they were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from prisma.types import DirectMessageGroupCreateInput, DirectMessageGroupWhereInput

from containers.errors import InvalidValueError, NotAllowedError, NotFoundError
from database import DatabaseService
from database.selections import GroupView
from prismongo import atomic


class GroupService:
    """Creates and lists groups, adds and removes members."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def create(
        self, creator_id: str, member_ids: Sequence[str], *, name: str | None = None
    ) -> GroupView:
        """Create a group with its members, or nothing.

        Args:
            creator_id: a member, too.
            member_ids: the other members.
            name: None for a group that is called as its members.

        Raises:
            InvalidValueError: there are not two members.
            NotAllowedError: a member has blocked the creator.
            NotFoundError: there is no such user.
        """
        everyone = list(dict.fromkeys(each.lower() for each in (creator_id, *member_ids)))
        if len(everyone) < 2:
            raise InvalidValueError("A group has two members or more.")
        await self._check(creator_id, everyone)
        data: DirectMessageGroupCreateInput = {
            "members": {"create": [{"userId": member_id} for member_id in everyone]}
        }
        if name is not None:
            data["name"] = name
        return await self.database.directmessagegroup.returning(GroupView).create(data=data)

    @atomic
    async def add(self, group_id: str, member_id: str, user_id: str) -> None:
        """Add a user to a member's group; a second call changes nothing.

        Raises:
            NotAllowedError: the user has blocked the member.
            NotFoundError: the member has no such group, or there is no such user.
        """
        await self._check(member_id, [user_id])
        await change_group(self.database, group_id, member_id)
        await self.database.directmessagegroupmember.upsert(
            where={"groupId_userId": {"groupId": group_id, "userId": user_id}},
            data={"create": {"groupId": group_id, "userId": user_id}, "update": {}},
        )

    async def _check(self, inviter_id: str, user_ids: list[str]) -> None:
        """Check that users exist, and that none has blocked the one who invites them."""
        if await self.database.user.count(where={"id": {"in": user_ids}}) < len(user_ids):
            raise NotFoundError("There is no such user.")
        if await self.database.userblock.count(
            where={"blockerId": {"in": user_ids}, "blockedId": inviter_id}
        ):
            raise NotAllowedError("A user has blocked the one who invites.")

    @atomic
    async def leave(self, group_id: str, user_id: str) -> None:
        """Leave a group; it is deleted with its messages when the last member leaves.

        Raises:
            NotFoundError: the user has no such group.
        """
        await change_group(self.database, group_id, user_id)
        await self.database.directmessagegroupmember.delete_many(
            where={"groupId": group_id, "userId": user_id}
        )
        if not await self.database.directmessagegroupmember.count(where={"groupId": group_id}):
            await self.database.directmessagegroup.delete(where={"id": group_id})

    async def mine(
        self, user_id: str, *, take: int = 20, before: str | None = None
    ) -> list[GroupView]:
        """The groups of a user, the latest message first, with members and last messages.

        Args:
            user_id: the user.
            take: the maximum number.
            before: the id of the last group of the page before.
        """
        where: DirectMessageGroupWhereInput = {"members": {"some": {"userId": user_id}}}
        if before is not None:
            where["id"] = {"not": before}  # not `skip`: the user may have left it
        return await self.database.directmessagegroup.returning(GroupView).find_many(
            where=where,
            order=[{"updatedAt": "desc"}, {"id": "desc"}],
            take=take,
            cursor=None if before is None else {"id": before},
        )


async def change_group(database: DatabaseService, group_id: str, member_id: str) -> datetime:
    """Set when a member's group was changed, first in a transaction; returns when.

    Transactions of one moment write the same group: all but one of them start again.

    Raises:
        NotFoundError: the user has no such group.
    """
    now = datetime.now(UTC)
    # The number as well: where the time is the same, an update of the time alone writes nothing.
    changed = await database.directmessagegroup.update_many(
        where={"id": group_id, "members": {"some": {"userId": member_id}}},
        data={"updatedAt": now, "changes": {"increment": 1}},
    )
    if not changed:
        raise NotFoundError("There is no such group of this user.")
    return now
