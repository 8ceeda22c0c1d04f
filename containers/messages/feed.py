"""ChannelFeed turns changes of messages and reactions into events of a channel. Beside service.py.

All subscribers of a channel share one change stream, and they also share its events: the author of
an event is read once, however many subscribers there are.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Final, Self, assert_never

from prisma.errors import PrismaError
from prisma.models import Message, MessageReaction, User

from containers.messages.events import (
    ChannelEvent,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from database import DatabaseService
from prismongo.changes import Change, Changes, Policy

ChannelChange = Change[Message | MessageReaction]

RECENT: Final = 1_000
"""How many events are kept for slower subscribers."""

BUFFER: Final = 1_000
"""The default size of a subscriber's buffer."""

EDITED: Final = frozenset({"content", "mentionedUserIds", "editedAt"})
"""A change of one of these fields is an edit; pins and counts of replies are not."""


@dataclass(slots=True)
class _Recent:
    """An event, made by the first subscriber that needs it; the lock makes the others wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    event: ChannelEvent | None = None


class ChannelFeed:
    """Makes the events of channels.

    Args:
        database: the database of the messages.
    """

    def __init__(self, database: DatabaseService) -> None:
        self.database = database
        self._recent: OrderedDict[tuple[str, str], _Recent] = OrderedDict()

    def subscribe(
        self, channel_id: str, *, resume_after: str | None, buffer: int, policy: Policy
    ) -> ChannelEvents:
        """Like `MessageService.subscribe`."""
        changes = self.database.watch(
            Message,
            MessageReaction,
            where={"channelId": channel_id},
            resume_after=resume_after,
            buffer=buffer,
            policy=policy,
        )
        return ChannelEvents(self, changes, channel_id)

    async def event(self, change: ChannelChange, channel_id: str) -> ChannelEvent | None:
        """The event of a channel for a change; None if the change is not an event.

        Raises:
            prisma.errors.PrismaError: the author could not be read; you may call it again.
        """
        event = _event(change, channel_id)
        if event is None:
            return None
        recent = self._recent.setdefault((channel_id, change.token), _Recent())
        async with recent.lock:
            if recent.event is None:
                recent.event = await self._with_author(event)
                self._forget_old()
        return recent.event

    async def _with_author(self, event: ChannelEvent) -> ChannelEvent:
        match event:
            case ReactionAdded() | ReactionRemoved():
                user = await self._user(event.reaction.userId)
                return replace(event, reaction=event.reaction.model_copy(update={"user": user}))
            case MessagePosted() | MessageEdited() | MessageDeleted():
                author = await self._user(event.message.authorId)
                return replace(event, message=event.message.model_copy(update={"author": author}))
            case _:
                assert_never(event)

    async def _user(self, user_id: str | None) -> User | None:
        if user_id is None:
            return None
        return await self.database.user.find_unique(where={"id": user_id})

    def _forget_old(self) -> None:
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)


class ChannelEvents:
    """The events of a channel: `async with … as events: async for event in events`.

    Entering returns when every later event will be received. The loop ends when the database
    disconnects.
    """

    def __init__(
        self, feed: ChannelFeed, changes: Changes[Message | MessageReaction], channel_id: str
    ) -> None:
        self._feed = feed
        self._changes = changes
        self._channel_id = channel_id
        self._change: ChannelChange | None = None

    async def __aenter__(self) -> Self:
        await self._changes.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._changes.__aexit__(kind, error, trace)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChannelEvent:
        """The next event.

        Raises:
            ChangeStreamError: the stream cannot continue; its subclasses say why, its token where.
            DataError: P2023 or P2032, a stored document does not fit the schema.
            StopAsyncIteration: the block was left, or the database disconnected.
        """
        while True:
            if self._change is None:
                self._change = await anext(self._changes)
            event = await self._event_of(self._change)
            self._change = None  # not earlier: after a cancelled call the change is used again
            if event is not None:
                return event

    async def _event_of(self, change: ChannelChange) -> ChannelEvent | None:
        try:
            return await self._feed.event(change, self._channel_id)
        except PrismaError as error:
            if self._changes.ends_with(error):
                raise StopAsyncIteration from None
            raise

    @property
    def token(self) -> str:
        """Continues after the last event, and after changes that are not events."""
        return self._changes.token


def _event(change: ChannelChange, channel_id: str) -> ChannelEvent | None:
    """The event without its author."""
    before, after, token, time = change.before, change.after, change.token, change.time
    if isinstance(before, MessageReaction) or isinstance(after, MessageReaction):
        return _reaction_event(change)
    was, now = _shown(before, channel_id), _shown(after, channel_id)
    if now is None:
        return None if was is None else MessageDeleted(token, time, was)
    if was is None:
        return MessagePosted(token, time, now)
    return MessageEdited(token, time, now) if EDITED & change.updated_fields else None


def _shown(message: Message | MessageReaction | None, channel_id: str) -> Message | None:
    """The message, if it is visible in the channel."""
    if not isinstance(message, Message) or message.isDeleted:
        return None
    return message if message.channelId == channel_id else None


def _reaction_event(change: ChannelChange) -> ChannelEvent | None:
    before, after = change.before, change.after
    if isinstance(after, MessageReaction) and before is None:
        return ReactionAdded(change.token, change.time, after)
    if isinstance(before, MessageReaction) and after is None:
        return ReactionRemoved(change.token, change.time, before)
    return None
