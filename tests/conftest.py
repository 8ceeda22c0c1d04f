"""Fixtures of all tests: one real mongod a run, one database a test."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from database.mongod import Mongod
from database.settings import DatabaseSettings


@pytest.fixture(scope="session")
def mongod() -> Iterator[Mongod]:
    """The server of this run: a replica set of one node, started once."""
    server = Mongod()
    _run(server.start())
    yield server
    _run(server.stop())


@pytest.fixture(scope="session")
def mongo_client(mongod: Mongod) -> Iterator[MongoClient[dict[str, Any]]]:
    """A driver's synchronous client, to look past our own code and to drop databases."""
    with MongoClient[dict[str, Any]](mongod.url("admin")) as client:
        yield client


@pytest.fixture
def mongo_url(mongod: Mongod, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """The URL of an empty database that is this test's alone, and is dropped after it."""
    name = f"test_{uuid4().hex}"
    yield mongod.url(name)
    mongo_client.drop_database(name)


@pytest.fixture
def settings(mongo_url: str) -> DatabaseSettings:
    """Settings for the database of this test."""
    return DatabaseSettings(url=mongo_url)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Runs it on an event loop in another thread: this thread's is pytest-asyncio's."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()
