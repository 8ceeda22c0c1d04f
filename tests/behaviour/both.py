"""Two engines for one schema, on a server and in memory, for the tests that compare the stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import bson
from pydantic import BaseModel
from pymongo import AsyncMongoClient

from prismongo.engine import MongoEngine
from prismongo.query.decode.shapes import Shape
from prismongo.query.nodes.requests import Request
from prismongo.schema import Datamodel, push
from prismongo.stores.memory import Memory, MemoryStore
from prismongo.stores.mongo import MongoStore
from prismongo.url import url_database
from tests.engines import Document


@asynccontextmanager
async def both_engines(
    datamodel: Datamodel, url: str, memory: Memory, **options: Any
) -> AsyncIterator[tuple[MongoEngine, MongoEngine]]:
    """The server's, with the schema's indexes, and that in memory; `options` are the driver's."""
    await push(datamodel, url)

    def client(*_: Any) -> AsyncMongoClient[Document]:
        return AsyncMongoClient(url, tz_aware=True, **options)

    mongo = MongoEngine(datamodel, lambda model, _: MongoStore(model, client, url_database(url)))
    fake = MongoEngine(datamodel, lambda model, _: MemoryStore(model, memory))
    await mongo.connect()
    await fake.connect()
    try:
        yield mongo, fake
    finally:
        await mongo.aclose()
        await fake.aclose()


def shape_request(kind: type[BaseModel]) -> Request:
    """What `watch` asks of a model's records: all that its class declares."""
    shape = Shape(kind)
    return Request("findMany", shape.model, declared=shape.declared)


def encoded(document: Document) -> bytes:
    """Types count, and the order of names inside values; that of a document's own does not."""
    return bson.encode(dict(sorted(document.items())))
