"""What a fake tells of random sequences of writes is what a server tells of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from random import Random
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from prisma.errors import DataError
from pydantic import BaseModel

from prismongo.engine import MongoEngine
from prismongo.query.nodes.changes import ChangeQuery, ChangeType
from prismongo.query.nodes.requests import Request
from prismongo.query.validate.changes import validate_changes
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from prismongo.stores.changes import ChangeEvent
from prismongo.stores.memory import Memory
from tests.behaviour.both import both_engines, encoded, shape_request
from tests.behaviour.random_requests import Requests
from tests.behaviour.random_values import SCHEMA
from tests.behaviour.test_differential import READS, Pair, Step, seeds
from tests.engines import HEADER

IMAGED: Final = ("User", "Post")
DATAMODEL: Final = parse(
    HEADER + re.sub(rf"(?m)^(model (?:{'|'.join(IMAGED)}) )", r"/// @changeImages\n\1", SCHEMA)
)
OPTIONS: Final = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Shaped(BaseModel):
    """Classes of the models: only ids are read."""

    id: int


class User(Shaped):
    __prisma_model__: ClassVar = "User"


class Post(Shaped):
    __prisma_model__: ClassVar = "Post"


class Profile(Shaped):
    __prisma_model__: ClassVar = "Profile"


class Team(Shaped):
    __prisma_model__: ClassVar = "Team"


Kinds = tuple[type[Shaped], ...]
Wish = tuple[Kinds, int | None, frozenset[ChangeType]]
"""Which models, what a filter on them is drawn from, and which operations."""

KINDS: Final[tuple[Kinds, ...]] = (
    (User,),
    (Post,),
    (Team,),
    (User, Post),
    (User, Post, Profile, Team),
)
ALL: Final = validate_changes(Validator(DATAMODEL), [shape_request(kind) for kind in KINDS[-1]])
OPERATIONS: Final[tuple[frozenset[ChangeType], ...]] = (
    frozenset({"insert", "update", "delete"}),
    frozenset({"insert"}),
    frozenset({"update", "delete"}),
)
wishes: st.SearchStrategy[Wish] = st.tuples(
    st.sampled_from(KINDS), seeds, st.sampled_from(OPERATIONS)
)


@pytest.fixture
async def pair(mongo_url: str) -> AsyncIterator[Pair]:
    memory = Memory()
    async with both_engines(DATAMODEL, mongo_url, memory) as (mongo, fake):
        made = Pair(mongo, fake, memory)
        await made.fill(0)
        yield made


def watching(wish: Wish) -> ChangeQuery | None:
    """What is wished for, with a filter where one can be watched by; None where it cannot be."""
    kinds, seed, operations = wish
    where = None
    if len(kinds) == 1:
        model = kinds[0].__name__
        found = Requests(Random(seed))._find(model)  # noqa: S311 - a test's data
        where = found.arguments.get("where")
    requests = [shape_request(kind) for kind in kinds]
    try:
        return validate_changes(Validator(DATAMODEL), requests, where, operations)
    except DataError:
        return None


Told = defaultdict[Any, list[Any]]


async def told(engine: MongoEngine, wished: ChangeQuery, after: str, end: str) -> Told:
    """What a stream tells from a token until a place, by document."""
    found: Told = defaultdict(list)
    try:
        cursor = await engine.store.changes.open(wished, after)
    except DataError as error:
        found["refused"] = [str(error)]
        return found
    cursor.interrupt()
    try:
        while True:
            event = await cursor.next()
            if event is not None:
                found[event.model.name, event.id].append(facts(event))
            elif cursor.token[2:18] >= end:
                return found
    finally:
        await cursor.close()


def facts(event: ChangeEvent) -> tuple[object, ...]:
    images = [None if row is None else encoded(row) for row in (event.before, event.after)]
    changed = None if event.changed is None else sorted(event.changed)
    return (event.operation, *images, changed)


async def present(engine: MongoEngine) -> str:
    """The token of now."""
    cursor = await engine.store.changes.open(ALL, None)
    try:
        return cursor.token
    finally:
        await cursor.close()


alone: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.just("nobody"), seeds), min_size=8, max_size=20
)
together: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.sampled_from(("first", "second")), seeds), min_size=6, max_size=14
)


@OPTIONS
@given(steps=alone | together, wished=st.lists(wishes, min_size=3, max_size=3))
async def test_the_same_is_told(pair: Pair, steps: list[Step], wished: list[Wish]) -> None:
    await pair.begin()
    mongo, fake = (side.engine for side in pair.sides)
    starts = await present(mongo), await present(fake)
    for actor, seed in steps:
        theirs, ours = [await side.answer(actor, write(seed)) for side in pair.sides]
        assume(ours == theirs)  # or it is a matter of tests/engine/test_differential.py
    await pair.agree_on_the_end()
    end = "{:08X}{:08X}".format(*await mongo.store.changes.cluster_time())

    for each in filter(None, map(watching, wished)):
        expected = await told(mongo, each, starts[0], end)
        assert await told(fake, each, starts[1], "") == expected


def write(seed: int) -> Request:
    requests = Requests(Random(seed))  # noqa: S311 - a test's data
    return next(each for each in iter(requests.request, None) if each.action not in READS)
