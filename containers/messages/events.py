"""The events of a channel, which feed.py makes.

All subscribers of a channel receive the same records: do not modify them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from database.selections import MessageView, PublicUser


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

    message: MessageView


@dataclass(frozen=True, slots=True)
class MessageEdited(_Event):
    """A message was edited.

    Attributes:
        message: the message after the change, with its author.
    """

    message: MessageView


@dataclass(frozen=True, slots=True)
class MessageDeleted(_Event):
    """A message was deleted.

    Attributes:
        message: the message before, with its author.
    """

    message: MessageView


@dataclass(frozen=True, slots=True)
class _Reaction(_Event):
    """The attributes of the events of reactions.

    Attributes:
        message_id: the message.
        emoji: the reaction.
        user: whose reaction; None if the user was deleted.
    """

    message_id: str
    emoji: str
    user: PublicUser | None


@dataclass(frozen=True, slots=True)
class ReactionAdded(_Reaction):
    """A user reacted to a message."""


@dataclass(frozen=True, slots=True)
class ReactionRemoved(_Reaction):
    """A user took a reaction back."""


ChannelEvent = MessagePosted | MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved
"""Any event of a channel."""
