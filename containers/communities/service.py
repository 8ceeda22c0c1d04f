"""Communities: create, join, roles, delete. A feature service on the client.

A membership is stored twice on purpose: as a `Membership` with its own fields, and in the id lists
that make `user.communities` one query. Both change in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prisma.enums import Permission
from prisma.models import Community, Membership, Role, User
from prisma.types import UserCreateInput

from containers.errors import NotAllowedError, NotFoundError
from database import DatabaseService
from database.selections import CommunityCard, FoundedCommunity

DEFAULT_CHANNELS = ("general", "random")
DEFAULT_ROLE = "everyone"
DEFAULT_PERMISSIONS = (Permission.POST_MESSAGES, Permission.ADD_REACTIONS)


class CommunityService:
    """Creates and deletes communities, adds and removes members, checks permissions."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def create(
        self,
        name: str,
        owner_id: str,
        *,
        description: str | None = None,
        channels: Sequence[str] = DEFAULT_CHANNELS,
    ) -> FoundedCommunity:
        """Create a community with its owner as member, channels and a default role, or nothing.

        Returns:
            The community, its channels included in order.

        Raises:
            UniqueViolationError: the name is taken (P2002).
        """

        async def found(tx: DatabaseService) -> FoundedCommunity:
            community = await tx.community.create(
                data={"name": name, "ownerId": owner_id, "description": description}
            )
            await _furnish(tx, community.id, channels)
            await _add(tx, community.id, owner_id)
            return await tx.community.returning(FoundedCommunity).find_unique_or_raise(
                where={"id": community.id}
            )

        return await self.database.transaction(found)

    async def join(self, community_id: str, user_id: str) -> Membership:
        """Make a user a member.

        Raises:
            UniqueViolationError: the user is a member already (P2002).
            NotFoundError: there is no such community or user.
        """

        async def enter(tx: DatabaseService) -> Membership:
            return await _add(tx, community_id, user_id)

        return await self.database.transaction(enter)

    async def create_member(
        self, community_id: str, user: UserCreateInput
    ) -> tuple[User, Membership]:
        """Create a user and the membership, both or neither.

        Args:
            community_id: the community.
            user: the user's data, with the password hashed.

        Raises:
            UniqueViolationError: the username is taken (P2002).
            NotFoundError: there is no such community; the user is not created.
        """

        async def enter(tx: DatabaseService) -> tuple[User, Membership]:
            created = await tx.user.create(data=user)
            return created, await _add(tx, community_id, created.id)

        return await self.database.transaction(enter)

    async def leave(self, community_id: str, user_id: str) -> None:
        """Remove a member with roles and private channels; does nothing if there is none.

        Raises:
            NotAllowedError: the owner cannot leave.
            NotFoundError: there is no such community.
        """

        async def go(tx: DatabaseService) -> None:
            community = await _community(tx, community_id)
            if community.ownerId == user_id.lower():  # an id in capitals is the same
                raise NotAllowedError("The owner cannot leave: delete the community instead.")
            channels = await tx.channel.find_many(where={"communityId": community_id})
            places = [channel.id for channel in channels]
            await tx.membership.delete_many(where={"userId": user_id, "communityId": community_id})
            await tx.userrole.delete_many(where={"userId": user_id, "communityId": community_id})
            await tx.channelmembership.delete_many(
                where={"userId": user_id, "channelId": {"in": places}}
            )
            await tx.community.update(
                where={"id": community_id},
                data={"users": {"disconnect": [{"id": user_id}]}},
            )

        await self.database.transaction(go)

    async def mine(self, user_id: str) -> list[CommunityCard]:
        """The communities of a user, by name, with their counts."""
        return await self.database.community.returning(CommunityCard).find_many(
            where={"memberships": {"some": {"userId": user_id}}}, order={"name": "asc"}
        )

    async def create_role(
        self, community_id: str, name: str, permissions: Iterable[Permission]
    ) -> Role:
        """A role of the community.

        Raises:
            UniqueViolationError: it has a role of this name (P2002).
        """
        return await self.database.role.create(
            data={"communityId": community_id, "name": name, "permissions": list(permissions)}
        )

    async def give_role(self, role_id: str, user_id: str) -> None:
        """Give a member a role; a second call changes nothing.

        Raises:
            NotFoundError: there is no such role, or the user is no member of its community.
        """
        role = await self.database.role.find_unique(where={"id": role_id})
        if role is None or not await self.is_member(role.communityId, user_id):
            raise NotFoundError("There is no such role, or no such member to have it.")
        await self.database.userrole.upsert(
            where={"userId_roleId": {"userId": user_id, "roleId": role_id}},
            data={
                "create": {
                    "userId": user_id,
                    "roleId": role_id,
                    "communityId": role.communityId,
                },
                "update": {},
            },
        )

    async def take_role(self, role_id: str, user_id: str) -> None:
        """Take a role from a member; does nothing if the member does not have it."""
        await self.database.userrole.delete_many(where={"roleId": role_id, "userId": user_id})

    async def is_member(self, community_id: str, user_id: str) -> bool:
        """Whether the user is a member."""
        found = await self.database.membership.find_unique(
            where={"userId_communityId": {"userId": user_id, "communityId": community_id}}
        )
        return found is not None

    async def permissions(self, community_id: str, user_id: str) -> frozenset[Permission]:
        """The permissions of a user: all for the owner, else those of the roles."""
        community = await self.database.community.find_unique(where={"id": community_id})
        if community is None or not await self.is_member(community_id, user_id):
            return frozenset()
        if community.ownerId == user_id.lower():
            return frozenset(Permission)
        roles = await self.database.role.find_many(
            where={
                "communityId": community_id,
                "OR": [{"isDefault": True}, {"users": {"some": {"userId": user_id}}}],
            }
        )
        return frozenset(Permission(held) for role in roles for held in role.permissions)

    async def require(self, community_id: str, user_id: str, permission: Permission) -> None:
        """Check that a user has a permission.

        Raises:
            NotAllowedError: the user does not have it.
        """
        if permission not in await self.permissions(community_id, user_id):
            raise NotAllowedError(f"This needs the permission {permission.value}.")

    async def delete(self, community_id: str, user_id: str) -> None:
        """Delete a community with its channels, messages, roles and memberships.

        Raises:
            NotAllowedError: the user is not its owner.
            NotFoundError: there is no such community.
        """

        async def remove(tx: DatabaseService) -> None:
            community = await _community(tx, community_id)
            if community.ownerId != user_id.lower():
                raise NotAllowedError("Only its owner can delete a community.")
            # Cascades follow foreign keys, but not the id lists of the members.
            await tx.community.update(where={"id": community_id}, data={"users": {"set": []}})
            await tx.community.delete(where={"id": community_id})

        await self.database.transaction(remove)


async def _furnish(tx: DatabaseService, community_id: str, channels: Sequence[str]) -> None:
    """Create the default role and the first channels; inside a transaction."""
    await tx.role.create(
        data={
            "communityId": community_id,
            "name": DEFAULT_ROLE,
            "isDefault": True,
            "permissions": list(DEFAULT_PERMISSIONS),
        }
    )
    for position, channel in enumerate(channels):
        await tx.channel.create(
            data={"communityId": community_id, "name": channel, "position": position}
        )


async def _add(tx: DatabaseService, community_id: str, user_id: str) -> Membership:
    """Create both forms of a membership; inside a transaction."""
    await _community(tx, community_id)
    if await tx.user.find_unique(where={"id": user_id}) is None:
        raise NotFoundError("There is no such user.")
    membership = await tx.membership.create(data={"userId": user_id, "communityId": community_id})
    await tx.user.update(
        where={"id": user_id}, data={"communities": {"connect": [{"id": community_id}]}}
    )
    return membership


async def _community(tx: DatabaseService, community_id: str) -> Community:
    community = await tx.community.find_unique(where={"id": community_id})
    if community is None:
        raise NotFoundError("There is no such community.")
    return community
