"""The server → the collections of a database and their indexes, as specs (`find_indexes`)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from database.stores.mongo.live.specs import Direction, IndexSpec

Database = AsyncDatabase[dict[str, Any]]


async def find_indexes(
    database: Database, collections: Collection[str]
) -> dict[str, tuple[IndexSpec, ...]]:
    """The indexes of those of the collections that exist, without `_id_`.

    Raises:
        pymongo.errors.PyMongoError: the server does not answer, or refuses.
    """
    present = set(await database.list_collection_names())
    names = [name for name in collections if name in present]
    found = await asyncio.gather(*(_indexes(database, name) for name in names))
    return dict(zip(names, found, strict=True))


async def _indexes(database: Database, collection: str) -> tuple[IndexSpec, ...]:
    async with await database[collection].list_indexes() as cursor:
        documents = await cursor.to_list()
    return tuple(
        index_spec(collection, document) for document in documents if document["name"] != "_id_"
    )


def index_spec(collection: str, document: Mapping[str, Any]) -> IndexSpec:
    """An entry of `listIndexes` as a spec."""
    return IndexSpec(
        collection=collection,
        name=document["name"],
        keys=_keys(document),
        unique=bool(document.get("unique")),
        partial=document.get("partialFilterExpression"),
        sparse=bool(document.get("sparse")),
        expire_after=document.get("expireAfterSeconds"),
        collation=document.get("collation"),
        hidden=bool(document.get("hidden")),
    )


def _keys(document: Mapping[str, Any]) -> tuple[tuple[str, Direction], ...]:
    """The keys as they were asked for: the server shows text fields as `_fts`, `_ftsx`."""
    keys: list[tuple[str, Direction]] = []
    for path, way in document["key"].items():
        if path == "_fts":
            keys += [(name, "text") for name in sorted(document["weights"])]
        elif path != "_ftsx":
            keys.append((path, way))
    return tuple(keys)
