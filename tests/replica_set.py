"""A replica set of several mongods on loopback, whose members can be killed and started again."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final, Self

from prismongo.embedded.connection import DirectConnection
from prismongo.embedded.mongod import HOST, REPLICA_SET, Mongod
from tests.processes import kill
from tests.waiting import PATIENCE

QUICK_ELECTIONS: Final = {"electionTimeoutMillis": 1_000, "heartbeatIntervalMillis": 200}


class ReplicaSet:
    """Started by `async with`; the first member is the primary then.

    Args:
        data: a directory for the members' data.
        size: how many.
        journaled: whether what a majority has is on its disks. Where one member alone dies, its
            memory is enough, and many times faster.
    """

    def __init__(self, data: Path, size: int = 3, *, journaled: bool = False) -> None:
        self._journaled = journaled
        self._directories = [data / f"member{number}" for number in range(size)]
        self.members: list[Mongod] = []

    async def __aenter__(self) -> Self:
        self.members = [Mongod(data=directory, member=True) for directory in self._directories]
        try:
            await asyncio.gather(*(member.start() for member in self.members))
            await self._initiate()
            await self.primary()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    def url(self, database: str, options: str = "") -> str:
        """The connection string that names all members."""
        hosts = ",".join(f"{HOST}:{member.port}" for member in self.members)
        return f"mongodb://{hosts}/{database}?replicaSet={REPLICA_SET}{options}"

    async def primary(self) -> Mongod:
        """The member that takes writes, once there is one."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for member in self.members:
                if member.is_running and (await _hello(member)).get("isWritablePrimary"):
                    return member
            await asyncio.sleep(0.05)
        raise AssertionError("no member has become primary")

    async def revive(self, member: Mongod) -> Mongod:
        """Start a member that was killed, on its data and its port."""
        again = Mongod(data=member.directory, port=member.port, member=True)
        await member.stop()
        await again.start()
        self.members[self.members.index(member)] = again
        return again

    async def all_up(self) -> None:
        """Returns once every member is primary or follows it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            states = [await _hello(member) for member in self.members]
            if all(state.get("isWritablePrimary") or state.get("secondary") for state in states):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("a member has not come back")

    async def _initiate(self) -> None:
        members = [
            {"_id": number, "host": f"{HOST}:{member.port}"}
            for number, member in enumerate(self.members)
        ]
        config = {
            "_id": REPLICA_SET,
            "members": members,
            "settings": QUICK_ELECTIONS,
            "writeConcernMajorityJournalDefault": self._journaled,
        }
        async with DirectConnection(HOST, self.members[0].port) as connection:
            await connection.command({"replSetInitiate": config})

    async def _stop(self) -> None:
        """Killed first: asked to end, a primary waits 15 s for its clients to go elsewhere."""
        for member in self.members:
            if member.is_running:
                await kill(member)
        await asyncio.gather(*(member.stop() for member in self.members))


async def _hello(member: Mongod) -> dict[str, Any]:
    try:
        async with DirectConnection(HOST, member.port) as connection:
            return await connection.command({"hello": 1})
    except (OSError, EOFError):
        return {}
