"""Moderation: what members with a permission do to others. A feature service on two others."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from prisma.enums import Permission

from containers.communities import CommunityService
from containers.errors import NotFoundError
from containers.messages import MessageService
from database import DatabaseService
from prismongo import atomic

LOGGER: Final = logging.getLogger(__name__)


class ModerationService:
    """Removes members and deletes the messages of others; it checks the permissions itself.

    The check and what follows it are one block, in which the other services take part. An act is
    logged once it is kept: not if a block around it fails, and once if it was begun again.
    """

    def __init__(
        self, database: DatabaseService, communities: CommunityService, messages: MessageService
    ) -> None:
        self.database = database
        self._communities = communities
        self._messages = messages

    @atomic
    async def remove_member(self, community_id: str, user_id: str, *, moderator_id: str) -> None:
        """Remove a member, with roles and private channels; does nothing if there is none.

        Raises:
            NotAllowedError: the moderator may not (REMOVE_MEMBERS), or the member is the owner.
        """
        await self._communities.require(community_id, moderator_id, Permission.REMOVE_MEMBERS)
        if await self._communities.leave(community_id, user_id):
            self._log("%s removed member %s of community %s", moderator_id, user_id, community_id)

    @atomic
    async def delete_message(self, message_id: str, *, moderator_id: str) -> None:
        """Delete anybody's message in a channel; a second call changes nothing.

        Raises:
            NotAllowedError: the moderator may not (MANAGE_MESSAGES).
            NotFoundError: there is no such message in a channel.
        """
        channel = await self.database.channel.find_first(
            where={"messages": {"some": {"id": message_id}}}
        )
        if channel is None:
            raise NotFoundError("There is no such message in a channel.")
        await self._communities.require(
            channel.communityId, moderator_id, Permission.MANAGE_MESSAGES
        )
        if await self._messages.delete(message_id):
            self._log("%s deleted message %s of channel %s", moderator_id, message_id, channel.id)

    def _log(self, act: str, *ids: str) -> None:
        self.database.after_commit(partial(LOGGER.info, act, *ids))
