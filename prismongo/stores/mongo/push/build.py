"""Builds indexes, and reports the progress of the server (`build_indexes`)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from pymongo.errors import OperationFailure

from prismongo.stores.mongo.push.events import Building, Report
from prismongo.stores.mongo.push.inspect import Database
from prismongo.stores.wanted.specs import IndexSpec

PROGRESS_INTERVAL: Final = 1.0  # seconds
_PHASE: Final = "Index Build: "


async def build_indexes(
    database: Database,
    indexes: Sequence[IndexSpec],
    report: Report | None,
    *,
    interval: float = PROGRESS_INTERVAL,
) -> None:
    """Build indexes of one collection together; existing ones are not changed.

    `report` receives the progress every `interval` seconds.

    Raises:
        pymongo.errors.OperationFailure: the server rejects one of them, and creates none.
    """
    command = {
        "createIndexes": indexes[0].collection,
        "indexes": [index.document() for index in indexes],
    }
    if report is None:
        await database.command(command)
        return
    watching = asyncio.create_task(_watch(database, tuple(indexes), report, interval))
    try:
        await database.command(command)
    finally:
        watching.cancel()
        await asyncio.wait({watching})
    if not watching.cancelled():
        watching.result()  # what the callback raised


async def _watch(
    database: Database, indexes: tuple[IndexSpec, ...], report: Report, interval: float
) -> None:
    while True:
        await asyncio.sleep(interval)
        try:
            operations = await _operations(database, indexes[0].collection)
        except OperationFailure:
            return  # the user may build indexes, and not see what the server does
        for operation in operations[:1]:
            phase = operation["msg"].removeprefix(_PHASE).partition(_PHASE)[0].strip()
            progress = operation["progress"]
            report(Building(indexes, phase, progress["done"], progress["total"]))


async def _operations(database: Database, collection: str) -> list[dict[str, Any]]:
    """The operations of the server that build indexes of the collection."""
    condition = {
        "ns": f"{database.name}.{collection}",
        "msg": {"$regex": f"^{_PHASE}"},
        "progress.total": {"$gt": 0},
    }
    stages: list[dict[str, Any]] = [{"$currentOp": {"allUsers": True}}, {"$match": condition}]
    async with await database.client.admin.aggregate(stages) as cursor:
        return await cursor.to_list()
