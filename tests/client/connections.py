"""The connections of a test's clients, as the server sees them."""

from __future__ import annotations

import asyncio
from typing import Any

from pymongo import MongoClient

Driver = MongoClient[dict[str, Any]]


def connections(driver: Driver, app_name: str) -> int:
    """How many connections the server has of clients of this name."""
    stages: list[dict[str, Any]] = [
        {"$currentOp": {"allUsers": True, "idleConnections": True}},
        {"$match": {"appName": app_name}},
    ]
    return len(list(driver.admin.aggregate(stages)))


async def until_gone(driver: Driver, app_name: str) -> None:
    """Wait until the server has none of them."""
    async with asyncio.timeout(10):
        while connections(driver, app_name):
            await asyncio.sleep(0.02)
