"""The connections of a test's clients, as the server sees them."""

from __future__ import annotations

import asyncio
from typing import Any

from pymongo import MongoClient

from database import DatabaseService
from tests.waiting import PATIENCE

Driver = MongoClient[dict[str, Any]]


def connections(driver: Driver, app_name: str) -> int:
    """How many connections the server has of clients of this name."""
    stages: list[dict[str, Any]] = [
        {"$currentOp": {"allUsers": True, "idleConnections": True}},
        {"$match": {"appName": app_name}},
    ]
    return len(list(driver.admin.aggregate(stages)))


async def has_one_busy(database: DatabaseService) -> bool:
    """Whether one connection of a client's pool is in use."""
    return await _busy(database) == 1


async def has_none_busy(database: DatabaseService) -> bool:
    """Whether no connection of a client's pool is in use."""
    return await _busy(database) == 0


async def _busy(database: DatabaseService) -> float:
    gauges = {each.key: each.value for each in (await database.get_metrics()).gauges}
    return gauges["prisma_pool_connections_busy"]


async def until_gone(driver: Driver, app_name: str) -> None:
    """Wait until the server has none of them."""
    async with asyncio.timeout(PATIENCE):
        while connections(driver, app_name):
            await asyncio.sleep(0.02)
