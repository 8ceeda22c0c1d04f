"""Checkpoint: saves the token of the last handled change, so that a consumer can continue there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prismongo.service import Service


class TokenStore(Protocol):
    """Any object that can save a token, for example in a file."""

    async def load(self) -> str | None:
        """The token that was saved last; None if there is none."""

    async def save(self, token: str) -> None:
        """Save a token in place of the one before."""


class Checkpoint:
    """Saves a token under a name in the watched database (collection `_change_tokens`).

    Use one name per consumer: two consumers would overwrite each other's token.

    Args:
        database: the database.
        name: the consumer's name.
    """

    def __init__(self, database: Service, name: str) -> None:
        self._database = database
        self.name = name

    async def load(self) -> str | None:
        """The token that was saved last; None if there is none."""
        return await self._database.streams.source.load_token(self.name)

    async def save(self, token: str) -> None:
        """Save a token in place of the one before."""
        await self._database.streams.source.save_token(self.name, token)

    async def forget(self) -> None:
        """Delete the token: the next time the consumer starts with new changes."""
        await self._database.streams.source.save_token(self.name, None)
