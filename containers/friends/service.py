"""Friends: ask, answer, end. A feature service on the client; `lists.py` reads.

Two users have one `Friendship`, whoever asked: its `pair` is unique. Each change of its status is
one update with a filter, so of several calls at the same moment one is right and the others find
that it is no longer so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from prisma.enums import FriendshipStatus, NotificationType
from prisma.types import UserBlockWhereInput

from containers.errors import NotAllowedError, NotFoundError
from containers.friends.lists import FriendLists
from containers.notifications import NotificationService
from database import DatabaseService
from database.friendships import pair_of
from database.selections import FriendshipView
from prismongo import atomic


class FriendService(FriendLists):
    """Asks for friendships, answers them, ends them and lists them."""

    def __init__(self, database: DatabaseService, notifications: NotificationService) -> None:
        super().__init__(database)
        self._notifications = notifications

    async def ask(self, user_id: str, other_id: str) -> FriendshipView:
        """Ask a user for friendship, and notify that user; a second call changes nothing.

        If the other user has asked before, or asks at the same moment, the two are friends.

        Returns:
            The friendship: pending, or accepted.

        Raises:
            NotAllowedError: one of the two has blocked the other, the other has declined before, or
                both are the same user.
            NotFoundError: there is no such user.
        """
        await self._check(user_id, other_id)
        friendship = await self._ask(user_id, other_id)
        # The block may have come meanwhile: see `UserService.block`.
        if await self._is_blocked(user_id, other_id):
            await self._end(user_id, other_id)
            raise NotAllowedError("One of the two users has blocked the other.")
        if friendship.status == FriendshipStatus.DECLINED:
            raise NotAllowedError("The user has declined.")
        return friendship

    async def _check(self, user_id: str, other_id: str) -> None:
        if user_id.lower() == other_id.lower():
            raise NotAllowedError("Nobody can ask oneself.")
        if await self.database.user.count(where={"id": {"in": [user_id, other_id]}}) < 2:
            raise NotFoundError("There is no such user.")
        if await self._is_blocked(user_id, other_id):
            raise NotAllowedError("One of the two users has blocked the other.")

    async def _is_blocked(self, user_id: str, other_id: str) -> bool:
        both = [user_id, other_id]
        where: UserBlockWhereInput = {"blockerId": {"in": both}, "blockedId": {"in": both}}
        return await self.database.userblock.count(where=where) > 0

    async def _ask(self, user_id: str, other_id: str) -> FriendshipView:
        """Create the friendship, or change the one that there is."""
        while True:
            held = await self._held_or_new(user_id, other_id)
            if held.requester.id != other_id.lower():
                return held  # it is this user's, created now or before
            match held.status:
                case FriendshipStatus.ACCEPTED:
                    return held
                case FriendshipStatus.PENDING:
                    changed = await self._answer(user_id, other_id, FriendshipStatus.ACCEPTED)
                case FriendshipStatus.DECLINED:
                    changed = await self._ask_in_turn(user_id, other_id)
                case _:
                    assert_never(held.status)
            # The other user may have withdrawn the request, or asked anew, between the two writes.
            if changed:
                return changed

    @atomic
    async def _held_or_new(self, user_id: str, other_id: str) -> FriendshipView:
        """The friendship that there is, or a new request with its notification."""
        pair = pair_of(user_id, other_id)
        is_known = await self.database.friendship.count(where={"pair": pair}) > 0
        held = await self.database.friendship.returning(FriendshipView).upsert(
            where={"pair": pair},
            data={
                "create": {"requesterId": user_id, "addresseeId": other_id, "pair": pair},
                "update": {},
            },
        )
        if not is_known:
            await self._notify(user_id, other_id)
        return held

    @atomic
    async def _ask_in_turn(self, user_id: str, other_id: str) -> FriendshipView | None:
        """Turn a friendship that this user has declined into a request of this user's."""
        changed = await self.database.friendship.returning(FriendshipView).update(
            where={
                "pair": pair_of(user_id, other_id),
                "addresseeId": user_id,
                "status": FriendshipStatus.DECLINED,
            },
            data={
                "requesterId": user_id,
                "addresseeId": other_id,
                "status": FriendshipStatus.PENDING,
                "createdAt": datetime.now(UTC),
                "answeredAt": None,
            },
        )
        if changed is not None:
            await self._notify(user_id, other_id)
        return changed

    async def _notify(self, user_id: str, other_id: str) -> None:
        await self._notifications.create(
            other_id, NotificationType.FRIEND_REQUEST, actor_id=user_id
        )

    @atomic
    async def _end(self, user_id: str, other_id: str) -> None:
        """Remove the friendship, and what the other user was told of it."""
        await self.database.friendship.delete_many(where={"pair": pair_of(user_id, other_id)})
        await self._take_back(user_id, other_id)

    async def _take_back(self, user_id: str, other_id: str) -> None:
        await self.database.notification.delete_many(
            where={
                "userId": other_id,
                "actorId": user_id,
                "type": NotificationType.FRIEND_REQUEST,
            }
        )

    async def accept(self, user_id: str, requester_id: str) -> FriendshipView:
        """Accept a pending request.

        Raises:
            NotFoundError: this user has no such request.
        """
        return await self._answer_or_raise(user_id, requester_id, FriendshipStatus.ACCEPTED)

    async def decline(self, user_id: str, requester_id: str) -> FriendshipView:
        """Decline a pending request. The other user cannot ask again, but this user can.

        Raises:
            NotFoundError: this user has no such request.
        """
        return await self._answer_or_raise(user_id, requester_id, FriendshipStatus.DECLINED)

    async def _answer_or_raise(
        self, user_id: str, requester_id: str, status: FriendshipStatus
    ) -> FriendshipView:
        answered = await self._answer(user_id, requester_id, status)
        if answered is None:
            raise NotFoundError("There is no such request.")
        return answered

    async def _answer(
        self, user_id: str, requester_id: str, status: FriendshipStatus
    ) -> FriendshipView | None:
        """Answer a request, if it is pending; the filter decides between answers of one moment."""
        return await self.database.friendship.returning(FriendshipView).update(
            where={
                "pair": pair_of(user_id, requester_id),
                "addresseeId": user_id,
                "status": FriendshipStatus.PENDING,
            },
            data={"status": status, "answeredAt": datetime.now(UTC)},
        )

    @atomic
    async def cancel(self, user_id: str, addressee_id: str) -> bool:
        """Withdraw a pending request of this user's, with its notification.

        Returns:
            Whether there was one.
        """
        removed = await self.database.friendship.delete_many(
            where={
                "pair": pair_of(user_id, addressee_id),
                "requesterId": user_id,
                "status": FriendshipStatus.PENDING,
            }
        )
        if removed:
            await self._take_back(user_id, addressee_id)
        return removed > 0

    async def unfriend(self, user_id: str, friend_id: str) -> bool:
        """End a friendship; returns whether there was one."""
        removed = await self.database.friendship.delete_many(
            where={"pair": pair_of(user_id, friend_id), "status": FriendshipStatus.ACCEPTED}
        )
        return removed > 0
