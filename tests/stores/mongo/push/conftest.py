"""Fixtures of the push tests: the database of the test, past our own code."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from prismongo.url import url_database


@pytest.fixture
def live(mongo_client: MongoClient[dict[str, Any]], mongo_url: str) -> Database[dict[str, Any]]:
    """The database that is pushed to."""
    return mongo_client[url_database(mongo_url)]
