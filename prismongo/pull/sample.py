"""Reads some documents of every collection (`observe`)."""

from __future__ import annotations

from typing import Any

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from prismongo.pull.build import SampledCollection
from prismongo.seed.progress import Progress
from prismongo.stores.changes import TOKENS
from prismongo.stores.mongo.push.inspect import Database, FoundCollection, find_indexes
from prismongo.stores.mongo.push.shards import find_shard_keys
from prismongo.stores.mongo.sampling import sampled
from prismongo.stores.rows import ROWS
from prismongo.stores.undecodable import STORED, decode_leniently


async def observe(database: Database, sample: int, progress: Progress) -> list[SampledCollection]:
    """Every collection that is a model, by name, with what some of its documents hold.

    Views, time series and MongoDB's own collections are left out.

    Args:
        database: connected.
        sample: how many documents of each collection, chosen by chance; all if there are fewer.
        progress: shows how far it is.
    """
    names = [name for name in await database.list_collection_names() if not _is_own(name)]
    found = await find_indexes(database, names)
    kept = sorted((each for each in found.values() if each.type == "collection"), key=_name)
    totals = [await database[each.name].estimated_document_count() for each in kept]
    keys = await find_shard_keys(database, [each.name for each in kept]) or {}
    observed = [
        SampledCollection(each, total, keys.get(each.name))
        for each, total in zip(kept, totals, strict=True)
    ]
    done, wanted = 0, sum(min(sample, each.total) for each in observed)
    for each in observed:
        collection = database.get_collection(each.name, codec_options=STORED)
        async for stored in sampled(collection, sample, each.total):
            each.shape.add(_decoded(stored))
            done += 1
            progress(f"documents, {each.name}", done, max(done, wanted))
    return observed


def _is_own(name: str) -> bool:
    return name == TOKENS or name.startswith("system.") or ".system." in name


def _name(found: FoundCollection) -> str:
    return found.name


def _decoded(stored: RawBSONDocument) -> dict[str, Any]:
    try:
        return bson.decode(bytes(stored.raw), ROWS)
    except BSONError:
        return decode_leniently(bytes(stored.raw))
