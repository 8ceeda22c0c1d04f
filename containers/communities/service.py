"""Communities: create, join, leave, delete. A feature service on the client.

A membership is stored twice on purpose: as a `Membership` with its own fields, and in the id lists
that make `user.communities` one query. Both change in one transaction.
Roles and permissions are in roles.py, channels in channels.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from prisma.enums import Permission
from prisma.models import Community, Membership, User
from prisma.types import UserCreateInput

from containers.communities.roles import Roles
from containers.errors import NotAllowedError, NotFoundError
from database import DatabaseService
from database.selections import CommunityCard, FoundedCommunity
from prismongo import atomic

DEFAULT_CHANNELS = ("general", "random")
DEFAULT_ROLE = "everyone"
DEFAULT_PERMISSIONS = (Permission.POST_MESSAGES, Permission.ADD_REACTIONS)


class CommunityService(Roles):
    """Creates and deletes communities, adds and removes members, checks permissions."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    @atomic
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
        community = await self.database.community.create(
            data={"name": name, "ownerId": owner_id, "description": description}
        )
        await _furnish(self.database, community.id, channels)
        await _add(self.database, community.id, owner_id)
        return await self.database.community.returning(FoundedCommunity).find_unique_or_raise(
            where={"id": community.id}
        )

    @atomic
    async def join(self, community_id: str, user_id: str) -> Membership:
        """Make a user a member.

        Raises:
            UniqueViolationError: the user is a member already (P2002).
            NotFoundError: there is no such community or user.
        """
        return await _add(self.database, community_id, user_id)

    @atomic
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
        created = await self.database.user.create(data=user)
        return created, await _add(self.database, community_id, created.id)

    @atomic
    async def leave(self, community_id: str, user_id: str) -> bool:
        """Remove a member with roles and private channels; returns whether there was one.

        Raises:
            NotAllowedError: the owner cannot leave.
            NotFoundError: there is no such community.
        """
        community = await _community(self.database, community_id)
        if community.ownerId == user_id.lower():  # an id in capitals is the same
            raise NotAllowedError("The owner cannot leave: delete the community instead.")
        removed = await self.database.membership.delete_many(
            where={"userId": user_id, "communityId": community_id}
        )
        await _forget(self.database, community_id, user_id)
        await self.database.community.update(
            where={"id": community_id},
            data={"users": {"disconnect": [{"id": user_id}]}},
        )
        return removed > 0

    async def mine(self, user_id: str) -> list[CommunityCard]:
        """The communities of a user, by name, with their counts."""
        return await self.database.community.returning(CommunityCard).find_many(
            where={"memberships": {"some": {"userId": user_id}}}, order={"name": "asc"}
        )

    @atomic
    async def delete(self, community_id: str, user_id: str) -> None:
        """Delete a community with its channels, messages, roles and memberships.

        Raises:
            NotAllowedError: the user is not its owner.
            NotFoundError: there is no such community.
        """
        community = await _community(self.database, community_id)
        if community.ownerId != user_id.lower():
            raise NotAllowedError("Only its owner can delete a community.")
        # Cascades follow foreign keys, but not the id lists of the members.
        await self.database.community.update(
            where={"id": community_id}, data={"users": {"set": []}}
        )
        await self.database.community.delete(where={"id": community_id})


async def _furnish(database: DatabaseService, community_id: str, channels: Sequence[str]) -> None:
    """Create the default role and the first channels; inside a transaction."""
    await database.role.create(
        data={
            "communityId": community_id,
            "name": DEFAULT_ROLE,
            "isDefault": True,
            "permissions": list(DEFAULT_PERMISSIONS),
        }
    )
    for position, channel in enumerate(channels):
        await database.channel.create(
            data={"communityId": community_id, "name": channel, "position": position}
        )


async def _add(database: DatabaseService, community_id: str, user_id: str) -> Membership:
    """Create both forms of a membership; inside a transaction."""
    await _community(database, community_id)
    if await database.user.find_unique(where={"id": user_id}) is None:
        raise NotFoundError("There is no such user.")
    # What was given at the moment when the user last left may be there still.
    await _forget(database, community_id, user_id)
    membership = await database.membership.create(
        data={"userId": user_id, "communityId": community_id}
    )
    await database.user.update(
        where={"id": user_id}, data={"communities": {"connect": [{"id": community_id}]}}
    )
    return membership


async def _forget(database: DatabaseService, community_id: str, user_id: str) -> None:
    """Take a user's roles and private channels; inside a transaction."""
    await database.userrole.delete_many(where={"userId": user_id, "communityId": community_id})
    await database.channelmembership.delete_many(
        where={"userId": user_id, "channel": {"is": {"communityId": community_id}}}
    )


async def _community(database: DatabaseService, community_id: str) -> Community:
    community = await database.community.find_unique(where={"id": community_id})
    if community is None:
        raise NotFoundError("There is no such community.")
    return community
