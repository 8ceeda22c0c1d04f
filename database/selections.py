"""What others may see of a record: `returning(Profile)` reads these fields, and no other.

`prismongo check` compares the classes with schema.prisma (`[tool.prismongo]` in pyproject.toml).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from prisma.enums import (
    ChannelType,
    FileStatus,
    FriendshipStatus,
    NotificationType,
    PartType,
    Permission,
    RegistrationMode,
)
from prisma.models import (
    Channel,
    Community,
    DirectMessageGroup,
    File,
    Friendship,
    InstanceSettings,
    Message,
    Notification,
    Role,
    User,
)
from pydantic import BaseModel, Field, computed_field

from prismongo import Count, Include, selects


@selects(User)
class PublicUser(BaseModel):
    """A user, as others see one."""

    id: str
    username: str
    bio: str | None
    created_at: datetime = Field(validation_alias="createdAt")
    chosen_name: str | None = Field(validation_alias="displayName", exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def display_name(self) -> str:
        """The name to show."""
        return self.chosen_name or self.username


class _Joined(BaseModel):
    name: str


@selects(User)
class Profile(PublicUser):
    """A user with the communities that the user is in."""

    joined: Annotated[list[_Joined], Include(order={"name": "asc"})] = Field(
        validation_alias="communities", exclude=True
    )

    @computed_field  # type: ignore[prop-decorator]
    @property
    def communities(self) -> tuple[str, ...]:
        """The names of the communities, sorted."""
        return tuple(community.name for community in self.joined)


@selects(Community)
class CommunityCard(BaseModel):
    """A community in a list."""

    id: str
    name: str
    description: str | None
    members: Annotated[int, Count("memberships")]
    channels: Annotated[int, Count("channels")]


@selects(Friendship)
class FriendshipView(BaseModel):
    """A friendship or a request for one, as both of its users see it."""

    id: str
    requester: PublicUser
    addressee: PublicUser
    status: FriendshipStatus
    created_at: datetime = Field(validation_alias="createdAt")
    answered_at: datetime | None = Field(validation_alias="answeredAt")


class PartView(BaseModel):
    """A piece of a message's text that is shown in one way."""

    type: PartType
    text: str
    user_id: str | None = Field(validation_alias="userId")
    url: str | None


class ReactionView(BaseModel):
    """An emoji, and who reacted with it."""

    emoji: str
    user_ids: list[str] = Field(validation_alias="userIds")


class AttachmentView(BaseModel):
    """A file that a message shows."""

    file_id: str = Field(validation_alias="fileId")
    name: str
    mime_type: str = Field(validation_alias="mimeType")
    size: int


@selects(Message)
class MessageView(BaseModel):
    """A message with its author, as the members of its channel or its group see it."""

    id: str
    channel_id: str | None = Field(validation_alias="channelId")
    direct_message_group_id: str | None = Field(validation_alias="directMessageGroupId")
    author: PublicUser | None
    content: str
    parts: list[PartView]
    reactions: list[ReactionView]
    attachments: list[AttachmentView]
    sent_at: datetime = Field(validation_alias="sentAt")
    edited_at: datetime | None = Field(validation_alias="editedAt")
    parent_message_id: str | None = Field(validation_alias="parentMessageId")
    reply_count: int = Field(validation_alias="replyCount")
    last_reply_at: datetime | None = Field(validation_alias="lastReplyAt")
    is_pinned: bool = Field(validation_alias="isPinned")


class _GroupMember(BaseModel):
    user: PublicUser


@selects(DirectMessageGroup)
class GroupView(BaseModel):
    """A group of direct messages in a list, with its members and its last message."""

    id: str
    name: str | None
    updated_at: datetime = Field(validation_alias="updatedAt")
    places: Annotated[list[_GroupMember], Include(order=[{"joinedAt": "asc"}, {"id": "asc"}])] = (
        Field(validation_alias="members", exclude=True)
    )
    latest: Annotated[
        list[MessageView],
        Include(where={"isDeleted": False}, order=[{"sentAt": "desc"}, {"id": "desc"}], take=1),
    ] = Field(validation_alias="messages", exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def members(self) -> list[PublicUser]:
        """The members, who came first before."""
        return [place.user for place in self.places]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def last_message(self) -> MessageView | None:
        """The last message that is not deleted."""
        return next(iter(self.latest), None)


@selects(Role)
class RoleView(BaseModel):
    """A role, and how many users it was given to."""

    id: str
    name: str
    permissions: list[Permission]
    is_default: bool = Field(validation_alias="isDefault")
    position: int
    users: Annotated[int, Count("users")]


@selects(Channel)
class ChannelView(BaseModel):
    """A channel in a list."""

    id: str
    name: str
    type: ChannelType
    topic: str | None
    messages: Annotated[int, Count("messages", where={"isDeleted": False})]


@selects(Community)
class FoundedCommunity(BaseModel):
    """A community with its channels, in their order."""

    id: str
    name: str
    description: str | None
    owner_id: str | None = Field(validation_alias="ownerId")
    channels: Annotated[list[ChannelView], Include(order={"position": "asc"})]


class _Thread(BaseModel):
    author_id: str | None = Field(validation_alias="authorId")


@selects(Message)
class PostedMessage(BaseModel):
    """What says whom a message concerns: the mentioned users, and the author of its thread."""

    id: str
    channel_id: str | None = Field(validation_alias="channelId")
    author_id: str | None = Field(validation_alias="authorId")
    mentioned_user_ids: list[str] = Field(validation_alias="mentionedUserIds")
    thread: _Thread | None = Field(validation_alias="parentMessage")


@selects(Notification)
class NotificationView(BaseModel):
    """A notification with who caused it."""

    id: str
    type: NotificationType
    actor: PublicUser | None
    message_id: str | None = Field(validation_alias="messageId")
    channel_id: str | None = Field(validation_alias="channelId")
    community_id: str | None = Field(validation_alias="communityId")
    is_read: bool = Field(validation_alias="isRead")
    created_at: datetime = Field(validation_alias="createdAt")


@selects(File)
class FileView(BaseModel):
    """A file, as its owner sees it."""

    id: str
    name: str
    mime_type: str = Field(validation_alias="mimeType")
    size: int
    status: FileStatus


@selects(User)
class StorageQuota(BaseModel):
    """The bytes that a user uses and may use."""

    used: int = Field(validation_alias="storageUsed")
    allowed: int = Field(validation_alias="storageQuota")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> int:
        """What may still be reserved."""
        return max(0, self.allowed - self.used)


@selects(InstanceSettings)
class InstanceView(BaseModel):
    """The settings of the instance."""

    name: str
    description: str | None
    registration_mode: RegistrationMode = Field(validation_alias="registrationMode")
    default_storage_quota: int = Field(validation_alias="defaultStorageQuota")
    max_file_size: int = Field(validation_alias="maxFileSize")
