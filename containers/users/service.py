"""Users: registration, profiles, search, blocks and storage. A feature service on the client."""

from __future__ import annotations

from prisma.models import User
from prisma.types import UserBlockCreateInput, UserCreateInput, UserWhereInput

from containers.auth.passwords import Passwords
from containers.errors import InvalidValueError, NotAllowedError, NotFoundError, QuotaExceededError
from database import DatabaseService
from database.selections import Profile, PublicUser


class UserService:
    """Registers and finds users, and counts their storage."""

    def __init__(self, database: DatabaseService, passwords: Passwords) -> None:
        self.database = database
        self._passwords = passwords

    async def register(
        self,
        username: str,
        password: str,
        *,
        email: str | None = None,
        display_name: str | None = None,
        instance_id: str | None = None,
    ) -> User:
        """Create a user.

        Raises:
            UniqueViolationError: the username or the email address is taken (P2002).
        """
        hashed = await self._passwords.hash(password)
        data: UserCreateInput = {"username": username, "hashedPassword": hashed}
        # A value that is left out is not stored, so many users may have no email address.
        if email is not None:
            data["email"] = email
        if display_name is not None:
            data["displayName"] = display_name
        if instance_id is not None:
            data["instanceId"] = instance_id
        return await self.database.user.create(data=data)

    async def profile(self, user_id: str) -> Profile:
        """The public profile of a user, with the names of the communities.

        Raises:
            NotFoundError: there is no such user.
        """
        profile = await self.database.user.returning(Profile).find_unique(where={"id": user_id})
        if profile is None:
            raise NotFoundError("There is no such user.")
        return profile

    async def search(
        self, text: str, *, take: int = 20, after: str | None = None
    ) -> list[PublicUser]:
        """Users whose name contains `text`, ignoring case, ordered by username.

        Args:
            text: taken literally; an empty text finds all users.
            take: the maximum number.
            after: the id of the last user of the page before.
        """
        where: UserWhereInput = {
            "OR": [
                {"username": {"contains": text, "mode": "insensitive"}},
                {"displayName": {"contains": text, "mode": "insensitive"}},
            ]
        }
        return await self.database.user.returning(PublicUser).find_many(
            where=where,
            order={"username": "asc"},
            take=take,
            cursor=None if after is None else {"id": after},
            skip=None if after is None else 1,
        )

    async def block(self, blocker_id: str, blocked_id: str, reason: str | None = None) -> None:
        """Block another user, which ends a friendship; a second call changes nothing.

        Raises:
            NotAllowedError: a user cannot block oneself.
        """
        if blocker_id.lower() == blocked_id.lower():  # an id in capitals is the same
            raise NotAllowedError("Nobody can block oneself.")
        block: UserBlockCreateInput = {"blockerId": blocker_id, "blockedId": blocked_id}
        if reason is not None:
            block["reason"] = reason
        await self.database.userblock.upsert(
            where={"blockerId_blockedId": {"blockerId": blocker_id, "blockedId": blocked_id}},
            data={"create": block, "update": {}},
        )
        # After the block and not in one transaction with it: what `FriendService.ask` writes at
        # the same moment is either found here, or `ask` finds the block.
        await self.database.friendship.delete_many(
            where={
                "OR": [
                    {"requesterId": blocker_id, "addresseeId": blocked_id},
                    {"requesterId": blocked_id, "addresseeId": blocker_id},
                ]
            }
        )

    async def unblock(self, blocker_id: str, blocked_id: str) -> bool:
        """Remove a block; returns whether there was one."""
        removed = await self.database.userblock.delete_many(
            where={"blockerId": blocker_id, "blockedId": blocked_id}
        )
        return removed > 0

    async def is_blocked(self, blocker_id: str, blocked_id: str) -> bool:
        """Whether the first user has blocked the second."""
        found = await self.database.userblock.find_unique(
            where={"blockerId_blockedId": {"blockerId": blocker_id, "blockedId": blocked_id}}
        )
        return found is not None

    async def reserve_storage(self, user_id: str, size: int) -> None:
        """Add `size` bytes to a user's storage, never above the quota, also with concurrent calls.

        Raises:
            QuotaExceededError: the quota does not allow it.
            NotFoundError: there is no such user.
            InvalidValueError: `size` is negative.
        """
        _check_size(size)
        while True:
            user = await self.database.user.find_unique(where={"id": user_id})
            if user is None:
                raise NotFoundError("There is no such user.")
            if user.storageUsed + size > user.storageQuota:
                raise QuotaExceededError("There is not enough storage left.")
            # The conditional write decides. Read again only if the quota changed, or if concurrent
            # calls used the space meanwhile.
            counted = await self.database.user.update_many(
                where={
                    "id": user_id,
                    "storageQuota": user.storageQuota,
                    "storageUsed": {"lte": user.storageQuota - size},
                },
                data={"storageUsed": {"increment": size}},
            )
            if counted:
                return

    async def release_storage(self, user_id: str, size: int) -> None:
        """Subtract `size` bytes from a user's storage, but not below zero.

        Raises:
            InvalidValueError: `size` is negative.
        """
        _check_size(size)
        await self.database.user.update_many(
            where={"id": user_id, "storageUsed": {"gte": size}},
            data={"storageUsed": {"decrement": size}},
        )


def _check_size(size: int) -> None:
    if size < 0:
        raise InvalidValueError("A size in bytes cannot be negative.")
