"""The rows of an instance, and the random generator that their ids and moments come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from prisma import types
from prisma.enums import NotificationType

UserRow = types.UserCreateWithoutRelationsInput
MessageRow = types.MessageCreateWithoutRelationsInput
NotificationRow = types.NotificationCreateWithoutRelationsInput

BEGIN: Final = datetime(2025, 1, 1, tzinfo=UTC)
MIDDLE: Final = datetime(2025, 3, 1, tzinfo=UTC)
END: Final = datetime(2025, 9, 1, tzinfo=UTC)
"""Users register between BEGIN and MIDDLE; messages are sent between MIDDLE and END."""

PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - of users who do not exist
HASHED: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$cHJpc21vbmdvLnNlZWQuMQ"
    "$t2ruUICXQ9JECRSGWQOEh3/9vJIsBo+fa1VuWYqxrxU"
)
"""The hash of `PASSWORD`, for all users: to hash it again for each takes 0.1 s and more."""


class Chance(Random):
    """A random generator that also makes ids and moments."""

    def object_id(self, moment: datetime) -> str:
        """An ObjectId: four bytes of seconds, as MongoDB's have, then eight random bytes."""
        return f"{int(moment.timestamp()):08x}{self.getrandbits(64):016x}"

    def between(self, begin: datetime, end: datetime) -> datetime:
        """A moment, in whole milliseconds, as MongoDB stores them."""
        span = (end - begin) // timedelta(milliseconds=1)
        return begin + timedelta(milliseconds=self.randrange(max(1, span)))


@dataclass(slots=True)
class Room:
    """A channel, or a direct message group: a place for messages."""

    id: str
    members: list[UserRow]
    community_id: str | None = None
    messages: list[MessageRow] = field(default_factory=list)


@dataclass(slots=True)
class Instance:
    """The rows of each model."""

    users: list[UserRow] = field(default_factory=list)
    friendships: list[types.FriendshipCreateWithoutRelationsInput] = field(default_factory=list)
    communities: list[types.CommunityCreateWithoutRelationsInput] = field(default_factory=list)
    memberships: list[types.MembershipCreateWithoutRelationsInput] = field(default_factory=list)
    roles: list[types.RoleCreateWithoutRelationsInput] = field(default_factory=list)
    user_roles: list[types.UserRoleCreateWithoutRelationsInput] = field(default_factory=list)
    channels: list[types.ChannelCreateWithoutRelationsInput] = field(default_factory=list)
    groups: list[types.DirectMessageGroupCreateWithoutRelationsInput] = field(default_factory=list)
    group_members: list[types.DirectMessageGroupMemberCreateWithoutRelationsInput] = field(
        default_factory=list
    )
    messages: list[MessageRow] = field(default_factory=list)
    receipts: list[types.ReadReceiptCreateWithoutRelationsInput] = field(default_factory=list)
    notifications: list[NotificationRow] = field(default_factory=list)


def notify(
    made: Instance,
    chance: Chance,
    kind: NotificationType,
    user_id: str,
    actor_id: str,
    moment: datetime,
) -> NotificationRow:
    """Add a notification of a user, read or not; returns its row."""
    row: NotificationRow = {
        "id": chance.object_id(moment),
        "userId": user_id,
        "actorId": actor_id,
        "type": kind,
        "isRead": chance.random() < 0.6,
        "createdAt": moment,
    }
    if row["isRead"]:
        row["readAt"] = chance.between(moment, END)
    made.notifications.append(row)
    return row
