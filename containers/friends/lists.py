"""Friends: lists of friends and of pending requests. A part of `FriendService`."""

from __future__ import annotations

from prisma.enums import FriendshipStatus
from prisma.types import FriendshipWhereInput, UserWhereInput

from database import DatabaseService
from database.selections import FriendshipView, PublicUser


class FriendLists:
    """Lists friends, and requests for friendship."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def friends(
        self, user_id: str, *, take: int = 50, after: str | None = None
    ) -> list[PublicUser]:
        """The friends of a user, whoever asked, ordered by username.

        Args:
            user_id: the user.
            take: the maximum number.
            after: the id of the last friend of the page before.
        """
        accepted = FriendshipStatus.ACCEPTED
        where: UserWhereInput = {
            "OR": [
                {"friendshipsAsked": {"some": {"addresseeId": user_id, "status": accepted}}},
                {"friendshipsReceived": {"some": {"requesterId": user_id, "status": accepted}}},
            ]
        }
        if after is not None:
            where["id"] = {"not": after}  # not `skip`: it may be no friend by now
        return await self.database.user.returning(PublicUser).find_many(
            where=where,
            order={"username": "asc"},
            take=take,
            cursor=None if after is None else {"id": after},
        )

    async def received(self, user_id: str) -> list[FriendshipView]:
        """The pending requests to a user, the newest first."""
        return await self._pending({"addresseeId": user_id})

    async def sent(self, user_id: str) -> list[FriendshipView]:
        """The pending requests of a user, the newest first."""
        return await self._pending({"requesterId": user_id})

    async def _pending(self, where: FriendshipWhereInput) -> list[FriendshipView]:
        return await self.database.friendship.returning(FriendshipView).find_many(
            where={**where, "status": FriendshipStatus.PENDING},
            order=[{"createdAt": "desc"}, {"id": "desc"}],
        )
