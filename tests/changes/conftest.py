"""Fixtures of the change streams' tests: a database with images, and what its server has open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from database import DatabaseService
from prismongo.testing import fake
from prismongo.url import url_database
from tests.cursors import open_cursors

Document = dict[str, Any]


@pytest.fixture
def raw(mongo_client: MongoClient[Document], mongo_url: str) -> Database[Document]:
    """This test's database through the driver itself."""
    return mongo_client[url_database(mongo_url)]


@pytest.fixture
async def database(store: str, request: pytest.FixtureRequest) -> AsyncIterator[DatabaseService]:
    """The connected client; messages and reactions have images, users have none."""
    if store == "memory":
        made: DatabaseService = fake(DatabaseService)
    else:
        raw: Database[Document] = request.getfixturevalue("raw")
        for name in ("Message", "Notification"):
            raw.create_collection(name, changeStreamPreAndPostImages={"enabled": True})
        made = DatabaseService(request.getfixturevalue("settings"))
    async with made as service:
        yield service


@pytest.fixture
def cursors(raw: Database[Document]) -> Callable[[], list[int]]:
    """Gives the cursors that the server has open for this test's database."""

    def opened() -> list[int]:
        return sorted(open_cursors(raw.client, f"{raw.name}."))

    return opened
