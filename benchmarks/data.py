"""The data set: users, communities, channels and messages of a chat, the same in every run.

Documents are as our client stores them: optional fields without a value are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from bson import Int64, ObjectId
from pymongo.asynchronous.database import AsyncDatabase

Document = dict[str, Any]

START: Final = datetime(2025, 1, 1, tzinfo=UTC)
BATCH: Final = 10_000
WORDS: Final = [
    "the",
    "engine",
    "weaves",
    "algebraic",
    "patterns",
    "just",
    "as",
    "a",
    "loom",
    "weaves",
    "flowers",
    "and",
    "leaves",
    "into",
    "cloth",
    "while",
    "nobody",
    "looks",
    "at",
    "what",
    "the",
    "punched",
    "cards",
    "hold",
    "or",
    "who",
    "has",
    "arranged",
    "them",
]


@dataclass(frozen=True)
class Size:
    """The size of the data set; `messages` is the number per channel."""

    users: int = 2_000
    communities: int = 20
    channels: int = 50
    messages: int = 1_000
    memberships: int = 4


@dataclass
class DataSet:
    """The stored ids and names that the operations use."""

    size: Size
    users: list[ObjectId] = field(default_factory=list)
    usernames: list[str] = field(default_factory=list)
    communities: list[ObjectId] = field(default_factory=list)
    channels: list[ObjectId] = field(default_factory=list)
    messages: list[ObjectId] = field(default_factory=list)
    tied: ObjectId = field(default_factory=ObjectId)
    """The channel whose messages were all sent at one moment."""
    rich: ObjectId = field(default_factory=ObjectId)
    """The channel whose messages have parts and reactions."""
    scratch: ObjectId = field(default_factory=ObjectId)
    """The channel for messages that operations write."""


async def fill(database: AsyncDatabase[Document], size: Size) -> DataSet:
    """Store the data set in an empty database whose indexes are there."""
    data, random = DataSet(size), Random(20250101)  # noqa: S311 - the same each time
    users = [_user(number, random) for number in range(size.users)]
    data.users = [user["_id"] for user in users]
    data.usernames = [user["username"] for user in users]
    communities = [_community(number, data) for number in range(size.communities)]
    data.communities = [community["_id"] for community in communities]
    channels = [_channel(number, data) for number in range(size.channels)]
    data.channels = [channel["_id"] for channel in channels]
    await _store(database, "User", users)
    await _store(database, "Community", communities)
    await _store(database, "Channel", channels)
    await _store(database, "Membership", _memberships(data))
    data.messages = await add_messages(database, data, data.channels)
    messages = range(size.messages)
    tied = [_message(number, data.tied, data, random) for number in messages]
    rich = [_message(number, data.rich, data, random) for number in messages]
    await _store(database, "Message", [{**each, "sentAt": START} for each in tied])
    await _store(database, "Message", [{**each, **_composites(data, random)} for each in rich])
    return data


async def add_messages(
    database: AsyncDatabase[Document], data: DataSet, channels: list[ObjectId]
) -> list[ObjectId]:
    """Store as many messages as a channel has in each of these → their ids."""
    random = Random(len(channels))  # noqa: S311 - the same each time
    messages = [
        _message(number, channel, data, random)
        for number in range(data.size.messages)
        for channel in channels
    ]
    await _store(database, "Message", messages)
    return [message["_id"] for message in messages]


async def _store(
    database: AsyncDatabase[Document], collection: str, documents: list[Document]
) -> None:
    for start in range(0, len(documents), BATCH):
        await database[collection].insert_many(documents[start : start + BATCH], ordered=False)


def _user(number: int, random: Random) -> Document:
    joined = START + timedelta(minutes=number)
    return {
        "_id": ObjectId(),
        "username": f"user-{number}",
        "hashedPassword": f"$argon2id$v=19$m=65536,t=3,p=4${random.getrandbits(256):064x}",
        "email": f"user-{number}@example.org",
        "displayName": f"User {number}",
        "role": "MEMBER",
        "storageUsed": Int64(random.randrange(2**30)),
        "storageQuota": Int64(5 * 2**30),
        "createdAt": joined,
        "updatedAt": joined,
        "communityIds": [],
    }


def _community(number: int, data: DataSet) -> Document:
    founded = START + timedelta(hours=number)
    return {
        "_id": ObjectId(),
        "name": f"community-{number}",
        "description": "Where it is talked about.",
        "ownerId": data.users[number % len(data.users)],
        "isPublic": True,
        "createdAt": founded,
        "updatedAt": founded,
        "userIds": [],
    }


def _channel(number: int, data: DataSet) -> Document:
    opened = START + timedelta(hours=number)
    return {
        "_id": ObjectId(),
        "communityId": data.communities[number % len(data.communities)],
        "name": f"channel-{number}",
        "type": "TEXT",
        "position": Int64(number),
        "isPrivate": False,
        "createdAt": opened,
        "updatedAt": opened,
    }


def _memberships(data: DataSet) -> list[Document]:
    return [
        {
            "_id": ObjectId(),
            "userId": user,
            "communityId": data.communities[(number + step) % len(data.communities)],
            "joinedAt": START + timedelta(minutes=number),
        }
        for number, user in enumerate(data.users)
        for step in range(data.size.memberships)
    ]


def _message(number: int, channel: ObjectId, data: DataSet, random: Random) -> Document:
    return {
        "_id": ObjectId(),
        "channelId": channel,
        "authorId": random.choice(data.users),
        "type": "TEXT",
        "content": " ".join(random.choices(WORDS, k=12)),
        "mentionedUserIds": [],
        "sentAt": START + timedelta(seconds=number),
        "isDeleted": False,
        "replyCount": Int64(0),
        "isPinned": False,
    }


def _composites(data: DataSet, random: Random) -> Document:
    """Five parts and three reactions."""
    parts = [{"type": "TEXT", "text": word} for word in random.choices(WORDS, k=4)]
    mention = {"type": "MENTION", "text": "@you", "userId": random.choice(data.users)}
    reactions = [
        {"emoji": emoji, "userIds": random.choices(data.users, k=2)}
        for emoji in ("+1", "eyes", "ok")
    ]
    return {"parts": [*parts, mention], "reactions": reactions}
