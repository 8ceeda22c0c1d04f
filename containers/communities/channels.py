"""ChannelService: channels, and who may see the private ones.

Every member of a community sees its channels, but a private one only with a `ChannelMembership`.
"""

from __future__ import annotations

from prisma.enums import ChannelType
from prisma.types import ChannelCreateInput, ChannelWhereInput

from containers.errors import NotFoundError
from database import DatabaseService
from database.selections import ChannelView


class ChannelService:
    """Creates and lists channels, and lets members into private ones.

    The caller must check the permission MANAGE_CHANNELS: `CommunityService.require`.
    """

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def create(
        self,
        community_id: str,
        name: str,
        *,
        type: ChannelType = ChannelType.TEXT,
        topic: str | None = None,
        private_to: str | None = None,
    ) -> ChannelView:
        """Create a channel.

        Args:
            community_id: its community.
            name: its name.
            type: its kind.
            topic: what it is about.
            private_to: the only user who sees it, until others are admitted; None: all members.
        """
        data: ChannelCreateInput = {"communityId": community_id, "name": name, "type": type}
        if topic is not None:
            data["topic"] = topic
        if private_to is not None:
            data["isPrivate"] = True
            data["memberships"] = {"create": [{"userId": private_to}]}
        return await self.database.channel.returning(ChannelView).create(data=data)

    async def admit(self, channel_id: str, user_id: str) -> None:
        """Let a member see a private channel; a second call changes nothing.

        Raises:
            NotFoundError: there is no such channel, or the user is no member of its community.
        """
        if not await self.database.channel.count(
            where={"id": channel_id, **_in_community_of(user_id)}
        ):
            raise NotFoundError("There is no such channel, or no such member to see it.")
        await self.database.channelmembership.upsert(
            where={"userId_channelId": {"userId": user_id, "channelId": channel_id}},
            data={"create": {"userId": user_id, "channelId": channel_id}, "update": {}},
        )

    async def dismiss(self, channel_id: str, user_id: str) -> bool:
        """Hide a private channel from a member again; returns whether the member saw it."""
        dismissed = await self.database.channelmembership.delete_many(
            where={"channelId": channel_id, "userId": user_id}
        )
        return dismissed > 0

    async def visible(self, community_id: str, user_id: str) -> list[ChannelView]:
        """The channels of a community that a user sees, in their order; none for others."""
        return await self.database.channel.returning(ChannelView).find_many(
            where={"communityId": community_id, **_seen_by(user_id)},
            order={"position": "asc", "name": "asc"},
        )

    async def require_visible(self, channel_id: str, user_id: str) -> None:
        """Check that a user sees a channel.

        Raises:
            NotFoundError: there is no such channel, or the user does not see it.
        """
        if not await self.database.channel.count(where={"id": channel_id, **_seen_by(user_id)}):
            raise NotFoundError("There is no such channel.")


def _in_community_of(user_id: str) -> ChannelWhereInput:
    return {"community": {"is": {"memberships": {"some": {"userId": user_id}}}}}


def _seen_by(user_id: str) -> ChannelWhereInput:
    return {
        **_in_community_of(user_id),
        "OR": [{"isPrivate": False}, {"memberships": {"some": {"userId": user_id}}}],
    }
