"""What happens in a channel, as typed events. Beside feed.py, which tells of them.

A record in an event is shared by all who follow the channel: read it only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prisma.models import Message, MessageReaction


@dataclass(frozen=True, slots=True)
class Happened:
    """What all events have.

    Attributes:
        token: give it to `subscribe(resume_after=…)` to continue after this event.
        time: when it happened, in UTC.
    """

    token: str
    time: datetime


@dataclass(frozen=True, slots=True)
class MessagePosted(Happened):
    """A message is new in the channel.

    Attributes:
        message: as it was then, its author included.
    """

    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited(Happened):
    """A message says something else.

    Attributes:
        message: as it was then, its author included.
    """

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted(Happened):
    """A message is not to be shown any more.

    Attributes:
        message: as it was before, its author included.
    """

    message: Message


@dataclass(frozen=True, slots=True)
class ReactionAdded(Happened):
    """Somebody has reacted to a message.

    Attributes:
        reaction: the user included.
    """

    reaction: MessageReaction


@dataclass(frozen=True, slots=True)
class ReactionRemoved(Happened):
    """A reaction was taken back, or its message removed for good.

    Attributes:
        reaction: the user included.
    """

    reaction: MessageReaction


ChannelEvent = MessagePosted | MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved
"""Anything that happens in a channel."""
