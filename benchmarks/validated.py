"""PyMongo's asyncio API with a pydantic model around each document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import AsyncMongoClient

from benchmarks.data import Document
from benchmarks.library import NewMessage
from benchmarks.plain import Plain
from benchmarks.records import Message, Receipt, User


class Validated:
    """Models made of what `Plain` finds."""

    name = "PyMongo + pydantic"

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._client = client
        self._plain = Plain(client, database)
        self._messages = client[database]["Message"]

    def id(self, value: ObjectId) -> ObjectId:
        """The same."""
        return value

    async def find_by_id(self, user: ObjectId) -> Any:
        """A model of it."""
        return User.model_validate(await self._plain.find_by_id(user))

    async def find_by_unique(self, username: str) -> Any:
        """A model of it."""
        return User.model_validate(await self._plain.find_by_unique(username))

    async def find_latest(self, channel: ObjectId, take: int) -> Sequence[Any]:
        """Models of them."""
        return [Message.model_validate(row) for row in await self._plain.find_latest(channel, take)]

    async def find_newest(self, channel: ObjectId, take: int) -> Sequence[Any]:
        """The same."""
        return await self.find_latest(channel, take)

    async def find_recent(
        self, channel: ObjectId, since: datetime, until: datetime
    ) -> Sequence[Any]:
        """Models of them."""
        found = await self._plain.find_recent(channel, since, until)
        return [Message.model_validate(row) for row in found]

    async def find_messages(self, channels: list[ObjectId]) -> Sequence[Any]:
        """Models of them."""
        return [Message.model_validate(row) for row in await self._plain.find_messages(channels)]

    async def with_relations(self, users: list[ObjectId], depth: int) -> Sequence[Any]:
        """Models of what was joined."""
        found = await self._plain.with_relations(users, depth)
        return [User.model_validate(row) for row in found]

    async def count_of(self, channel: ObjectId) -> int:
        """The same number."""
        return await self._plain.count_of(channel)

    async def count_in(self, community: ObjectId) -> int:
        """The same number."""
        return await self._plain.count_in(community)

    async def find_in(self, community: ObjectId, take: int) -> Sequence[Any]:
        """Models of them."""
        return [Message.model_validate(row) for row in await self._plain.find_in(community, take)]

    async def insert(self, message: NewMessage) -> Any:
        """The model that was stored."""
        made = Message.model_validate(message)
        await self._messages.insert_one(stored(made))
        return made

    async def update(self, message: ObjectId, content: str, edited: datetime) -> Any:
        """A model of it."""
        return Message.model_validate(await self._plain.update(message, content, edited))

    async def delete(self, receipt: ObjectId) -> Any:
        """A model of it."""
        return Receipt.model_validate(await self._plain.delete(receipt))

    async def insert_many(self, messages: list[NewMessage]) -> int:
        """Models, dumped."""
        made = [stored(Message.model_validate(message)) for message in messages]
        return len((await self._messages.insert_many(made)).inserted_ids)

    async def insert_two(self, first: NewMessage, second: NewMessage) -> Any:
        """The models that were stored."""
        made = [Message.model_validate(first), Message.model_validate(second)]
        async with self._client.start_session() as session, await session.start_transaction():
            for each in made:
                await self._messages.insert_one(stored(each), session=session)
        return made


def stored(record: Message) -> Document:
    """The document of a record, without what has no value."""
    return record.model_dump(by_alias=True, exclude_none=True)
