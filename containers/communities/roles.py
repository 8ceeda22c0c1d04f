"""Roles and the permissions that they give: a base class of `CommunityService`."""

from __future__ import annotations

from collections.abc import Iterable

from prisma.enums import Permission
from prisma.models import Role
from prisma.types import RoleUpdateInput

from containers.errors import NotAllowedError, NotFoundError
from database import DatabaseService
from database.selections import RoleView


class Roles:
    """Creates, gives and checks roles: a base class of `CommunityService`.

    The caller must check the permission MANAGE_ROLES: `require`.
    """

    database: DatabaseService

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

    async def roles(self, community_id: str) -> list[RoleView]:
        """The roles of a community in their order, with the numbers of their users."""
        return await self.database.role.returning(RoleView).find_many(
            where={"communityId": community_id}, order={"position": "asc", "name": "asc"}
        )

    async def change_role(
        self,
        role_id: str,
        *,
        name: str | None = None,
        permissions: Iterable[Permission] | None = None,
        position: int | None = None,
    ) -> RoleView:
        """Change a role; None leaves a value as it is.

        Raises:
            UniqueViolationError: the community has another role of this name (P2002).
            NotFoundError: there is no such role.
        """
        data: RoleUpdateInput = {}
        if name is not None:
            data["name"] = name
        if permissions is not None:
            data["permissions"] = list(permissions)
        if position is not None:
            data["position"] = position
        changed = await self.database.role.returning(RoleView).update(
            where={"id": role_id}, data=data
        )
        if changed is None:
            raise NotFoundError("There is no such role.")
        return changed

    async def delete_role(self, role_id: str) -> None:
        """Delete a role, and take it from its users.

        Raises:
            NotAllowedError: it is the default role.
            NotFoundError: there is no such role.
        """
        if await self.database.role.delete_many(where={"id": role_id, "isDefault": False}):
            return
        if await self.database.role.count(where={"id": role_id}):
            raise NotAllowedError("The default role stays.")
        raise NotFoundError("There is no such role.")

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
        return frozenset(held for role in roles for held in role.permissions)

    async def require(self, community_id: str, user_id: str, permission: Permission) -> None:
        """Check that a user has a permission.

        Raises:
            NotAllowedError: the user does not have it.
        """
        if permission not in await self.permissions(community_id, user_id):
            raise NotAllowedError(f"This needs the permission {permission.value}.")
