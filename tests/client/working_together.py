"""Two services of one database that know nothing of each other, for the tests of `atomic`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from prisma.models import Community, User

from database import DatabaseService
from prismongo import atomic
from tests.records import user

LONG: Final = 600
"""Seconds; longer than it takes on any machine."""

USERNAME: Final = "User_username_key"
"""The index of `User.username`."""


class Users:
    """Creates users."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def create(self, name: str) -> User:
        return await self.database.user.create(user(name))


class Communities:
    """Founds communities."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database
        self.calls = 0

    @atomic(timeout=LONG)
    async def found(self, name: str, owner: User) -> Community:
        """Write twice, or not at all; no name is "wrong"."""
        self.calls += 1
        community = await self.database.community.create({"name": name, "ownerId": owner.id})
        await self.database.user.update(
            where={"id": owner.id}, data={"storageUsed": {"increment": 1}}
        )
        if name == "wrong":
            raise ValueError(name)
        return community


async def counts(database: DatabaseService) -> tuple[int, int]:
    """How many users and communities there are for everybody."""
    with database.detached():
        return await database.user.count(), await database.community.count()


async def increment_elsewhere(database: DatabaseService, one: User) -> None:
    """Write a user outside of the block, before the block does."""
    with database.detached():
        await database.user.update(where={"id": one.id}, data={"storageUsed": {"increment": 100}})


class Spy:
    """Records the steps that reach a store, and how many of them run at once.

    Attributes:
        steps: the names of the steps, in order.
        at_once: the most that ran at once.
        entered: called before each step.
    """

    def __init__(self, database: DatabaseService, monkeypatch: pytest.MonkeyPatch) -> None:
        store: Any = database._mongo_engine.store
        self.steps: list[str] = []
        self.at_once = self._running = 0
        self.entered: Callable[[str], Awaitable[None]] = self._go_on
        execute = store.execute

        async def spied(step: Any, transaction: Any) -> Any:
            self.steps.append(type(step).__name__)
            self._running += 1
            self.at_once = max(self.at_once, self._running)
            try:
                await self.entered(type(step).__name__)
                return await execute(step, transaction)
            finally:
                self._running -= 1

        monkeypatch.setattr(store, "execute", spied)

    async def _go_on(self, step: str) -> None:
        await asyncio.sleep(0)
