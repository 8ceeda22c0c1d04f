"""The fake is no other database: random sequences give the same answers and leave the same behind.

A sequence starts from a small world, makes a few requests, some of them in one or two transactions
at a time, and ends with a look at every stored document. `DIFFERENTIAL_SEQUENCES` says how many.

In CI they are the same in every run (`derandomize`): what turns red there is the commit. Elsewhere
they are new in every run; hypothesis shows the one that fails, and tries it first the next time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prisma.errors import PrismaError

from prismongo.engine import MongoEngine
from prismongo.engine.sessions import TransactionId
from prismongo.query.decode.forms import WIRE
from prismongo.query.nodes.requests import Request
from prismongo.schema import parse
from prismongo.stores.memory import Memory
from prismongo.stores.memory.tables import Tables
from prismongo.stores.mongo import MongoStore
from tests.behaviour.both import both_engines, encoded
from tests.behaviour.random_requests import Requests
from tests.behaviour.random_values import COLLECTIONS, SCHEMA
from tests.engines import HEADER, Document

SEQUENCES: Final = int(
    os.environ.get("DIFFERENTIAL_SEQUENCES") or (2_000 if os.environ.get("CI") else 200)
)
WORLDS: Final = 8
OPTIONS: Final = settings(
    max_examples=SEQUENCES // WORLDS,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
READS: Final = ("findMany", "findFirst", "findUnique", "findUniqueOrThrow", "aggregate", "groupBy")
PATIENCE: Final = json.dumps({"timeout": 60_000, "max_wait": 60_000})

Actor = Literal["nobody", "first", "second"]
Step = tuple[Actor, int]
"""Who makes a request, outside of a transaction or in which, and what it is drawn from."""


@dataclass
class Side:
    """One of the two databases, and the transactions that are open on it."""

    engine: MongoEngine
    open: dict[Actor, TransactionId] = field(default_factory=dict)

    async def answer(self, actor: Actor, *requests: Request) -> tuple[Any, ...]:
        """What is answered, several requests being a batch; errors by class, code and words."""
        if actor != "nobody" and actor not in self.open:
            self.open[actor] = await self.engine.start_transaction(content=PATIENCE)
        try:
            if len(requests) == 1:
                return ("ok", await self.engine.execute(requests[0], tx_id=self.open.get(actor)))
            batch = [(request, WIRE) for request in requests]
            return ("ok", await self.engine.execute_batch(batch, tx_id=self.open.get(actor)))
        except PrismaError as error:
            return (type(error), getattr(error, "code", None), str(error))

    async def roll_back(self) -> None:
        """End what a sequence that failed has left open."""
        for tx_id in self.open.values():
            with contextlib.suppress(PrismaError):
                await self.engine.rollback_transaction(tx_id)
        self.open.clear()

    async def commit(self, actor: Actor) -> Any:
        """How committing the transaction of an actor ended; None where there is none."""
        tx_id = self.open.pop(actor, None)
        if tx_id is None:
            return None
        try:
            await self.engine.commit_transaction(tx_id)
        except PrismaError as error:
            return (type(error), getattr(error, "code", None), str(error))
        return "ok"


class Pair:
    """A server and a fake, holding the same small world."""

    def __init__(self, mongo: MongoEngine, fake: MongoEngine, memory: Memory) -> None:
        self.sides = (Side(mongo), Side(fake))
        store = mongo.store
        assert isinstance(store, MongoStore)
        self._database = store.database
        self._memory = memory
        self._number = 0
        self._world: Tables = {}
        self._agreed = False

    async def fill(self, world: int) -> None:
        """Make the world of that number."""
        self._number = world
        for request in Requests(Random(world)).world():  # noqa: S311 - a test's data
            await self.sides[1].answer("nobody", request)
        self._world = self._memory.snapshot()
        await asyncio.gather(*(self._copy(collection) for collection in COLLECTIONS))

    def requests(self, seed: int) -> list[Request]:
        """What a step of a sequence asks: another thing in each world, now and then a batch."""
        made = Requests(Random(seed * WORLDS + self._number))  # noqa: S311 - a test's data
        return [made.request() for _ in range(2 if seed % 8 == 1 else 1)]

    async def begin(self) -> None:
        """Both hold the world as it was."""
        for side in self.sides:
            await side.roll_back()
        now, then = self._memory.tables, self._world
        changed = [name for name in COLLECTIONS if now[name] is not then[name]]
        self._memory.restore(then)
        await asyncio.gather(*map(self._copy, changed if self._agreed else COLLECTIONS))
        self._agreed = False

    async def _copy(self, collection: str) -> None:
        documents = [dict(row) for row in self._memory.tables[collection]]
        await self._database[collection].delete_many({})
        if documents:
            await self._database[collection].insert_many(documents)

    async def agree(self, actor: Actor, *requests: Request) -> None:
        """One request, or one batch of them, on both."""
        theirs, ours = [await side.answer(actor, *requests) for side in self.sides]
        assert ours == theirs

    async def agree_on_commit(self, actor: Actor) -> None:
        """The transaction of an actor ends; what the actor asks next is in another."""
        theirs, ours = [await side.commit(actor) for side in self.sides]
        assert ours == theirs

    async def agree_on_the_end(self) -> None:
        """The transactions are committed, and every document is the same."""
        for actor in [*self.sides[0].open]:
            await self.agree_on_commit(actor)
        stored = await self._stored()
        for collection in COLLECTIONS:
            rows = {row["_id"]: encoded(row) for row in self._memory.tables[collection]}
            assert rows == stored[collection]
        self._agreed = True

    async def _stored(self) -> dict[str, dict[Any, bytes]]:
        """Every document, in one question."""
        first, *others = COLLECTIONS
        pipeline: list[Document] = [shown_as(first)]
        pipeline += [
            {"$unionWith": {"coll": name, "pipeline": [shown_as(name)]}} for name in others
        ]
        found: dict[str, dict[Any, bytes]] = {name: {} for name in COLLECTIONS}
        async for item in await self._database[first].aggregate(pipeline):
            found[item["c"]][item["_id"]] = encoded(item["d"])
        return found


def shown_as(collection: str) -> Document:
    """The stage that shows a document together with where it is from."""
    return {"$project": {"d": "$$ROOT", "c": {"$literal": collection}}}


@pytest.fixture(params=range(WORLDS))
async def pair(mongo_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    memory = Memory()
    async with both_engines(parse(HEADER + SCHEMA), mongo_url, memory, w=1) as (mongo, fake):
        made = Pair(mongo, fake, memory)
        await made.fill(request.param)
        yield made


seeds = st.integers(0, 2**40)
alone: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.just("nobody"), seeds), min_size=1, max_size=5
)
together: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.sampled_from(("first", "first", "second", "nobody")), seeds),
    min_size=2,
    max_size=6,
)
committing: st.SearchStrategy[int] = seeds.map(lambda seed: seed // 4 * 4 + 3)
overtaken: st.SearchStrategy[list[Step]] = st.tuples(seeds, committing, seeds, seeds).map(
    lambda drawn: [("first", drawn[0]), ("second", drawn[1]), *(("first", n) for n in drawn[2:])]
)


@OPTIONS
@given(steps=alone | alone | alone | together | overtaken)
async def test_a_sequence_means_the_same_on_both_stores(pair: Pair, steps: list[Step]) -> None:
    await pair.begin()
    in_transactions = any(actor != "nobody" for actor, _ in steps)
    for actor, seed in steps:
        requests = pair.requests(seed)
        is_read = all(request.action in READS for request in requests)
        if actor == "nobody" and in_transactions and not is_read:
            continue  # it would wait for a document that one of them holds
        await pair.agree(actor, *requests)
        if seed % 4 == 3:
            await pair.agree_on_commit(actor)
    await pair.agree_on_the_end()
