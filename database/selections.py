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
from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, computed_field
from pydantic.alias_generators import to_camel

from prismongo import Count, Include, selects


class _Selection(BaseModel):
    """Reads `createdAt` as `created_at`; a field of another name says its `validation_alias`."""

    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel))


@selects(User)
class PublicUser(_Selection):
    """A user, as others see one."""

    id: str
    username: str
    bio: str | None
    created_at: datetime
    chosen_name: str | None = Field(validation_alias="displayName", exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def display_name(self) -> str:
        """The name to show."""
        return self.chosen_name or self.username


class _Joined(_Selection):
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
class CommunityCard(_Selection):
    """A community in a list."""

    id: str
    name: str
    description: str | None
    members: Annotated[int, Count("memberships")]
    channels: Annotated[int, Count("channels")]


@selects(Friendship)
class FriendshipView(_Selection):
    """A friendship or a request for one, as both of its users see it."""

    id: str
    requester: PublicUser
    addressee: PublicUser
    status: FriendshipStatus
    created_at: datetime
    answered_at: datetime | None


class PartView(_Selection):
    """A piece of a message's text that is shown in one way."""

    type: PartType
    text: str
    user_id: str | None
    url: str | None


class ReactionView(_Selection):
    """An emoji, and who reacted with it."""

    emoji: str
    user_ids: list[str]


class AttachmentView(_Selection):
    """A file that a message shows."""

    file_id: str
    name: str
    mime_type: str
    size: int


@selects(Message)
class MessageView(_Selection):
    """A message with its author, as the members of its channel or its group see it."""

    id: str
    channel_id: str | None
    direct_message_group_id: str | None
    author: PublicUser | None
    content: str
    parts: list[PartView]
    reactions: list[ReactionView]
    attachments: list[AttachmentView]
    sent_at: datetime
    edited_at: datetime | None
    parent_message_id: str | None
    reply_count: int
    last_reply_at: datetime | None
    is_pinned: bool


class _GroupMember(_Selection):
    user: PublicUser


@selects(DirectMessageGroup)
class GroupView(_Selection):
    """A group of direct messages in a list, with its members and its last message."""

    id: str
    name: str | None
    updated_at: datetime
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
class RoleView(_Selection):
    """A role, and how many users it was given to."""

    id: str
    name: str
    permissions: list[Permission]
    is_default: bool
    position: int
    users: Annotated[int, Count("users")]


@selects(Channel)
class ChannelView(_Selection):
    """A channel in a list."""

    id: str
    name: str
    type: ChannelType
    topic: str | None
    messages: Annotated[int, Count("messages", where={"isDeleted": False})]


@selects(Community)
class FoundedCommunity(_Selection):
    """A community with its channels, in their order."""

    id: str
    name: str
    description: str | None
    owner_id: str | None
    channels: Annotated[list[ChannelView], Include(order={"position": "asc"})]


class _Thread(_Selection):
    author_id: str | None


@selects(Message)
class PostedMessage(_Selection):
    """What says whom a message concerns: the mentioned users, and the author of its thread."""

    id: str
    channel_id: str | None
    author_id: str | None
    mentioned_user_ids: list[str]
    thread: _Thread | None = Field(validation_alias="parentMessage")


@selects(Notification)
class NotificationView(_Selection):
    """A notification with who caused it."""

    id: str
    type: NotificationType
    actor: PublicUser | None
    message_id: str | None
    channel_id: str | None
    community_id: str | None
    is_read: bool
    created_at: datetime


@selects(File)
class FileView(_Selection):
    """A file, as its owner sees it."""

    id: str
    name: str
    mime_type: str
    size: int
    status: FileStatus


@selects(User)
class StorageQuota(_Selection):
    """The bytes that a user uses and may use."""

    used: int = Field(validation_alias="storageUsed")
    allowed: int = Field(validation_alias="storageQuota")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> int:
        """What may still be reserved."""
        return max(0, self.allowed - self.used)


@selects(InstanceSettings)
class InstanceView(_Selection):
    """The settings of the instance."""

    name: str
    description: str | None
    registration_mode: RegistrationMode
    default_storage_quota: int
    max_file_size: int
