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

DEFAULT_CHANNELS = ("general", "random")
DEFAULT_ROLE = "everyone"
DEFAULT_PERMISSIONS = (Permission.POST_MESSAGES, Permission.ADD_REACTIONS)


class CommunityService(Roles):
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
            await tx.membership.delete_many(where={"userId": user_id, "communityId": community_id})
            await _forget(tx, community_id, user_id)
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
    # What was given at the moment when the user last left may be there still.
    await _forget(tx, community_id, user_id)
    membership = await tx.membership.create(data={"userId": user_id, "communityId": community_id})
    await tx.user.update(
        where={"id": user_id}, data={"communities": {"connect": [{"id": community_id}]}}
    )
    return membership


async def _forget(tx: DatabaseService, community_id: str, user_id: str) -> None:
    """Take a user's roles and private channels; inside a transaction."""
    await tx.userrole.delete_many(where={"userId": user_id, "communityId": community_id})
    await tx.channelmembership.delete_many(
        where={"userId": user_id, "channel": {"is": {"communityId": community_id}}}
    )


async def _community(tx: DatabaseService, community_id: str) -> Community:
    community = await tx.community.find_unique(where={"id": community_id})
    if community is None:
        raise NotFoundError("There is no such community.")
    return community
