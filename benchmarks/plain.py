"""PyMongo's asyncio API, which returns dicts, with dates in UTC: the base of every ratio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bson import Int64, ObjectId
from pymongo import AsyncMongoClient, ReturnDocument

from benchmarks.data import Document
from benchmarks.library import LEVELS, NewMessage

NEWEST: Final = [("sentAt", -1), ("_id", -1)]

KEYS: Final = {
    "memberships": ("_id", "userId", True),
    "community": ("communityId", "_id", False),
    "channels": ("_id", "communityId", True),
}
"""Relation → the key in the record, the key in the related one, whether it is a list."""


class Plain:
    """Documents as the driver gives them."""

    name = "PyMongo"

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._client = client
        self._database = client[database]
        self._users = self._database["User"]
        self._messages = self._database["Message"]
        self._receipts = self._database["ReadReceipt"]

    def id(self, value: ObjectId) -> ObjectId:
        """The same."""
        return value

    async def find_by_id(self, user: ObjectId) -> Any:
        """`find_one` by `_id`."""
        return await self._users.find_one({"_id": user})

    async def find_by_unique(self, username: str) -> Any:
        """`find_one` by the unique index."""
        return await self._users.find_one({"username": username})

    async def find_latest(self, channel: ObjectId, take: int) -> Sequence[Any]:
        """`find` by an index that has the order, too."""
        return await self._messages.find({"channelId": channel}, sort=NEWEST, limit=take).to_list()

    async def find_newest(self, channel: ObjectId, take: int) -> Sequence[Any]:
        """The same: the index has the id, too."""
        return await self.find_latest(channel, take)

    async def find_recent(
        self, channel: ObjectId, since: datetime, until: datetime
    ) -> Sequence[Any]:
        """`find` with `sort` and `limit`."""
        where = {**unmarked(channel), "sentAt": {"$gte": since, "$lt": until}}
        return await self._messages.find(where, sort=NEWEST, limit=10).to_list()

    async def find_messages(self, channels: list[ObjectId]) -> Sequence[Any]:
        """`find` with `$in`, or with the one channel."""
        where = channels[0] if len(channels) == 1 else {"$in": channels}
        return await self._messages.find({"channelId": where}).to_list()

    async def with_relations(self, users: list[ObjectId], depth: int) -> Sequence[Any]:
        """A `find` a level, joined here."""
        found = await self._users.find({"_id": {"$in": users}}).to_list()
        await self.attach(found, depth)
        return found

    async def attach(self, users: list[Document], depth: int) -> None:
        """Put the related documents into their parents."""
        parents = users
        for name, collection in LEVELS[:depth]:
            near, far, is_list = KEYS[name]
            keys = list({parent[near] for parent in parents})
            children = await self._database[collection].find({far: {"$in": keys}}).to_list()
            if is_list:
                groups: dict[Any, list[Document]] = {}
                for child in children:
                    groups.setdefault(child[far], []).append(child)
                for parent in parents:
                    parent[name] = groups.get(parent[near], [])
            else:
                one = {child[far]: child for child in children}
                for parent in parents:
                    parent[name] = one.get(parent[near])
            parents = children

    async def count_of(self, channel: ObjectId) -> int:
        """`count_documents`."""
        return await self._messages.count_documents({"channelId": channel})

    async def count_in(self, community: ObjectId) -> int:
        """Two queries: the channels, and their messages."""
        channels = await self.channels_of(community)
        return await self._messages.count_documents({"channelId": {"$in": channels}})

    async def find_in(self, community: ObjectId, take: int) -> Sequence[Any]:
        """Two queries: the channels, and their messages."""
        where = {"channelId": {"$in": await self.channels_of(community)}}
        return await self._messages.find(where, sort=[("_id", 1)], limit=take).to_list()

    async def channels_of(self, community: ObjectId) -> list[ObjectId]:
        """The ids of a community's channels."""
        found = self._database["Channel"].find({"communityId": community}, {"_id": 1})
        return [channel["_id"] async for channel in found]

    async def insert(self, message: NewMessage) -> Any:
        """`insert_one`; the driver adds the id."""
        document = complete(message)
        await self._messages.insert_one(document)
        return document

    async def update(self, message: ObjectId, content: str, edited: datetime) -> Any:
        """`find_one_and_update`."""
        return await self._messages.find_one_and_update(
            {"_id": message},
            {"$set": {"content": content, "editedAt": edited}},
            return_document=ReturnDocument.AFTER,
        )

    async def delete(self, receipt: ObjectId) -> Any:
        """`find_one_and_delete`."""
        return await self._receipts.find_one_and_delete({"_id": receipt})

    async def insert_many(self, messages: list[NewMessage]) -> int:
        """`insert_many`."""
        result = await self._messages.insert_many([complete(message) for message in messages])
        return len(result.inserted_ids)

    async def insert_two(self, first: NewMessage, second: NewMessage) -> Any:
        """Two `insert_one` in a transaction."""
        documents = [complete(first), complete(second)]
        async with self._client.start_session() as session, await session.start_transaction():
            for document in documents:
                await self._messages.insert_one(document, session=session)
        return documents


def unmarked(channel: ObjectId) -> Document:
    """A filter: the messages of a channel but those deleted, pinned or written by the system."""
    return {"channelId": channel, "type": "TEXT", "isDeleted": False, "isPinned": False}


def complete(message: NewMessage) -> Document:
    """The message with its defaults."""
    return {
        **message,
        "type": "TEXT",
        "sentAt": datetime.now(UTC),
        "isDeleted": False,
        "replyCount": Int64(0),
        "isPinned": False,
    }
