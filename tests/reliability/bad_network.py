"""The load of the soak on a bad network, in a process of its own.

    python -m tests.reliability.bad_network URL SECONDS

50 ms each way, 2 % of the commands lose their connection, and in each round all connections of that
time fall silent. Ends with 0 if every operation ended in its time, with its result or one typed
error, and nothing is left when the network is well again. A process of its own: PyMongo 4.20 leaves
the socket of a connection to the garbage collector if the task that opens it is cancelled.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any, Final

from pymongo import MongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.url import url_database
from tests.proxy import Proxy
from tests.reliability.load import ACCOUNTS, CREDITS, Load
from tests.reliability.soak import at_rest
from tests.waiting import PATIENCE, until

LATENCY: Final = 0.05
LOSSES: Final = 0.02
ROUND: Final = 5.0
"""Seconds of a round, at the end of which connections fall silent."""

TIMEOUT: Final = 3.0
"""Seconds that an operation may take, as the URL says."""

CONFLICTS: Final = 10.0
"""Seconds of starting again after conflicts: a lost rollback keeps its locks for longer."""

LIMITS: Final = f"timeoutMS={TIMEOUT * 1000:.0f}&heartbeatFrequencyMS=500&connectTimeoutMS=2000"
"""Options of the URL, for a driver that notices soon that a server is silent."""

CODES: Final = ("P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034")
"""Of the errors that operations may end with, where a network is bad."""

POOL: Final = 20


class LimitedLoad(Load):
    """A load whose operations must end."""

    longest = 0.0

    async def one(self) -> None:
        """One operation, which consists of a few calls, each with its time limit."""
        clock = asyncio.get_running_loop().time
        began = clock()
        async with asyncio.timeout(PATIENCE):
            await super().one()
        self.longest = max(self.longest, clock() - began)


async def endure(url: str, seconds: float) -> None:
    """Load for so long.

    Raises:
        AssertionError: something was left behind.
        TimeoutError: an operation did not end.
    """
    with MongoClient[dict[str, Any]](url) as aside:
        address = aside.address
        assert address is not None
        async with Proxy(*address) as proxy:
            behind = f"mongodb://127.0.0.1:{proxy.port}/{url_database(url)}?directConnection=true"
            settings = DatabaseSettings(
                url=f"{behind}&{LIMITS}",
                max_pool_size=POOL,
                health_timeout=TIMEOUT,
                conflict_timeout=CONFLICTS,
            )
            async with DatabaseService(settings) as database:
                await loaded(database, proxy, seconds)
        # a rollback that was lost: otherwise the server makes it after 60 s
        aside.admin.command({"killAllSessions": []})


async def loaded(database: DatabaseService, proxy: Proxy, seconds: float) -> None:
    """The load, and what is there after it."""
    load = LimitedLoad(database, seed=1, tolerated=CODES)
    await load.prepare()
    proxy.latency, proxy.losses = LATENCY, LOSSES
    clock = asyncio.get_running_loop().time
    ends = clock() + seconds
    while clock() < ends:
        await load.run(ROUND)
        proxy.silence()
        await load.storm()

    proxy.latency = proxy.losses = 0.0
    await until(lambda: is_up(database))
    await at_rest(database)
    report(load, proxy, seconds)
    pool = database._mongo_engine.store.pool
    assert pool.opened - pool.closed <= POOL
    assert await load.credits() == ACCOUNTS * CREDITS
    assert proxy.lost > 0


async def is_up(database: DatabaseService) -> bool:
    """Whether the service says so."""
    return (await database.health()).is_up


def report(load: LimitedLoad, proxy: Proxy, seconds: float) -> None:
    """The figures, for `make network`."""
    done = load.done.total()
    print(f"\n{done} operations, {load.cancelled} cancelled, {seconds:g} s")  # noqa: T201
    print(f"{proxy.lost} connections lost, {load.done['health down']} times down")  # noqa: T201
    print(f"longest operation {load.longest:.1f} s")  # noqa: T201
    for name, times in load.errors.most_common():
        print(f"{times:8} {name}")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(endure(sys.argv[1], float(sys.argv[2])))
