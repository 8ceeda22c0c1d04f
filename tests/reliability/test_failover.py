"""Three nodes, primaries killed under load: nothing acknowledged is lost, and nothing is doubled.

`make failover` does the whole: 10,000 acknowledged operations and ten kills.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from database import DatabaseService, DatabaseSettings
from prismongo.health import Health
from tests.processes import kill
from tests.reliability.writers import (
    Account,
    Writers,
    applied_unacknowledged,
    doubled,
    lost,
    stored_by,
)
from tests.replica_set import ReplicaSet

WRITES: Final = int(os.environ.get("FAILOVER_WRITES") or 300)
KILLS: Final = int(os.environ.get("FAILOVER_KILLS") or 1)
SEED: Final = int(os.environ.get("FAILOVER_SEED") or 1)
LONGEST_DOWN: Final = 2.0
"""Seconds that a killed member stays down at most."""


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[ReplicaSet]:
    async with ReplicaSet(tmp_path, journaled=True) as servers:
        yield servers


async def kill_primaries(servers: ReplicaSet, account: Account) -> None:
    """So many kills, spread over the writes; whoever was killed is back before the next."""
    chance = random.Random(SEED)  # noqa: S311 - a test's choices
    for number in range(KILLS):
        due = (number + chance.uniform(0.2, 0.8)) * WRITES / KILLS
        while account.total < due:
            await asyncio.sleep(0.01)
        victim = await servers.primary()
        await kill(victim)
        await asyncio.sleep(chance.uniform(0, LONGEST_DOWN))
        await servers.revive(victim)
        await servers.all_up()


async def test_nothing_acknowledged_is_lost_or_doubled(servers: ReplicaSet) -> None:
    async with DatabaseService(DatabaseSettings(url=servers.url("test"))) as database:
        writers = Writers(database, SEED)
        await writers.prepare()
        async with asyncio.TaskGroup() as group:
            group.create_task(writers.write(WRITES))
            group.create_task(kill_primaries(servers, writers.account))
        stored = await stored_by(database)
        health: Health = await database.health()
    account = writers.account
    report(account, applied_unacknowledged(account, stored))

    assert account.total >= WRITES
    assert {kind: dict(found) for kind, found in lost(account, stored).items() if found} == {}
    assert {kind: dict(found) for kind, found in doubled(account, stored).items() if found} == {}
    assert health.status == "up"


def report(account: Account, applied: int) -> None:
    """The figures, for `pytest -s`."""
    kinds = ", ".join(f"{found.total()} {kind}" for kind, found in account.acknowledged.items())
    print(f"\n{account.total} operations acknowledged ({kinds}), {KILLS} kills")  # noqa: T201
    print(f"{account.errors.total()} ended with an error, {applied} of them applied")  # noqa: T201
    for name, times in account.errors.most_common():
        print(f"{times:8} {name}")  # noqa: T201
    print(f"longest pause {account.longest_pause:.2f} s")  # noqa: T201
    print(f"longest acknowledged operation {account.longest_operation:.2f} s")  # noqa: T201
