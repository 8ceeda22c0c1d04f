"""Health: does the server answer, what is it, and is the generated client of this schema.

Beside the service. A check never raises for a server that is down, and ends within its time-out.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

import pymongo
from prisma.errors import PrismaError
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from prismongo.client.schema import Freshness

Topology = Literal["replica set", "standalone", "sharded", "unknown"]


@dataclass(frozen=True, slots=True)
class Health:
    """What a health check found.

    Attributes:
        status: `up`, or `down` where the server did not answer in time.
        latency_ms: how long the answer took; None where there was none.
        topology: what kind of server it is; only a replica set has transactions.
        replica_set, primary: their names; None where there are none, or none is known.
        version: MongoDB's, such as `6.0.5`.
        client: whether the schema.prisma that the client was generated from still says the same;
            `stale` asks for `generate`, `unknown` is where that file is not there.
        error: why the status is `down`, without any secret.
    """

    status: Literal["up", "down"]
    latency_ms: float | None = None
    topology: Topology = "unknown"
    replica_set: str | None = None
    primary: str | None = None
    version: str | None = None
    client: Freshness = "unknown"
    error: str | None = None

    @property
    def is_up(self) -> bool:
        """Whether the server answered."""
        return self.status == "up"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


async def check_health(
    database: AsyncDatabase[Any], within: timedelta, client: Freshness = "unknown"
) -> Health:
    """Ask the server, and give up after `within`; `client` is passed on."""
    seconds = within.total_seconds()
    started = time.perf_counter()
    try:
        async with asyncio.timeout(seconds):
            with pymongo.timeout(seconds):
                hello = await database.command("hello")
                latency = (time.perf_counter() - started) * 1000
                build = await database.command("buildInfo")
    except (PyMongoError, TimeoutError) as error:
        reason = f"No answer within {seconds:g} s ({type(error).__name__})."
        return Health("down", client=client, error=reason)
    return Health(
        "up",
        latency_ms=round(latency, 3),
        topology=_topology(hello),
        replica_set=hello.get("setName"),
        primary=hello.get("primary"),
        version=build.get("version"),
        client=client,
    )


def down(error: PrismaError, client: Freshness = "unknown") -> Health:
    """The health of a database that is not connected."""
    return Health("down", client=client, error=str(error))


def _topology(hello: dict[str, Any]) -> Topology:
    if hello.get("setName"):
        return "replica set"
    return "sharded" if hello.get("msg") == "isdbgrid" else "standalone"
