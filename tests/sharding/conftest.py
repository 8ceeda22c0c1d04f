"""Fixtures by which tests of behaviour run on collections that have shard keys.

`engine_for` and `pushed_for` give engines whose models all have one. After the test, every command
that was sent must be one that a sharded cluster takes. `make sharding` runs all modules here; any
other run leaves out `_ONLY_WHOLE`. The tests of behaviour that count commands, and those of full
text search, have no module here.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from prisma.errors import PrismaError
from pymongo import AsyncMongoClient

from prismongo.embedded.mongod import HOST, Mongod
from prismongo.engine import MongoEngine
from prismongo.engine.engine import MakeStore
from prismongo.engine.sessions import TransactionId
from prismongo.query.nodes.requests import Request, Selection
from prismongo.schema import parse, push
from prismongo.stores.mongo import MongoStore
from prismongo.url import url_database
from tests.commands import Sent
from tests.engines import HEADER, Document, EngineFor, Stored
from tests.sharding.keys import ZONE, KeyWatch, keyed, keys_of
from tests.sharding.mongos import Mongos

_ONLY_WHOLE = [
    "test_aggregates.py",
    "test_changes.py",
    "test_composites_create.py",
    "test_composites_lists.py",
    "test_composites_update.py",
    "test_conflicts.py",
    "test_create.py",
    "test_decimal.py",
    "test_decimal_arithmetic.py",
    "test_defaults.py",
    "test_differential.py",
    "test_explain.py",
    "test_filters_as_prisma.py",
    "test_indexes_random.py",
    "test_invalid_records.py",
    "test_isolation.py",
    "test_mixed_pages.py",
    "test_mixed_values.py",
    "test_null_and_missing.py",
    "test_null_lists.py",
    "test_order_counts.py",
    "test_pages.py",
    "test_portions.py",
    "test_properties.py",
    "test_properties_composites.py",
    "test_scalar_lists.py",
    "test_stored_keys.py",
    "test_update_stages.py",
    "test_views.py",
]
collect_ignore = [] if os.environ.get("SHARDING") == "all" else _ONLY_WHOLE
"""Modules that pytest does not collect."""


class KeyedEngine(MongoEngine):
    """An engine whose upserts name the shard key, which the tests of behaviour leave out.

    No `where` can name the key of a record that lacks it. Such a record is updated, as an
    application does.
    """

    async def execute(
        self, request: Request, *, tx_id: TransactionId | None, **options: Any
    ) -> Any:
        """What is answered."""
        if request.action == "upsertOne" and set(request.arguments) == {
            "where",
            "create",
            "update",
        }:
            request = await self._with_key(request, tx_id)
        return await super().execute(request, tx_id=tx_id, **options)

    async def _with_key(self, request: Request, tx_id: TransactionId | None) -> Request:
        model = self.datamodel.model[str(request.model)]
        name, where = model.shard_fields[0].name, request.arguments["where"]
        given = request.arguments
        try:
            found = await self._found(model.name, where, name, tx_id)
            value = (found or given["create"]).get(name, 1)
            keyed_where = {name: value, **where}
            if found and not await self._found(model.name, keyed_where, name, tx_id):
                arguments = {"where": where, "data": given["update"]}
                return replace(request, action="updateOne", arguments=arguments)
        except PrismaError:  # the where is refused, as the upsert's will be
            return request
        return replace(request, arguments={**given, "where": keyed_where})

    async def _found(self, model: str, where: Any, name: str, tx_id: TransactionId | None) -> Any:
        request = Request("findUnique", model, {"where": where}, (Selection(name),))
        return await super().execute(request, tx_id=tx_id)


@pytest.fixture
def watched() -> KeyWatch:
    """Looks at what is sent."""
    return KeyWatch()


@pytest.fixture
def make_store(mongo_url: str, sent: Sent, watched: KeyWatch) -> MakeStore:
    """Makes stores on this test's database, whose commands are looked at."""

    def make_client(*listeners: Any) -> AsyncMongoClient[Document]:
        listeners = (*listeners, sent, watched)
        return AsyncMongoClient(mongo_url, tz_aware=True, event_listeners=listeners)

    return lambda datamodel, _: MongoStore(datamodel, make_client, url_database(mongo_url))


@pytest.fixture
async def engine_for(make_store: MakeStore, watched: KeyWatch) -> AsyncIterator[EngineFor]:
    """Gives connected engines for schema texts, every model with a shard key."""
    engines: list[MongoEngine] = []

    async def made(models: str) -> MongoEngine:
        datamodel = keyed(parse(HEADER + models))
        watched.keys |= keys_of(datamodel)
        engine = KeyedEngine(datamodel, make_store)
        engines.append(engine)
        await engine.connect()
        return engine

    yield made
    for engine in engines:
        await engine.aclose()
    assert watched.wrong == []


@pytest.fixture
async def pushed_for(engine_for: EngineFor, mongo_url: str) -> EngineFor:
    """The same with the schema's indexes made."""

    async def made(models: str) -> MongoEngine:
        await push(parse(HEADER + models), mongo_url)
        return await engine_for(models)

    return made


@pytest.fixture
def stored(raw: Any) -> Stored:
    """Gives the documents of a collection, without the field that only the key is made of."""

    def documents(collection: str) -> list[Document]:
        found = raw[collection].find().sort("_id")
        return [{k: v for k, v in each.items() if k != ZONE.db_name} for each in found]

    return documents


@pytest.fixture(params=[None, 13], ids=["6.0", "5.0"])
def wire_version(request: pytest.FixtureRequest) -> int | None:
    """Of the cluster."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
async def mongos(mongod: Mongod, wire_version: int | None) -> AsyncIterator[Mongos]:
    """In front of this run's server."""
    async with Mongos(HOST, mongod.port, wire_version=wire_version) as mongos:
        yield mongos


@pytest.fixture
def url(mongos: Mongos, mongo_url: str) -> str:
    """This test's database, by the mongos."""
    return mongos.url(url_database(mongo_url))
