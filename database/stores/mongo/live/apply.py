"""Carries out the additive steps of a plan; another process may be doing the same."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from pymongo.errors import OperationFailure

from database.stores.mongo.live.found import Database
from database.stores.mongo.live.plan import CreateCollection, CreateIndex, Plan
from database.stores.mongo.live.specs import IndexSpec

NAMESPACE_EXISTS: Final = 48


async def apply(database: Database, plan: Plan) -> None:
    """Create the collections and indexes that are not there.

    Raises:
        pymongo.errors.OperationFailure: the server refuses one of them.
    """
    missing = [step.index for step in plan.steps if isinstance(step, CreateIndex)]
    with_indexes = {index.collection for index in missing}
    for step in plan.steps:
        # the first index of a collection creates it
        if isinstance(step, CreateCollection) and step.collection not in with_indexes:
            await _create_collection(database, step.collection)
    for collection, indexes in groupby(missing, lambda index: index.collection):
        await _create_indexes(database, collection, indexes)


async def _create_collection(database: Database, name: str) -> None:
    try:
        await database.command("create", name)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise


async def _create_indexes(
    database: Database, collection: str, indexes: Iterable[IndexSpec]
) -> None:
    documents = [index.document() for index in indexes]
    await database.command({"createIndexes": collection, "indexes": documents})
