"""The records as pydantic models, as an application with PyMongo would write them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum

from bson import ObjectId
from pydantic import BaseModel, ConfigDict, Field


class Role(str, Enum):  # noqa: UP042 - as the generated client's
    """A user's role."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


class ChannelType(str, Enum):  # noqa: UP042 - the same
    """A channel's type."""

    TEXT = "TEXT"
    VOICE = "VOICE"
    ANNOUNCEMENT = "ANNOUNCEMENT"


class MessageType(str, Enum):  # noqa: UP042 - the same
    """A message's type."""

    TEXT = "TEXT"
    SYSTEM = "SYSTEM"


class PartType(str, Enum):  # noqa: UP042 - the same
    """What a part of a message is."""

    TEXT = "TEXT"
    BOLD = "BOLD"
    CODE = "CODE"
    LINK = "LINK"
    MENTION = "MENTION"


class MessagePart(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    type: PartType = PartType.TEXT
    text: str
    userId: ObjectId | None = None
    url: str | None = None


class Reaction(BaseModel):
    """An emoji, and who reacted with it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    emoji: str
    userIds: list[ObjectId] = []


class Record(BaseModel):
    """A stored document; ids stay the driver's, which pydantic checks without calling Python."""

    model_config = ConfigDict(arbitrary_types_allowed=True, populate_by_name=True)

    id: ObjectId = Field(alias="_id", default_factory=ObjectId)


class Channel(Record):
    """A channel."""

    communityId: ObjectId
    name: str
    type: ChannelType = ChannelType.TEXT
    topic: str | None = None
    position: int = 0
    isPrivate: bool = False
    createdAt: datetime
    updatedAt: datetime


class Community(Record):
    """A community."""

    name: str
    description: str | None = None
    ownerId: ObjectId | None = None
    isPublic: bool = False
    createdAt: datetime
    updatedAt: datetime
    userIds: list[ObjectId] = []
    channels: list[Channel] | None = None


class Membership(Record):
    """A membership."""

    userId: ObjectId
    communityId: ObjectId
    nickname: str | None = None
    joinedAt: datetime
    community: Community | None = None


class User(Record):
    """A user."""

    username: str
    hashedPassword: str
    email: str | None = None
    instanceId: str | None = None
    displayName: str | None = None
    bio: str | None = None
    role: Role = Role.MEMBER
    storageUsed: int = 0
    storageQuota: int = 5368709120
    createdAt: datetime
    updatedAt: datetime
    lastSeenAt: datetime | None = None
    communityIds: list[ObjectId] = []
    memberships: list[Membership] | None = None


class Message(Record):
    """A message."""

    channelId: ObjectId | None = None
    directMessageGroupId: ObjectId | None = None
    authorId: ObjectId | None = None
    parentMessageId: ObjectId | None = None
    type: MessageType = MessageType.TEXT
    content: str
    parts: list[MessagePart] = []
    mentionedUserIds: list[ObjectId] = []
    reactions: list[Reaction] = []
    sentAt: datetime = Field(default_factory=lambda: datetime.now(UTC))
    editedAt: datetime | None = None
    isDeleted: bool = False
    deletedAt: datetime | None = None
    replyCount: int = 0
    lastReplyAt: datetime | None = None
    isPinned: bool = False
    pinnedAt: datetime | None = None
    pinnedById: ObjectId | None = None


class Receipt(Record):
    """A read receipt."""

    userId: ObjectId
    channelId: ObjectId
    lastReadMessageId: ObjectId | None = None
    lastReadAt: datetime
