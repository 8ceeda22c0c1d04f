"""A load whose every effect can be counted afterwards, and the account of what was promised.

An operation ends in one of two ways: it is acknowledged, or it ends with an error, and then nobody
knows whether it took place. So what is stored must be all that was acknowledged, may be what ended
with an error, and nothing of either may be there twice.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Final, Literal

from prisma.errors import PrismaError

from database import DatabaseService

Kind = Literal["create", "transfer", "upsert"]

ACCOUNTS: Final = 40
CREDITS: Final = 1_000
COUNTERS: Final = 5
AT_ONCE: Final = 16


@dataclass
class Account:
    """What was promised: by kind, what was acknowledged and what ended with an error."""

    acknowledged: dict[Kind, Counter[str]] = field(
        default_factory=lambda: {"create": Counter(), "transfer": Counter(), "upsert": Counter()}
    )
    unknown: dict[Kind, Counter[str]] = field(
        default_factory=lambda: {"create": Counter(), "transfer": Counter(), "upsert": Counter()}
    )
    errors: Counter[str] = field(default_factory=Counter)
    longest_operation: float = 0.0
    longest_pause: float = 0.0
    """Seconds in which nothing at all was acknowledged."""

    @property
    def total(self) -> int:
        """How many operations were acknowledged."""
        return sum(kind.total() for kind in self.acknowledged.values())


class Writers:
    """Several tasks that write through one client, until so many operations are acknowledged."""

    def __init__(self, database: DatabaseService, seed: int) -> None:
        self._database = database
        self._random = random.Random(seed)  # noqa: S311 - a test's choices
        self._numbers = itertools.count()
        self._last = time.monotonic()
        self.account = Account()

    async def prepare(self) -> None:
        """The accounts, each with its credits (a user's `storageUsed`).

        Of the schema's indexes the one alone that an upsert needs: making all takes its time.
        """
        await self._database.mongo["User"].create_index("username", unique=True)
        await self._database.user.create_many(
            data=[
                {"username": f"account {n}", "hashedPassword": "x", "storageUsed": CREDITS}
                for n in range(ACCOUNTS)
            ]
        )

    async def write(self, until: int) -> None:
        """Writes of the three kinds in turn."""
        self._last = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._write(until))

    async def _write(self, until: int) -> None:
        while self.account.total < until:
            number = next(self._numbers)
            match number % 3:
                case 0:
                    name = f"create {number}"
                    await self._counted("create", name, self._create(name))
                case 1:
                    name = f"transfer {number}"
                    await self._counted("transfer", name, self._transfer(name))
                case _:
                    name = f"counter {number % COUNTERS}"
                    await self._counted("upsert", name, self._upsert(name))

    async def _counted(self, kind: Kind, name: str, write: Awaitable[object]) -> None:
        started = time.monotonic()
        try:
            await write
        except PrismaError as error:
            self.account.unknown[kind][name] += 1
            code = getattr(error, "code", "")
            self.account.errors[f"{kind}: {type(error).__name__} {code}"] += 1
            await asyncio.sleep(0.05)
            return
        now = time.monotonic()
        self.account.acknowledged[kind][name] += 1
        self.account.longest_operation = max(self.account.longest_operation, now - started)
        self.account.longest_pause = max(self.account.longest_pause, now - self._last)
        self._last = now

    async def _create(self, name: str) -> object:
        return await self._database.message.create(data={"content": name})

    async def _transfer(self, name: str) -> object:
        """One credit from an account to another, noted in the same transaction."""
        giver, taker = self._random.sample(range(ACCOUNTS), 2)

        async def move(tx: DatabaseService) -> None:
            for number, change in ((giver, -1), (taker, 1)):
                await tx.user.update(
                    where={"username": f"account {number}"},
                    data={"storageUsed": {"increment": change}},
                )
            await tx.file.create(
                data={"name": name, "mimeType": f"{giver}>{taker}", "size": 1, "storageKey": name}
            )

        return await self._database.transaction(move)

    async def _upsert(self, name: str) -> object:
        return await self._database.user.upsert(
            where={"username": name},
            data={
                "create": {"username": name, "hashedPassword": "x", "storageUsed": 1},
                "update": {"storageUsed": {"increment": 1}},
            },
        )


async def stored_by(database: DatabaseService) -> dict[Kind, Counter[str]]:
    """What is stored, told in the same way; the accounts agree with the notes of transfers."""
    messages = await database.message.find_many()
    notes = await database.file.find_many()
    counters = await database.user.find_many(where={"username": {"startswith": "counter "}})
    await _agree_on_credits(database, [note.mimeType for note in notes])
    return {
        "create": Counter(message.content for message in messages),
        "transfer": Counter(note.name for note in notes),
        "upsert": Counter({counter.username: counter.storageUsed for counter in counters}),
    }


async def _agree_on_credits(database: DatabaseService, transfers: list[str]) -> None:
    expected = Counter({f"account {number}": CREDITS for number in range(ACCOUNTS)})
    for transfer in transfers:
        giver, _, taker = transfer.partition(">")
        expected.subtract([f"account {giver}"])
        expected.update([f"account {taker}"])
    accounts = await database.user.find_many(where={"username": {"startswith": "account "}})
    assert {each.username: each.storageUsed for each in accounts} == dict(expected)
    assert sum(each.storageUsed for each in accounts) == ACCOUNTS * CREDITS


def lost(account: Account, stored: dict[Kind, Counter[str]]) -> dict[Kind, Counter[str]]:
    """What was acknowledged, and is not there."""
    return {kind: account.acknowledged[kind] - stored[kind] for kind in stored}


def doubled(account: Account, stored: dict[Kind, Counter[str]]) -> dict[Kind, Counter[str]]:
    """What is there more often than it was acknowledged or may have taken place."""
    return {
        kind: stored[kind] - account.acknowledged[kind] - account.unknown[kind] for kind in stored
    }


def applied_unacknowledged(account: Account, stored: dict[Kind, Counter[str]]) -> int:
    """How many operations ended with an error, and took place."""
    return sum((stored[kind] - account.acknowledged[kind]).total() for kind in stored)
