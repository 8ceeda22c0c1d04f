"""Beanie: its documents and its queries; relations by `In`, as its links need stored DBRefs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from beanie import SortDirection, UpdateResponse, init_beanie
from beanie.operators import In
from bson import ObjectId
from pymongo import AsyncMongoClient

from benchmarks import odm_records as stored
from benchmarks.data import Document
from benchmarks.library import NewMessage
from benchmarks.odm_records import MODELS, Membership, Message, Receipt, User
from benchmarks.plain import unmarked

NEWEST: Final = [("sentAt", SortDirection.DESCENDING), ("_id", SortDirection.DESCENDING)]


class Odm:
    """Documents as Beanie gives them."""

    name = "Beanie"

    def __init__(self, client: AsyncMongoClient[Document]) -> None:
        self._client = client

    @classmethod
    async def made(cls, client: AsyncMongoClient[Document], database: str) -> Odm:
        """Ready: Beanie keeps the database on its classes."""
        await init_beanie(client[database], document_models=MODELS)
        return cls(client)

    def id(self, value: ObjectId) -> ObjectId:
        """The same."""
        return value

    async def find_by_id(self, user: ObjectId) -> Any:
        """`get`."""
        return await User.get(user)

    async def find_by_unique(self, username: str) -> Any:
        """`find_one`."""
        return await User.find_one(User.username == username)

    async def find_latest(self, channel: ObjectId, take: int) -> Sequence[Any]:
        """`find` with `sort` and `limit`."""
        return await Message.find(Message.channelId == channel).sort(NEWEST).limit(take).to_list()

    async def find_newest(self, channel: ObjectId, take: int) -> Sequence[Any]:
        """The same."""
        return await self.find_latest(channel, take)

    async def find_recent(
        self, channel: ObjectId, since: datetime, until: datetime
    ) -> Sequence[Any]:
        """`find` with `sort` and `limit`."""
        where = {**unmarked(channel), "sentAt": {"$gte": since, "$lt": until}}
        return await Message.find(where).sort(NEWEST).limit(10).to_list()

    async def find_messages(self, channels: list[ObjectId]) -> Sequence[Any]:
        """`find` with `In`, or with the one channel."""
        if len(channels) == 1:
            return await Message.find(Message.channelId == channels[0]).to_list()
        return await Message.find(In(Message.channelId, channels)).to_list()

    async def with_relations(self, users: list[ObjectId], depth: int) -> Sequence[Any]:
        """A `find` a level, joined here."""
        found = await User.find(In(User.id, users)).to_list()
        if depth > 0:
            await self._memberships(found, depth)
        return found

    async def _memberships(self, users: list[User], depth: int) -> None:
        ids = [user.id for user in users]
        memberships = await Membership.find(In(Membership.userId, ids)).to_list()
        groups: dict[Any, list[Membership]] = {}
        for membership in memberships:
            groups.setdefault(membership.userId, []).append(membership)
        for user in users:
            user.memberships = groups.get(user.id, [])
        if depth > 1:
            await self._communities(memberships)

    async def _communities(self, memberships: list[Membership]) -> None:
        ids = list({membership.communityId for membership in memberships})
        found = await stored.Community.find(In(stored.Community.id, ids)).to_list()
        communities = {community.id: community for community in found}
        for membership in memberships:
            membership.community = communities.get(membership.communityId)

    async def count_of(self, channel: ObjectId) -> int:
        """`count`."""
        return await Message.find(Message.channelId == channel).count()

    async def count_in(self, community: ObjectId) -> int:
        """Two queries: the channels, and their messages."""
        return await Message.find(In(Message.channelId, await self._channels(community))).count()

    async def find_in(self, community: ObjectId, take: int) -> Sequence[Any]:
        """Two queries: the channels, and their messages."""
        found = Message.find(In(Message.channelId, await self._channels(community)))
        return await found.sort([("_id", SortDirection.ASCENDING)]).limit(take).to_list()

    async def _channels(self, community: ObjectId) -> list[Any]:
        found = await stored.Channel.find(stored.Channel.communityId == community).to_list()
        return [channel.id for channel in found]

    async def insert(self, message: NewMessage) -> Any:
        """`insert`."""
        return await Message(**message).insert()

    async def update(self, message: ObjectId, content: str, edited: datetime) -> Any:
        """`update` that answers the new document."""
        return await Message.find_one(Message.id == message).update(
            {"$set": {Message.content: content, Message.editedAt: edited}},
            response_type=UpdateResponse.NEW_DOCUMENT,
        )

    async def delete(self, receipt: ObjectId) -> Any:
        """`get`, then `delete`: Beanie deletes documents that it holds."""
        found = await Receipt.get(receipt)
        if found is not None:
            await found.delete()
        return found

    async def insert_many(self, messages: list[NewMessage]) -> int:
        """`insert_many`."""
        made = [Message(**message) for message in messages]
        return len((await Message.insert_many(made)).inserted_ids)

    async def insert_two(self, first: NewMessage, second: NewMessage) -> Any:
        """Two `insert` in a transaction."""
        made = [Message(**first), Message(**second)]
        async with self._client.start_session() as session, await session.start_transaction():
            for each in made:
                await each.insert(session=session)
        return made
