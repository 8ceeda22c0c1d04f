"""Hostile input at both doors: a result or a typed error, and no operator reaches the server.

`make fuzz` asks 100,000 times; `FUZZ_CASES` says how often otherwise.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from prisma.errors import PrismaError
from pymongo import AsyncMongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Request
from prismongo.schema import parse, push
from prismongo.stores.mongo import MongoStore
from prismongo.url import url_database
from tests.behaviour.random_requests import Requests
from tests.behaviour.random_values import SCHEMA
from tests.engines import HEADER
from tests.reliability.asking import ACTIONS, arguments_of, as_document
from tests.reliability.evidence import Evidence
from tests.reliability.hostile import Spoiling, spoiled, spoilings

CASES: Final = int(os.environ.get("FUZZ_CASES") or 2_000)
PATIENCE: Final = 120.0
"""Seconds until an answer that must come has not come."""

LONGEST_MESSAGE: Final = 10_000
"""An error tells of the input, and does not repeat it."""

CLEAN_EVERY: Final = 100

snippets = st.sampled_from(
    ('"$where"', "{$gt: 1}", "null", "[", "{", "}", '"', "\\", "@", "...", "$x", "1e", ":", "#")
)
edits = st.lists(
    st.tuples(
        st.integers(0, 2**16),
        st.integers(0, 12),
        snippets | st.text(st.characters(), max_size=5),
    ),
    max_size=4,
)
payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("query", "batch", "variables", "transaction", "isolationLevel", "x")),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def cases(share: int) -> settings:
    """So many in a hundred of all the cases."""
    return settings(
        max_examples=CASES * share // 100,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@dataclass
class Target:
    """A database under attack, and what was seen of it."""

    name: str
    evidence: Evidence
    store: MongoStore
    seen: Counter[str] = field(default_factory=Counter)

    async def ask(self, answer: Awaitable[Any]) -> None:
        """A result or a typed error that can be printed; nothing smuggled."""
        await self._clean()
        try:
            async with asyncio.timeout(PATIENCE):
                await answer
        except PrismaError as error:
            message = str(error)
            assert len(message.encode()) < LONGEST_MESSAGE
            self.seen[f"{type(error).__name__} {getattr(error, 'code', '')}"] += 1
        else:
            self.seen["answered"] += 1
        assert self.evidence.against() == []

    async def _clean(self) -> None:
        if self.seen.total() % CLEAN_EVERY == 0:
            database = self.store.database
            for name in await database.list_collection_names():
                await database[name].delete_many({})
            self.evidence.clear()

    def report(self) -> None:
        """What the answers were, for `pytest -s`."""
        print(f"\n{self.name}: {self.seen.total()} cases")  # noqa: T201
        for kind, times in self.seen.most_common():
            print(f"{times:8} {kind}")  # noqa: T201


def store_for(url: str, evidence: Evidence) -> Any:
    def client(*listeners: Any) -> AsyncMongoClient[dict[str, Any]]:
        return AsyncMongoClient(url, tz_aware=True, event_listeners=[*listeners, evidence])

    return lambda datamodel, _: MongoStore(datamodel, client, url_database(url))


@pytest.fixture
async def engine(mongo_url: str) -> AsyncIterator[tuple[MongoEngine, Target]]:
    """An engine on a schema with everything in it."""
    datamodel, evidence = parse(HEADER + SCHEMA), Evidence()
    await push(datamodel, mongo_url)
    engine = MongoEngine(datamodel, store_for(mongo_url, evidence))
    await engine.connect()
    assert isinstance(engine.store, MongoStore)
    target = Target("engine", evidence, engine.store)
    yield engine, target
    target.report()
    await engine.aclose()


@pytest.fixture
async def client(mongo_url: str) -> AsyncIterator[tuple[DatabaseService, Target]]:
    """The generated client, on a database without indexes."""
    evidence = Evidence()
    service = DatabaseService(DatabaseSettings(url=mongo_url))
    service._make_store = store_for(mongo_url, evidence)
    async with service:
        store = service._mongo_engine.store
        assert isinstance(store, MongoStore)
        target = Target("client", evidence, store)
        yield service, target
        target.report()


def shown(value: object) -> str:
    """The value in as many words as fit, where it is not too deep for any."""
    try:
        return repr(value)[:2_000]
    except RecursionError:
        return "nested too deeply to be shown"


def plausible(seed: int) -> Request:
    requests = Requests(Random(seed))  # noqa: S311 - a test's data
    return requests.request()


seeds = st.integers(0, 2**40)


@cases(40)
@given(seed=seeds, spoilings=spoilings)
async def test_requests(
    engine: tuple[MongoEngine, Target], seed: int, spoilings: list[Spoiling]
) -> None:
    request = plausible(seed)
    hostile = Request(
        request.action, request.model, spoiled(request.arguments, spoilings), request.selections
    )
    note(shown(hostile))
    await engine[1].ask(engine[0].execute(hostile, tx_id=None))


@cases(25)
@given(action=st.sampled_from(ACTIONS), spoilings=spoilings)
async def test_actions(
    client: tuple[DatabaseService, Target],
    action: tuple[str, dict[str, Any]],
    spoilings: list[Spoiling],
) -> None:
    service, target = client
    method = action[0]
    arguments = arguments_of(method, spoiled(action[1], spoilings))
    note(f"{method} {shown(arguments)}")
    await target.ask(getattr(service.user, method)(**arguments))


@cases(30)
@given(seed=seeds, spoilings=spoilings, edits=edits)
async def test_documents(
    engine: tuple[MongoEngine, Target],
    seed: int,
    spoilings: list[Spoiling],
    edits: list[tuple[int, int, str]],
) -> None:
    request = plausible(seed)
    hostile = Request(
        request.action, request.model, spoiled(request.arguments, spoilings), request.selections
    )
    text = as_document(hostile)
    for place, removed, added in edits:
        start = place % (len(text) + 1)
        text = text[:start] + added + text[start + removed :]
    note(text[:2_000])
    await engine[1].ask(engine[0].query(json.dumps({"query": text, "variables": {}}), tx_id=None))


@cases(5)
@given(payload=payloads | st.text(st.characters()))
async def test_payloads(engine: tuple[MongoEngine, Target], payload: Any) -> None:
    content = payload if isinstance(payload, str) else json.dumps(payload)
    await engine[1].ask(engine[0].query(content, tx_id=None))
