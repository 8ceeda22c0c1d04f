"""Fixtures of the tests of faults: a service behind a proxy, a user, and what a server has open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pymongo import MongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.embedded.mongod import HOST, Mongod
from prismongo.url import url_database
from tests.proxy import Proxy

Document = dict[str, Any]


@pytest.fixture
async def proxy(mongod: Mongod) -> AsyncIterator[Proxy]:
    """In front of this run's server."""
    async with Proxy(HOST, mongod.port) as proxy:
        yield proxy


@pytest.fixture
async def behind(proxy: Proxy, mongo_url: str) -> AsyncIterator[DatabaseService]:
    """A service on this test's database, whose connections go through the proxy."""
    options = "directConnection=true&serverMonitoringMode=poll"
    url = f"mongodb://{HOST}:{proxy.port}/{url_database(mongo_url)}?{options}"
    settings = DatabaseSettings(url=url, server_selection_timeout=60)
    async with DatabaseService(settings) as service:
        yield service


@pytest.fixture
def transactions(mongo_client: MongoClient[Document]) -> Callable[[str], int]:
    """Gives how many transactions a server has open that came from an application of this name."""

    def opened(app_name: str) -> int:
        stages: list[Document] = [
            {"$currentOp": {"idleSessions": True, "allUsers": True}},
            {"$match": {"transaction": {"$exists": True}, "appName": app_name}},
        ]
        return len(list(mongo_client.admin.aggregate(stages)))

    return opened
