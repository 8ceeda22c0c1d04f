"""The messages feature."""

from containers.messages.container import MessagesContainer
from containers.messages.events import (
    ChannelEvent,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from containers.messages.feed import ChannelEvents, ChannelFeed
from containers.messages.reading import ReadingService
from containers.messages.service import MessageService

__all__ = [
    "ChannelEvent",
    "ChannelEvents",
    "ChannelFeed",
    "MessageDeleted",
    "MessageEdited",
    "MessagePosted",
    "MessageService",
    "MessagesContainer",
    "ReactionAdded",
    "ReactionRemoved",
    "ReadingService",
]
