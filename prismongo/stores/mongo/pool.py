"""The connections of the driver's pools, for the metrics.

They are read from the driver when somebody asks: a listener of its pool would make it report three
events for each command, a tenth of the time of a read. Only how long operations waited for a
connection needs the listener; `DatabaseSettings.pool_waits` asks for it.

The driver has no public view of its pools. `tests/stores/mongo/test_pool.py` holds what is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pymongo import AsyncMongoClient, monitoring
from pymongo.asynchronous.pool import Pool

from prismongo.metrics import Histogram, OnWait, Place, PoolCounts
from prismongo.metrics import Pool as PoolNow

Ended = monitoring.ConnectionCheckedOutEvent | monitoring.ConnectionCheckOutFailedEvent


class PoolWaits(monitoring.ConnectionPoolListener):
    """How long operations waited for a connection.

    Args:
        database: the name of the database.
        on_wait: is told of each wait; None: nobody is.
    """

    def __init__(self, database: str = "", on_wait: OnWait | None = None) -> None:
        self.waits = Histogram()
        self._database = database
        self._on_wait = on_wait

    def _add(self, event: Ended) -> None:
        """A command got a connection, or did not get one."""
        seconds = event.duration or 0
        self.waits.add(seconds * 1000)
        if self._on_wait is not None:
            self._on_wait(Place(self._database, *event.address), seconds)

    connection_check_out_failed = connection_checked_out = _add

    def _ignore(self, event: object) -> None:
        """Everything else is read from the pools."""

    connection_check_out_started = connection_checked_in = _ignore
    connection_created = connection_ready = connection_closed = _ignore
    pool_created = pool_ready = pool_cleared = pool_closed = _ignore


class Pools:
    """The pools of one client, which has been opened.

    Args:
        client: of the driver.
        waits: how long operations waited; None: nobody measures it.
    """

    def __init__(self, client: AsyncMongoClient[Any], waits: PoolWaits | None) -> None:
        self._client = client
        self._waits = waits
        self._opened: dict[Pool, int] = {}
        self._opened_before = 0  # by pools that went with their servers

    @property
    def idle(self) -> int:
        """How many connections are open, and in use by nobody."""
        return sum(len(pool.conns) for pool in self._now())

    @property
    def counts(self) -> PoolCounts:
        """What the pools hold now, and how many connections they have opened and closed."""
        pools = list(self._now())
        before, self._opened = self._opened, {pool: pool.next_connection_id - 1 for pool in pools}
        self._opened_before += sum(before[pool] for pool in before.keys() - self._opened.keys())
        busy = sum(pool.active_sockets for pool in pools)
        opened = self._opened_before + sum(self._opened.values())
        counts = PoolCounts(
            opened=opened,
            closed=opened - busy - sum(len(pool.conns) for pool in pools),
            busy=busy,
            waiting=sum(max(0, pool.operation_count - pool.active_sockets) for pool in pools),
        )
        if self._waits is not None:
            counts.waits = self._waits.waits
        return counts

    def of(self, database: str) -> Iterator[PoolNow]:
        """The pools now, a server each."""
        for pool in self._now():
            most = pool.opts.max_pool_size
            yield PoolNow(
                Place(database, *pool.address),
                idle=len(pool.conns),
                busy=pool.active_sockets,
                waiting=max(0, pool.operation_count - pool.active_sockets),
                most=None if math.isinf(most) else int(most),
            )

    def _now(self) -> Iterator[Pool]:
        servers = list(self._client._topology._servers.values())  # metrics are read in any thread
        return (server.pool for server in servers)
