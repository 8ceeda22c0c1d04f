"""Fixtures of the check: the database of the test past our own code, and the project's schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from prismongo.schema import Datamodel, parse
from prismongo.url import url_database

TOP = Path(__file__).parents[2]


@pytest.fixture
def live(mongo_client: MongoClient[dict[str, Any]], mongo_url: str) -> Database[dict[str, Any]]:
    """The database that is checked."""
    return mongo_client[url_database(mongo_url)]


@pytest.fixture(scope="session")
def project() -> Datamodel:
    """The schema that the environment's client is generated from."""
    return parse((TOP / "schema.prisma").read_text(encoding="utf-8"))
