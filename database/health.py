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

from database.errors import ConfigurationError, SchemaError
from database.files import locate
from database.schema.generate import generated_schema, is_generated_from
from database.schema.parser import parse

Topology = Literal["replica set", "standalone", "sharded", "unknown"]
Freshness = Literal["fresh", "stale", "unknown"]


@dataclass(frozen=True, slots=True)
class Health:
    """What a health check found.

    Attributes:
        status: `up`, or `down` where the server did not answer in time.
        latency_ms: how long the answer took; None where there was none.
        topology: what kind of server it is; only a replica set has transactions.
        replica_set, primary: their names; None where there are none, or none is known.
        version: MongoDB's, such as `6.0.5`.
        client: whether the generated client is of this schema.prisma; `stale` asks for `generate`,
            `unknown` is where no schema.prisma is at hand.
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


async def check_health(database: AsyncDatabase[Any], within: timedelta) -> Health:
    """Ask the server, and give up after `within`."""
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
        return Health("down", client=client_freshness(), error=reason)
    return Health(
        "up",
        latency_ms=round(latency, 3),
        topology=_topology(hello),
        replica_set=hello.get("setName"),
        primary=hello.get("primary"),
        version=build.get("version"),
        client=client_freshness(),
    )


def down(error: PrismaError) -> Health:
    """The health of a database that is not connected."""
    return Health("down", client=client_freshness(), error=str(error))


def client_freshness() -> Freshness:
    """Whether the generated client was made of the schema.prisma that is at hand."""
    try:
        at_hand = locate("schema.prisma").read_text(encoding="utf-8")
        same = at_hand == generated_schema() or is_generated_from(parse(at_hand))
        return "fresh" if same else "stale"
    except (ConfigurationError, SchemaError, OSError):
        return "unknown"


def _topology(hello: dict[str, Any]) -> Topology:
    if hello.get("setName"):
        return "replica set"
    return "sharded" if hello.get("msg") == "isdbgrid" else "standalone"
