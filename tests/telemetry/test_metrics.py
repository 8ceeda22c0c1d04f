"""Metrics by the names of the conventions."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from prisma.errors import UniqueViolationError

from database import DatabaseService, DatabaseSettings
from prismongo.telemetry.instruments import SECONDS
from tests.records import user
from tests.telemetry.exporting import Exported
from tests.waiting import until

CONNECTION = "db.client.connection."
POOL = f"{CONNECTION}pool.name"


async def test_durations_by_operation(
    database: DatabaseService, exported: Exported, store: str
) -> None:
    await database.user.create(user("ada"))
    with pytest.raises(UniqueViolationError):
        await database.user.create(user("ada"))
    for _ in range(3):
        await database.user.find_many()
    async with database.atomic():
        await database.user.count()
    points = {
        (
            point.attributes["db.operation.name"],
            point.attributes["db.collection.name"],
            point.attributes.get("error.type"),
        ): point
        for point in exported.points("db.client.operation.duration")
    }
    assert {key: point.count for key, point in points.items()} == {
        ("create", "User", None): 1,
        ("create", "User", "P2002"): 1,
        ("find_many", "User", None): 3,
        ("count", "User", None): 1,
    }
    found = points["find_many", "User", None]
    assert tuple(found.explicit_bounds) == SECONDS
    assert 0 < found.sum < 60
    assert "db.response.returned_rows" not in found.attributes
    assert ("server.address" in found.attributes) == (store == "mongo")


async def test_connections_are_read_when_somebody_asks(
    settings: DatabaseSettings,
    exported: Exported,
    held: Callable[[str], AbstractContextManager[None]],
) -> None:
    tight = settings.model_copy(update={"telemetry": True, "max_pool_size": 2, "pool_waits": True})

    def now() -> dict[str, Any]:
        states = {
            point.attributes[f"{CONNECTION}state"]: point.value
            for point in exported.points(f"{CONNECTION}count")
        }
        (pending,) = exported.points(f"{CONNECTION}pending_requests")
        return {**states, "pending": pending.value}

    async with DatabaseService(tight) as database:
        await database.user.create(user("ada"))
        (most,) = exported.points(f"{CONNECTION}max")
        (host, port), name = next(iter(database.mongo.client.nodes)), database.mongo.name
        assert (most.value, dict(most.attributes)) == (2, {POOL: f"{host}:{port}/{name}"})
        assert now() == {"idle": 1, "used": 0, "pending": 0}
        with held("User"):
            changing = [
                asyncio.create_task(database.user.update_many(where={}, data={"bio": "-"}))
                for _ in range(5)
            ]
            await until(lambda: now() == {"idle": 0, "used": 2, "pending": 3})
        await asyncio.gather(*changing)
        (waits,) = exported.points(f"{CONNECTION}wait_time")
        assert waits.count >= 6
        assert dict(waits.attributes) == dict(most.attributes)
    assert exported.points(f"{CONNECTION}max") == []


async def test_two_clients_of_one_database_are_one_sum(
    settings: DatabaseSettings, exported: Exported
) -> None:
    told = settings.model_copy(update={"telemetry": True, "max_pool_size": 3})
    async with DatabaseService(told), DatabaseService(told):
        (most,) = exported.points(f"{CONNECTION}max")
        assert most.value == 6


async def test_what_is_dropped_is_not_watched(exported: Exported) -> None:
    from prismongo.telemetry.instruments import instruments
    from prismongo.testing import fake

    async with fake(DatabaseService, telemetry=True) as database:
        await database.user.count()
    assert len(instruments()._engines) == 1
    del database
    gc.collect()
    assert len(instruments()._engines) == 0


async def test_a_fake_has_no_connections(database: DatabaseService, exported: Exported) -> None:
    await database.user.count()
    for name in ("count", "max", "pending_requests"):
        assert bool(exported.points(f"{CONNECTION}{name}")) == (database.settings.url is not None)
