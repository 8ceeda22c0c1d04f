"""The events of a channel, which feed.py makes.

All subscribers of a channel receive the same records: do not modify them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prisma.models import Message, MessageReaction


@dataclass(frozen=True, slots=True)
class _Event:
    """The attributes of all events.

    Attributes:
        token: give it to `subscribe(resume_after=…)` to continue after this event.
        time: when it happened, in UTC.
    """

    token: str
    time: datetime


@dataclass(frozen=True, slots=True)
class MessagePosted(_Event):
    """A message was posted.

    Attributes:
        message: the message after the change, with its author.
    """

    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited(_Event):
    """A message was edited.

    Attributes:
        message: the message after the change, with its author.
    """

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted(_Event):
    """A message was deleted.

    Attributes:
        message: the message before, with its author.
    """

    message: Message


@dataclass(frozen=True, slots=True)
class ReactionAdded(_Event):
    """A user reacted to a message.

    Attributes:
        reaction: the reaction, with its user.
    """

    reaction: MessageReaction


@dataclass(frozen=True, slots=True)
class ReactionRemoved(_Event):
    """A reaction was removed, or its message was removed from the database.

    Attributes:
        reaction: the reaction, with its user.
    """

    reaction: MessageReaction


ChannelEvent = MessagePosted | MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved
"""Any event of a channel."""
