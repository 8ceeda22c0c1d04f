"""A `where` lets through what it finds: random filters on streams against their plain meaning."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pymongo import AsyncMongoClient
from pymongo.database import Database

from prismongo.query.nodes.changes import ChangeQuery
from prismongo.query.validate.changes import validate_changes
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from prismongo.stores.changes import ChangeEvent
from prismongo.stores.mongo import MongoStore
from prismongo.url import url_database
from tests.behaviour.both import shape_request
from tests.behaviour.meaning import Meaning, Row
from tests.behaviour.test_properties import SCHEMA, VALUES, Where, bson, scalar_filters, tables
from tests.engines import HEADER

Document = dict[str, Any]
DATAMODEL = parse(HEADER + SCHEMA)
OPTIONS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Shaped(BaseModel):
    """A class of the model: only the id is read."""

    __prisma_model__: ClassVar = "Row"

    id: int


def wheres(depth: int) -> st.SearchStrategy[Where]:
    """Filters without relations."""
    fields = {name: scalar_filters(name) for name in VALUES}
    if depth:
        several = st.lists(wheres(depth - 1), max_size=3)
        fields |= {"AND": several, "OR": several, "NOT": several}
    entries = [st.tuples(st.just(name), strategy) for name, strategy in fields.items()]
    return st.lists(st.one_of(entries), max_size=3).map(dict)


@pytest.fixture
async def mongo_store(mongo_url: str, raw: Database[Document]) -> AsyncIterator[MongoStore]:
    """The store itself: generated classes are of one schema only."""
    raw.create_collection("Row", changeStreamPreAndPostImages={"enabled": True})
    made = MongoStore(
        DATAMODEL, lambda *_: AsyncMongoClient(mongo_url, tz_aware=True), url_database(mongo_url)
    )
    await made.connect(10)
    yield made
    await made.close()


def watching(where: Where | None) -> ChangeQuery:
    return validate_changes(Validator(DATAMODEL), [shape_request(Shaped)], where)


async def present(store: MongoStore) -> str:
    """The token of now."""
    cursor = await store.changes.open(watching(None), None)
    try:
        return cursor.token
    finally:
        await cursor.close()


async def events(store: MongoStore, where: Where, after: str) -> list[ChangeEvent]:
    """All that a stream gives from a token until now."""
    end = "{:08X}{:08X}".format(*await store.changes.cluster_time())
    cursor = await store.changes.open(watching(where), after)
    found: list[ChangeEvent] = []
    try:
        while True:
            event = await cursor.next()
            if event is not None:
                found.append(event)
            elif cursor.token[2:18] >= end:
                return found
    finally:
        await cursor.close()


@OPTIONS
@given(rows=tables(), asked=st.lists(wheres(2), min_size=3, max_size=3))
async def test_where_lets_through_what_it_finds(
    mongo_store: MongoStore, raw: Database[Document], rows: list[Row], asked: list[Where]
) -> None:
    start = await present(mongo_store)
    raw["Row"].insert_many([bson(row) for row in rows])
    raw["Row"].update_many({}, {"$set": {"touched": True}})
    raw["Row"].delete_many({})
    meaning = Meaning(lambda _row, _name: [])

    for where in asked:
        found = await events(mongo_store, where, start)
        expected = [row["_id"] for row in rows if meaning.matches(where, row)]
        for operation in ("insert", "update", "delete"):
            seen = [event.id for event in found if event.operation == operation]
            assert sorted(seen) == expected, (operation, where)
