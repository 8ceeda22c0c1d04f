"""The health check: whether the server answers, its kind, and whether the client is current.

Beside the service. A check raises no error for a server that is down, and has a time-out.
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
    """The result of a health check.

    Attributes:
        status: `up`, or `down` if the server did not answer in time.
        latency_ms: how long the answer took; None if there was none.
        topology: the kind of server; a standalone server has no transactions.
        replica_set, primary: their names; None if there is none, or it is not known.
        version: the version of MongoDB, such as `6.0.5`.
        client: whether the schema.prisma that the client was generated from is unchanged; `stale`
            means that `generate` is needed, `unknown` that the file does not exist.
        error: why the status is `down`, without secrets.
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
        """As a dict for JSON."""
        return asdict(self)


async def check_health(
    database: AsyncDatabase[Any], within: timedelta, client: Freshness = "unknown"
) -> Health:
    """Send a request to the server, with the time-out `within`; `client` goes into the result."""
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
