"""What is read from the driver's pools: a new version of the driver must still say it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from prismongo.metrics import PoolCounts
from prismongo.stores.mongo.pool import Pools, PoolWaits
from tests.waiting import until

Client = AsyncMongoClient[dict[str, Any]]
SIZE = 2


@pytest.fixture
async def client(mongo_url: str) -> AsyncIterator[Client]:
    async with AsyncMongoClient[dict[str, Any]](mongo_url, maxPoolSize=SIZE) as made:
        yield made


async def test_connections_are_opened_used_and_waited_for(
    client: Client, held: Callable[[str], AbstractContextManager[None]]
) -> None:
    pools = Pools(client, None)
    assert pools.counts == PoolCounts()
    users = client.get_default_database()["User"]
    await users.insert_one({"_id": 1})
    assert pools.idle == 1
    assert pools.counts == PoolCounts(opened=1)
    with held("User"):
        writes = [
            asyncio.ensure_future(users.update_one({"_id": 1}, {"$inc": {"n": 1}}))
            for _ in range(5)
        ]

        async def all_ask() -> bool:
            return pools.counts.busy + pools.counts.waiting == len(writes)

        await until(all_ask)
        assert pools.counts == PoolCounts(opened=SIZE, busy=SIZE, waiting=len(writes) - SIZE)
        assert pools.idle == 0
        for task in writes[2:]:
            task.cancel()
        await asyncio.wait(writes[2:])
        assert pools.counts.waiting == 0
    await asyncio.wait(writes)
    assert pools.counts == PoolCounts(opened=SIZE)
    assert pools.idle == SIZE


async def test_a_connection_that_is_closed_is_counted(client: Client) -> None:
    pools = Pools(client, None)
    await client.admin.command("ping")
    (server,) = client._topology._servers.values()
    await server.pool.reset_without_pause()
    await client.admin.command("ping")
    assert pools.counts == PoolCounts(opened=2, closed=1)


async def test_a_pool_that_goes_with_its_server_is_counted_and_forgotten(client: Client) -> None:
    pools = Pools(client, None)
    await client.admin.command("ping")
    assert pools.counts == PoolCounts(opened=1)
    servers = client._topology._servers
    address, server = next(iter(servers.items()))
    del servers[address]
    try:
        for _ in range(2):
            assert pools.counts == PoolCounts(opened=1, closed=1)
        assert pools._opened == {}
    finally:
        servers[address] = server


async def test_waits_are_those_of_the_listener(mongo_url: str) -> None:
    waits = PoolWaits()
    async with AsyncMongoClient[dict[str, Any]](mongo_url, event_listeners=[waits]) as client:
        pools = Pools(client, waits)
        await client.admin.command("ping")
        assert pools.counts.waits.count == 1
        assert pools.counts.opened == 1
