"""The protocol of a library under test: the operations that are measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from bson import ObjectId

LEVELS = (
    ("memberships", "Membership"),
    ("community", "Community"),
    ("channels", "Channel"),
)
"""The relations of `with_relations`, each inside the one before, and what they hold."""

NewMessage = dict[str, Any]
"""`channelId` and `authorId`, in the type of the library, and `content`; the rest has defaults."""


class Library(Protocol):
    """One library; each returns its own kind of records."""

    name: str

    def id(self, value: ObjectId) -> Any:
        """An id in the type that this library uses."""

    async def find_by_id(self, user: Any) -> Any:
        """The user."""

    async def find_by_unique(self, username: str) -> Any:
        """The user."""

    async def find_latest(self, channel: Any, take: int) -> Sequence[Any]:
        """The channel's last messages, by `sentAt` and id, newest first."""

    async def find_newest(self, channel: Any, take: int) -> Sequence[Any]:
        """The channel's last messages by `sentAt`, newest first; the id is the library's matter."""

    async def find_recent(self, channel: Any, since: datetime, until: datetime) -> Sequence[Any]:
        """The last ten texts of a span that are neither deleted nor pinned."""

    async def find_messages(self, channels: list[Any]) -> Sequence[Any]:
        """All messages of the channels, in no order."""

    async def with_relations(self, users: list[Any], depth: int) -> Sequence[Any]:
        """Users with the first `depth` of LEVELS."""

    async def count_of(self, channel: Any) -> int:
        """How many messages there are in the channel."""

    async def count_in(self, community: Any) -> int:
        """How many messages there are in the channels of a community."""

    async def find_in(self, community: Any, take: int) -> Sequence[Any]:
        """As many messages of a community's channels, by id."""

    async def insert(self, message: NewMessage) -> Any:
        """The message as it was stored."""

    async def update(self, message: Any, content: str, edited: datetime) -> Any:
        """The message after the update."""

    async def delete(self, receipt: Any) -> Any:
        """The receipt before the delete."""

    async def insert_many(self, messages: list[NewMessage]) -> int:
        """How many were stored."""

    async def insert_two(self, first: NewMessage, second: NewMessage) -> Any:
        """Both messages, stored in one transaction."""
