"""Sharded clusters: which collections are sharded, and by what (`find_shard_keys`, `shard`).

Source: MongoDB manual, "shardCollection" and "config.collections".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from pymongo.errors import OperationFailure

from prismongo.stores.mongo.push.inspect import Database, find_indexes
from prismongo.stores.wanted.shards import BY_ID, ShardKey, serves

UNAUTHORIZED: Final = 13
SIMPLE: Final[Mapping[str, Any]] = {"locale": "simple"}
"""The collation that every shard key has."""


def is_cluster(database: Database) -> bool:
    """Whether the server is a mongos; nothing is sent, once the client is connected."""
    servers = database.client.topology_description.server_descriptions().values()
    return any(server.server_type_name == "Mongos" for server in servers)


async def find_shard_keys(
    database: Database, collections: Collection[str]
) -> dict[str, ShardKey] | None:
    """The shard keys of the collections that are sharded; None if nobody says.

    That is so on other servers, and for a user who may not read the database `config`.

    Raises:
        pymongo.errors.PyMongoError: the server does not answer.
    """
    if not is_cluster(database):
        return None
    names = [f"{database.name}.{collection}" for collection in collections]
    # MongoDB 8.0 lists collections that are not sharded, too: as unsplittable
    sharded = {"_id": {"$in": names}, "dropped": {"$ne": True}, "unsplittable": {"$ne": True}}
    try:
        async with database.client["config"]["collections"].find(sharded) as cursor:
            found = await cursor.to_list()
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return None
    start = len(database.name) + 1
    return {each["_id"][start:]: _key(each["key"].items()) for each in found}


def _key(pairs: Iterable[tuple[str, Any]]) -> ShardKey:
    return tuple((name, "hashed" if way == "hashed" else 1) for name, way in pairs)


async def shard(database: Database, collection: str, key: ShardKey) -> None:
    """Shard a collection, and make the index that MongoDB needs for it.

    Raises:
        pymongo.errors.PyMongoError: the server does not answer, or refuses it.
    """
    there = (await find_indexes(database, [collection])).get(collection)
    indexes = there.indexes if there else ()
    if key != BY_ID and not any(serves(index, key) for index in indexes):
        name = "_".join(f"{path}_{way}" for path, way in key)
        index = {"key": dict(key), "name": name, "collation": SIMPLE}
        await database.command({"createIndexes": collection, "indexes": [index]})
    admin = database.client.admin
    await admin.command("enableSharding", database.name)  # MongoDB 6.0 does it by itself
    namespace = f"{database.name}.{collection}"
    await admin.command({"shardCollection": namespace, "key": dict(key), "collation": dict(SIMPLE)})
