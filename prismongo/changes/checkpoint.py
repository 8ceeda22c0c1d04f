"""Checkpoints: where a consumer has come to, kept so that the next one continues there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prismongo.service import Service

if TYPE_CHECKING:
    pass


class KeepsToken(Protocol):
    """Any object that can keep a token: a file, a row somewhere else."""

    async def load(self) -> str | None:
        """The token that was saved last; None where there is none."""

    async def save(self, token: str) -> None:
        """Keep a token, replacing the one before."""


class Checkpoint:
    """A token under a name, kept in the watched database, beside its collections.

    One consumer a name: two would each set the other back.

    Args:
        database: the database.
        name: the consumer's name.
    """

    def __init__(self, database: Service, name: str) -> None:
        self._database = database
        self.name = name

    async def load(self) -> str | None:
        """The token that was saved last; None where there is none."""
        return await self._database.streams.source.load_token(self.name)

    async def save(self, token: str) -> None:
        """Keep a token, replacing the one before."""
        await self._database.streams.source.save_token(self.name, token)

    async def forget(self) -> None:
        """Begin with the present the next time."""
        await self._database.streams.source.save_token(self.name, None)
