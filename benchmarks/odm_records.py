"""The records as Beanie's documents, as its documentation has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from beanie import Document, PydanticObjectId
from pydantic import BaseModel, Field

from benchmarks.records import ChannelType, MessageType, PartType, Role


class Channel(Document):
    """A channel."""

    communityId: PydanticObjectId
    name: str
    type: ChannelType = ChannelType.TEXT
    topic: str | None = None
    position: int = 0
    isPrivate: bool = False
    createdAt: datetime
    updatedAt: datetime

    class Settings:
        """Beanie's settings."""

        name = "Channel"


class Community(Document):
    """A community."""

    name: str
    description: str | None = None
    ownerId: PydanticObjectId | None = None
    isPublic: bool = False
    createdAt: datetime
    updatedAt: datetime
    userIds: list[PydanticObjectId] = []
    channels: list[Channel] | None = None

    class Settings:
        """Beanie's settings."""

        name = "Community"


class Membership(Document):
    """A membership."""

    userId: PydanticObjectId
    communityId: PydanticObjectId
    nickname: str | None = None
    joinedAt: datetime
    community: Community | None = None

    class Settings:
        """Beanie's settings."""

        name = "Membership"


class User(Document):
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
    communityIds: list[PydanticObjectId] = []
    memberships: list[Membership] | None = None

    class Settings:
        """Beanie's settings."""

        name = "User"


class MessagePart(BaseModel):
    """A part of a message."""

    type: PartType = PartType.TEXT
    text: str
    userId: PydanticObjectId | None = None
    url: str | None = None


class Reaction(BaseModel):
    """An emoji, and who reacted with it."""

    emoji: str
    userIds: list[PydanticObjectId] = []


class Message(Document):
    """A message."""

    channelId: PydanticObjectId | None = None
    directMessageGroupId: PydanticObjectId | None = None
    authorId: PydanticObjectId | None = None
    parentMessageId: PydanticObjectId | None = None
    type: MessageType = MessageType.TEXT
    content: str
    parts: list[MessagePart] = []
    mentionedUserIds: list[PydanticObjectId] = []
    reactions: list[Reaction] = []
    sentAt: datetime = Field(default_factory=lambda: datetime.now(UTC))
    editedAt: datetime | None = None
    isDeleted: bool = False
    deletedAt: datetime | None = None
    replyCount: int = 0
    lastReplyAt: datetime | None = None
    isPinned: bool = False
    pinnedAt: datetime | None = None
    pinnedById: PydanticObjectId | None = None

    class Settings:
        """Beanie's settings; it writes the same documents as the other libraries."""

        name = "Message"
        keep_nulls = False


class Receipt(Document):
    """A receipt."""

    userId: PydanticObjectId
    channelId: PydanticObjectId
    lastReadMessageId: PydanticObjectId | None = None
    lastReadAt: datetime

    class Settings:
        """Beanie's settings."""

        name = "ReadReceipt"


MODELS: Final = [Channel, Community, Membership, User, Message, Receipt]
