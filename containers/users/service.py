"""Users: registration, profiles, search and blocks. A feature service on the client."""

from __future__ import annotations

from typing import assert_never

from prisma.enums import NotificationType, RegistrationMode
from prisma.models import User
from prisma.types import UserBlockCreateInput, UserCreateInput, UserWhereInput

from containers.auth.invites import redeem
from containers.auth.passwords import Passwords
from containers.errors import CredentialsError, NotAllowedError, NotFoundError
from containers.instance import InstanceService
from database import DatabaseService
from database.friendships import pair_of
from database.selections import Profile, PublicUser
from prismongo import atomic


class UserService:
    """Registers and finds users, and blocks them for others."""

    def __init__(
        self,
        database: DatabaseService,
        passwords: Passwords,
        instance: InstanceService | None = None,
    ) -> None:
        self.database = database
        self._passwords = passwords
        self._instance = instance or InstanceService(database)

    async def register(
        self,
        username: str,
        password: str,
        *,
        email: str | None = None,
        display_name: str | None = None,
        instance_id: str | None = None,
        invite: str | None = None,
    ) -> User:
        """Create a user, with the instance's default quota; an invite is used with it, or neither.

        Raises:
            UniqueViolationError: the username or the email address is taken (P2002).
            NotAllowedError: nobody may register.
            CredentialsError: it needs an invite, or the code of the invite is not valid.
        """
        settings = await self._instance.settings()
        _check_registration(settings.registration_mode, invite)
        hashed = await self._passwords.hash(password)
        data: UserCreateInput = {
            "username": username,
            "hashedPassword": hashed,
            "storageQuota": settings.default_storage_quota,
        }
        # A value that is left out is not stored, so many users may have no email address.
        if email is not None:
            data["email"] = email
        if display_name is not None:
            data["displayName"] = display_name
        if instance_id is not None:
            data["instanceId"] = instance_id
        if invite is None:
            return await self.database.user.create(data=data)
        return await self._register_invited(data, invite)

    @atomic
    async def _register_invited(self, data: UserCreateInput, invite: str) -> User:
        user = await self.database.user.create(data=data)
        await redeem(self.database, invite, user.id)
        return user

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
        if after is not None:
            where["id"] = {"not": after}  # not `skip`: it may have another name by now
        return await self.database.user.returning(PublicUser).find_many(
            where=where,
            order={"username": "asc"},
            take=take,
            cursor=None if after is None else {"id": after},
        )

    async def block(self, blocker_id: str, blocked_id: str, reason: str | None = None) -> None:
        """Block another user, which ends a friendship and the request for one.

        A second call changes nothing.

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
        await self.database.friendship.delete_many(where={"pair": pair_of(blocker_id, blocked_id)})
        both = [blocker_id, blocked_id]
        await self.database.notification.delete_many(
            where={
                "type": NotificationType.FRIEND_REQUEST,
                "userId": {"in": both},
                "actorId": {"in": both},
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


def _check_registration(mode: RegistrationMode, invite: str | None) -> None:
    match mode:
        case RegistrationMode.OPEN:
            pass
        case RegistrationMode.INVITE_ONLY:
            if invite is None:
                raise CredentialsError("Who registers needs an invite.")
        case RegistrationMode.CLOSED:
            raise NotAllowedError("Nobody may register.")
        case _:
            assert_never(mode)
