"""ChannelFeed turns changes of messages into events of a channel: for `MessageService.subscribe`.

All subscribers of a channel share one change stream, and they also share its events: the author of
an event is read once, however many subscribers there are.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from prisma.errors import PrismaError
from prisma.models import Message

from containers.messages.events import (
    ChannelEvent,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from database import DatabaseService
from database.selections import MessageView, PublicUser
from prismongo.changes import Change, Changes, Policy

ChannelChange = Change[Message]

RECENT: Final = 1_000
"""How many events are kept for slower subscribers."""

BUFFER: Final = 1_000
"""The default size of a subscriber's buffer."""

EDITED: Final = frozenset({"content", "parts", "attachments", "mentionedUserIds", "editedAt"})
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
        draft = _event(change, channel_id)
        if draft is None:
            return None
        recent = self._recent.setdefault((channel_id, change.token), _Recent())
        async with recent.lock:
            if recent.event is None:
                recent.event = draft.make(await self._user(draft.user_id))
                self._forget_old()
        return recent.event

    async def _user(self, user_id: str | None) -> PublicUser | None:
        if user_id is None:
            return None
        return await self.database.user.returning(PublicUser).find_unique(where={"id": user_id})

    def _forget_old(self) -> None:
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)


class ChannelEvents:
    """The events of a channel: `async with … as events: async for event in events`.

    Entering returns when every later event will be received. The loop ends when the database
    disconnects.
    """

    def __init__(self, feed: ChannelFeed, changes: Changes[Message], channel_id: str) -> None:
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


@dataclass(frozen=True, slots=True)
class _Draft:
    """An event whose user was not read yet: `make` takes the user."""

    user_id: str | None
    make: Callable[[PublicUser | None], ChannelEvent]


def _event(change: ChannelChange, channel_id: str) -> _Draft | None:
    """The event of a change: what it means to somebody who looks at the channel."""
    was, now = _shown(change.before, channel_id), _shown(change.after, channel_id)
    if now is None:
        return None if was is None else _of_message(MessageDeleted, change, was)
    if was is None:
        return _of_message(MessagePosted, change, now)
    if EDITED & change.updated_fields:
        return _of_message(MessageEdited, change, now)
    return _of_reaction(change, now.id, _reactions(was), _reactions(now))


def _of_message(
    kind: type[MessagePosted | MessageEdited | MessageDeleted],
    change: ChannelChange,
    message: Message,
) -> _Draft:
    def make(author: PublicUser | None) -> ChannelEvent:
        view = MessageView.model_validate({**message.model_dump(), "author": author})
        return kind(change.token, change.time, view)

    return _Draft(message.authorId, make)


def _of_reaction(
    change: ChannelChange,
    message_id: str,
    before: frozenset[tuple[str, str]],
    after: frozenset[tuple[str, str]],
) -> _Draft | None:
    """One event: the service adds and removes the reactions one by one."""
    kind: type[ReactionAdded | ReactionRemoved] = ReactionAdded
    changed = after - before
    if not changed:
        kind, changed = ReactionRemoved, before - after
    if not changed:
        return None
    emoji, user_id = min(changed)
    return _Draft(user_id, lambda user: kind(change.token, change.time, message_id, emoji, user))


def _reactions(message: Message) -> frozenset[tuple[str, str]]:
    return frozenset(
        (reaction.emoji, user_id) for reaction in message.reactions for user_id in reaction.userIds
    )


def _shown(message: Message | None, channel_id: str) -> Message | None:
    """The message, if it is visible in the channel."""
    if message is None or message.isDeleted:
        return None
    return message if message.channelId == channel_id else None
