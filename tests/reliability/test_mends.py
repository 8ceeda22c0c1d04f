"""Hostile input that once came out as something else than a typed error, and sizes beyond any."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from bson import Code
from prisma.errors import DataError, UnknownRelationalFieldError
from prisma.fields import Base64, Json

from database import DatabaseService
from prismongo.engine import MongoEngine
from prismongo.errors import ArgumentTypeError
from prismongo.query.nodes.requests import Request, Selection
from tests.behaviour.random_values import SCHEMA
from tests.engines import EngineFor
from tests.reliability.hostile import MEGABYTES

LEVELS = (150, 350, 10_000)
ID = (Selection("id"),)


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


def nested(make: Callable[[Any], Any], levels: int, inmost: Any) -> Any:
    for _ in range(levels):
        inmost = make(inmost)
    return inmost


@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize(
    ("model", "arguments"),
    [
        ("User", lambda n: {"where": nested(lambda inner: {"NOT": inner}, n, {"id": 1})}),
        ("User", lambda n: {"where": nested(lambda inner: {"AND": [inner]}, n, {"id": 1})}),
        ("User", lambda n: {"where": {"age": nested(lambda inner: {"not": inner}, n, 1)}}),
        (
            "Post",
            lambda n: {"where": nested(lambda inner: {"parent": {"is": inner}}, n, {"id": 1})},
        ),
        ("User", lambda n: {"where": {"name": nested(lambda inner: [inner], n, "a")}}),
        (
            "User",
            lambda n: {"where": {"data": {"equals": Json(nested(lambda inner: [inner], n, 1))}}},
        ),
        ("User", lambda n: {"where": {"data": {"equals": "[" * n}}}),
        ("Post", lambda n: {"orderBy": nested(lambda inner: {"parent": inner}, n, {"id": "asc"})}),
    ],
    ids=["NOT", "AND", "not", "relation", "list", "Json", "text", "order"],
)
async def test_depth(
    engine: MongoEngine, arguments: Callable[[int], dict[str, Any]], levels: int, model: str
) -> None:
    request = Request("findMany", model, arguments(levels), ID)
    try:
        await engine.execute(request, tx_id=None)
    except DataError as error:
        assert len(str(error)) < 20_000  # noqa: PT017 - an answer is as good


@pytest.mark.parametrize("levels", LEVELS)
async def test_depth_of_data(engine: MongoEngine, levels: int) -> None:
    inner = {"id": 1, "title": "a"}
    replies = nested(lambda item: {**inner, "replies": {"create": item}}, levels, inner)
    with pytest.raises(DataError):
        await engine.execute(Request("createOne", "Post", {"data": replies}, ID), tx_id=None)


@pytest.mark.parametrize("levels", [400, 10_000])
async def test_depth_of_json(engine: MongoEngine, levels: int) -> None:
    data = {"id": 1, "name": "a", "data": Json(nested(lambda item: {"a": item}, levels, 1))}
    with pytest.raises(DataError):
        await engine.execute(Request("createOne", "User", {"data": data}, ID), tx_id=None)


@pytest.mark.parametrize("levels", LEVELS)
async def test_depth_of_an_include(database: DatabaseService, levels: int) -> None:
    include = nested(lambda item: {"author": {"include": {"messages": item}}}, levels, True)
    with pytest.raises(DataError):
        await database.message.find_many(include=cast(Any, include))


async def test_depth_in_a_batch(database: DatabaseService) -> None:
    with pytest.raises(DataError):
        database.batch_().user.create(data=nested(lambda item: {"a": item}, 5_000, cast(Any, 1)))


@pytest.mark.parametrize("levels", LEVELS)
async def test_depth_of_a_document(engine: MongoEngine, levels: int) -> None:
    for opening in ("{", "[", "{a:", "query {", "findManyUser(where: {AND: "):
        with pytest.raises(DataError):
            await engine.query(json.dumps({"query": "query { " + opening * levels}), tx_id=None)
    with pytest.raises(DataError):
        await engine.query("[" * levels, tx_id=None)


@pytest.mark.parametrize("include", [True, 1, "messages", [], ["messages"], {"messages": None}])
async def test_what_is_no_include(database: DatabaseService, include: Any) -> None:
    if include == []:
        await database.user.find_many(include=include)
        return
    with pytest.raises(ArgumentTypeError, match="Expected `bool` or `dict`"):
        await database.user.find_many(include=include)


@pytest.mark.parametrize(
    "value",
    [object(), {1: object()}, b"a", range(3), ...],
    ids=["object", "inner", "bytes", "range", "dots"],
)
async def test_objects_that_nobody_can_write(database: DatabaseService, value: Any) -> None:
    with pytest.raises(ArgumentTypeError):
        await database.notification.find_first(where={"data": {"equals": Json(value)}})


async def test_the_name_of_a_relation_that_there_is_not(database: DatabaseService) -> None:
    for name in ("\ud800", "x" * 10_000, "a\nb"):
        with pytest.raises(UnknownRelationalFieldError) as caught:
            await database.user.find_many(include=cast(Any, {name: True}))
        message = str(caught.value)
        assert message.replace("\n", " ").isprintable()
        assert len(message) < 500


async def test_a_text_that_cannot_be_a_key(engine: MongoEngine) -> None:
    for arguments in ({"distinct": Code("a")}, {"distinct": [Code("a")]}):
        with pytest.raises(DataError):
            await engine.execute(Request("findMany", "User", arguments, ID), tx_id=None)


async def test_a_base64_that_holds_a_text(engine: MongoEngine) -> None:
    where = {"raw": Base64(cast(Any, "!"))}
    with pytest.raises(DataError, match="not base64"):
        await engine.execute(Request("findMany", "User", {"where": where}, ID), tx_id=None)


@pytest.mark.parametrize("name", ["\ud800", "a\nERROR all is lost", "a\0b", "x" * 10**6, "\x1b[2J"])
async def test_names_in_errors_are_short_and_can_be_printed(engine: MongoEngine, name: str) -> None:
    for arguments in ({"where": {name: 1}}, {"where": {"posts": {"some": {name: {"a": 1}}}}}):
        with pytest.raises(DataError) as caught:
            await engine.execute(Request("findMany", "User", arguments, ID), tx_id=None)
        message = str(caught.value)
        assert len(message) < 1_000
        assert message.isprintable()
        assert json.dumps(caught.value.meta).isprintable()
        assert len(json.dumps(caught.value.meta)) < 1_000
    with pytest.raises(DataError) as caught:
        await engine.query(json.dumps({"query": f"query {{ {name} }}"}), tx_id=None)
    assert str(caught.value).isprintable()


LONG = "x" * MEGABYTES


@pytest.mark.parametrize(
    "where",
    [
        {"name": LONG},
        {"name": {"in": [LONG]}},
        {"name": {"contains": LONG}},
        {"name": {"startsWith": LONG, "mode": "insensitive"}},
        {"tags": {"has": LONG}},
        {"data": {"equals": Json(LONG)}},
        {"age": LONG},
        {"raw": LONG},
        {"seen": LONG},
        {"kind": LONG},
        {LONG: 1},
        {"home": {"is": {"city": LONG}}},
    ],
    ids=lambda where: next(iter(where))[:6],
)
async def test_ten_megabytes_in_a_filter(engine: MongoEngine, where: dict[str, Any]) -> None:
    try:
        found = await engine.execute(Request("findMany", "User", {"where": where}, ID), tx_id=None)
    except DataError as error:
        assert len(str(error)) < 1_000  # noqa: PT017 - an answer is as good
    else:
        assert found == []


async def test_ten_megabytes_are_stored(engine: MongoEngine) -> None:
    data = {"id": 1, "name": LONG}
    made = await engine.execute(
        Request("createOne", "User", {"data": data}, (Selection("name"),)), tx_id=None
    )
    assert made == {"name": LONG}


async def test_what_is_beyond_a_document_is_too_large(engine: MongoEngine) -> None:
    data = {"id": 1, "name": LONG, "email": LONG}
    with pytest.raises(DataError) as caught:
        await engine.execute(Request("createOne", "User", {"data": data}, ID), tx_id=None)
    assert caught.value.code == "P2000"
    assert len(str(caught.value)) < 1_000


async def test_ten_megabytes_of_a_document(engine: MongoEngine) -> None:
    for text in (
        LONG,
        f'"{LONG}"',
        "{" + " " * MEGABYTES,
        "query { " + "," * MEGABYTES,
        "1" * 10**6,
    ):
        with pytest.raises(DataError) as caught:
            await engine.query(json.dumps({"query": text}), tx_id=None)
        assert len(str(caught.value)) < 1_000
    query = f'query {{ result: findManyUser(where: {{name: "{LONG}"}}) {{ id }} }}'
    assert await engine.query(json.dumps({"query": query}), tx_id=None) == {"data": {"result": []}}
