"""The server → the collections of a database and their indexes, as specs (`find_indexes`)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from prismongo.stores.wanted.specs import Direction, IndexSpec

Database = AsyncDatabase[dict[str, Any]]

CONCURRENCY: Final = 4
"""How many collections are inspected at a time: each needs a connection."""

# What a text index has where nobody said otherwise.
_TEXT_DEFAULTS: Final = {"default_language": "english", "language_override": "language"}
_KNOWN: Final = frozenset(
    {
        *("v", "key", "name", "ns", "background", "textIndexVersion", "2dsphereIndexVersion"),
        *("unique", "partialFilterExpression", "sparse", "expireAfterSeconds", "collation"),
        *("hidden", "weights"),
    }
)


@dataclass(frozen=True, slots=True)
class FoundCollection:
    """An existing collection; `type` is "collection", "view" or "timeseries"."""

    name: str
    type: str
    indexes: tuple[IndexSpec, ...] = ()
    keeps_images: bool = False

    @property
    def may_keep_images(self) -> bool:
        """Whether the collection can keep images of changed documents, and does not."""
        return self.type == "collection" and not self.keeps_images


async def find_indexes(
    database: Database, collections: Collection[str]
) -> dict[str, FoundCollection]:
    """The collections that exist, by name, with their indexes except `_id_`.

    Raises:
        pymongo.errors.PyMongoError: the server does not answer, or rejects the command.
    """
    async with await database.list_collections() as cursor:
        present = {document["name"]: document for document in await cursor.to_list()}
    documents = [present[name] for name in collections if name in present]
    free = asyncio.Semaphore(CONCURRENCY)

    async def one(document: Mapping[str, Any]) -> FoundCollection:
        async with free:
            return await _collection(database, document)

    found = await asyncio.gather(*map(one, documents))
    return {collection.name: collection for collection in found}


async def _collection(database: Database, document: Mapping[str, Any]) -> FoundCollection:
    name, kind = document["name"], document.get("type", "collection")
    if kind == "view":
        return FoundCollection(name, kind)
    async with await database[name].list_indexes() as cursor:
        documents = await cursor.to_list()
    options = document.get("options", {})
    specs = [index_spec(name, index, options.get("collation")) for index in documents]
    images = options.get("changeStreamPreAndPostImages", {}).get("enabled", False)
    return FoundCollection(
        name, kind, tuple(index for index in specs if index.name != "_id_"), images
    )


def index_spec(
    collection: str, document: Mapping[str, Any], default: Mapping[str, Any] | None = None
) -> IndexSpec:
    """An entry of `listIndexes` as a spec; `default` is the collation of its collection."""
    collation = document.get("collation")
    return IndexSpec(
        collection=collection,
        name=document["name"],
        keys=_keys(document),
        unique=bool(document.get("unique")),
        partial=document.get("partialFilterExpression"),
        sparse=bool(document.get("sparse")),
        expire_after=document.get("expireAfterSeconds"),
        collation=None if collation == default else collation,
        hidden=bool(document.get("hidden")),
        others=_others(document),
    )


def _keys(document: Mapping[str, Any]) -> tuple[tuple[str, Direction], ...]:
    """The keys as they were created: the server shows text fields as `_fts` and `_ftsx`."""
    keys: list[tuple[str, Direction]] = []
    for path, direction in document["key"].items():
        if path == "_fts":
            keys += [(name, "text") for name in sorted(document["weights"])]
        elif path != "_ftsx":
            keys.append((path, direction))
    return tuple(keys)


def _others(document: Mapping[str, Any]) -> dict[str, Any]:
    others = {
        key: value
        for key, value in document.items()
        if key not in _KNOWN and _TEXT_DEFAULTS.get(key) != value
    }
    weights = document.get("weights", {})
    return {**others, "weights": weights} if any(w != 1 for w in weights.values()) else others
