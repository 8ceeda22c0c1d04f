"""This project: the public client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bson import ObjectId
from prisma import enums, types

from benchmarks.library import NewMessage
from database import DatabaseService

INCLUDES: Final[tuple[Any, ...]] = (
    None,
    {"memberships": True},
    {"memberships": {"include": {"community": True}}},
    {"memberships": {"include": {"community": {"include": {"channels": True}}}}},
)
"""What `with_relations` includes, by depth."""
WHOLE: Final[types.UserOmit] = {"hashedPassword": False}
"""The whole user, as the other libraries read it."""


class Ours:
    """Models of the generated client."""

    def __init__(self, database: DatabaseService, name: str = "ours") -> None:
        self._database = database
        self.name = name

    def id(self, value: ObjectId) -> str:
        """Its digits."""
        return str(value)

    async def find_by_id(self, user: str) -> Any:
        """`find_unique`."""
        return await self._database.user.find_unique({"id": user}, omit=WHOLE)

    async def find_by_unique(self, username: str) -> Any:
        """`find_unique`."""
        return await self._database.user.find_unique({"username": username}, omit=WHOLE)

    async def find_latest(self, channel: str, take: int) -> Sequence[Any]:
        """`find_many` with `order` and `take`."""
        return await self._database.message.find_many(
            where={"channelId": channel}, order=[{"sentAt": "desc"}, {"id": "desc"}], take=take
        )

    async def find_newest(self, channel: str, take: int) -> Sequence[Any]:
        """`find_many` with `order` and `take`."""
        return await self._database.message.find_many(
            where={"channelId": channel}, order={"sentAt": "desc"}, take=take
        )

    async def find_recent(self, channel: str, since: datetime, until: datetime) -> Sequence[Any]:
        """`find_many` with six values in its filter."""
        where: types.MessageWhereInput = {
            "channelId": channel,
            "type": enums.MessageType.TEXT,
            "isDeleted": False,
            "isPinned": False,
            "sentAt": {"gte": since, "lt": until},
        }
        return await self._database.message.find_many(
            where=where,
            order=[{"sentAt": "desc"}, {"id": "desc"}],
            take=10,
        )

    async def find_messages(self, channels: list[str]) -> Sequence[Any]:
        """`find_many` with `in`, or with the one channel."""
        if len(channels) == 1:
            return await self._database.message.find_many(where={"channelId": channels[0]})
        return await self._database.message.find_many(where={"channelId": {"in": channels}})

    async def with_relations(self, users: list[str], depth: int) -> Sequence[Any]:
        """`find_many` with `include`."""
        return await self._database.user.find_many(
            where={"id": {"in": users}}, include=INCLUDES[depth], omit=WHOLE
        )

    async def count_of(self, channel: str) -> int:
        """`count`."""
        return await self._database.message.count(where={"channelId": channel})

    async def count_in(self, community: str) -> int:
        """`count` by a field of a relation."""
        return await self._database.message.count(
            where={"channel": {"is": {"communityId": community}}}
        )

    async def find_in(self, community: str, take: int) -> Sequence[Any]:
        """`find_many` by a field of a relation."""
        return await self._database.message.find_many(
            where={"channel": {"is": {"communityId": community}}}, order={"id": "asc"}, take=take
        )

    async def insert(self, message: NewMessage) -> Any:
        """`create`."""
        return await self._database.message.create(_data(message))

    async def update(self, message: str, content: str, edited: datetime) -> Any:
        """`update`."""
        return await self._database.message.update(
            where={"id": message}, data={"content": content, "editedAt": edited}
        )

    async def delete(self, receipt: str) -> Any:
        """`delete`."""
        return await self._database.readreceipt.delete({"id": receipt})

    async def insert_many(self, messages: list[NewMessage]) -> int:
        """`create_many`."""
        return await self._database.message.create_many([_data(each) for each in messages])

    async def insert_two(self, first: NewMessage, second: NewMessage) -> Any:
        """Two `create` in a transaction."""
        async with self._database.tx() as tx:
            return [await tx.message.create(_data(first)), await tx.message.create(_data(second))]


def _data(message: NewMessage) -> Any:
    return message
