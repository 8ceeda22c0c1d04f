"""Some documents of a collection, as they are stored (`sampled`), for `check` and `pull`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection


async def sampled(
    collection: AsyncCollection[Any], sample: int, total: int
) -> AsyncIterator[RawBSONDocument]:
    """Documents that are chosen by chance; all if there are no more.

    Args:
        collection: with codec options for raw documents.
        sample: how many documents to read.
        total: how many the collection has, about.

    Raises:
        pymongo.errors.PyMongoError: the server does not answer, or refuses.
    """
    if total > sample:
        stages = [{"$sample": {"size": sample}}]
        cursor: Any = await collection.aggregate(stages, allowDiskUse=True)
    else:
        cursor = collection.find({}, limit=sample)
    async with cursor:
        async for row in cursor:
            yield row
