"""Reactions, changed in place inside of the message: a base class of `MessageService`.

No method reads before it writes. Each write is one update of one document, with a filter that says
when it is right, so calls at the same moment cannot undo each other.
"""

from __future__ import annotations

from prisma.types import MessageWhereInput

from containers.errors import NotFoundError
from database import DatabaseService


class Reactions:
    """Adds, removes and counts the reactions to a message: a base class of `MessageService`."""

    database: DatabaseService

    async def react(self, message_id: str, user_id: str, emoji: str) -> None:
        """React to a message; a second call changes nothing.

        Raises:
            NotFoundError: there is no such message.
        """
        shown: MessageWhereInput = {"id": message_id, "isDeleted": False}
        # Another user may add or remove the entry of the emoji between the two writes.
        while not (
            await self._begin(shown, user_id, emoji) or await self._join(shown, user_id, emoji)
        ):
            if not await self.database.message.count(where=shown):
                raise NotFoundError("There is no such message.")

    async def _begin(self, shown: MessageWhereInput, user_id: str, emoji: str) -> bool:
        """Push the entry of an emoji that nobody has used; returns whether it was pushed."""
        pushed = await self.database.message.update_many(
            where={
                **shown,
                "OR": [
                    {"reactions": {"none": {"emoji": emoji}}},
                    {"reactions": {"is_set": False}},  # a message that nobody has reacted to
                ],
            },
            data={"reactions": {"push": [{"emoji": emoji, "userIds": [user_id]}]}},
        )
        return pushed > 0

    async def _join(self, shown: MessageWhereInput, user_id: str, emoji: str) -> bool:
        """Add the user to the entry of an emoji; returns whether there is one."""
        joined = await self.database.message.update_many(
            where={**shown, "reactions": {"some": {"emoji": emoji}}},
            data={
                "reactions": {
                    "update_many": {
                        "where": {"emoji": emoji},
                        "data": {"userIds": {"add": [user_id]}},
                    }
                }
            },
        )
        return joined > 0

    async def unreact(self, message_id: str, user_id: str, emoji: str) -> bool:
        """Remove a reaction; returns whether there was one."""
        removed = await self.database.message.update_many(
            where={
                "id": message_id,
                "reactions": {"some": {"emoji": emoji, "userIds": {"has": user_id}}},
            },
            data={
                "reactions": {
                    "update_many": {
                        "where": {"emoji": emoji},
                        "data": {"userIds": {"remove": [user_id]}},
                    }
                }
            },
        )
        await self.database.message.update_many(
            where={
                "id": message_id,
                "reactions": {"some": {"emoji": emoji, "userIds": {"is_empty": True}}},
            },
            data={
                "reactions": {
                    "delete_many": {"where": {"emoji": emoji, "userIds": {"is_empty": True}}}
                }
            },
        )
        return removed > 0

    async def reactions(self, message_id: str) -> dict[str, int]:
        """The number of reactions per emoji, the most frequent first."""
        message = await self.database.message.find_unique(
            where={"id": message_id}, select={"reactions": True}
        )
        held = message.reactions if message else []
        counts = {reaction.emoji: len(reaction.userIds) for reaction in held}
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
