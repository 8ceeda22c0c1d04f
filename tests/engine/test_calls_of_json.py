"""Calls of a known shape with Json, whose values are stored as what they are."""

from __future__ import annotations

import sys
from typing import Any, Final

import pytest
from prisma.errors import DataError, PrismaError

from database import DatabaseService
from prismongo.fields import Json
from prismongo.query.nodes.steps import KnownFind
from prismongo.query.validate.query_shapes import query_shape
from prismongo.schema import parse
from prismongo.testing import fake
from tests.engine.calls import Careful, assert_same, known, request_of
from tests.query.schemas import ID
from tests.records import user

NOTES: Final = Careful(
    parse(
        """
        datasource db {
          provider = "mongodb"
          url      = env("DATABASE_URL")
        }

        model Note {
          id    String @id @default(auto()) @map("_id") @db.ObjectId
          any   Json?
          items Json[]
        }
        """
    )
)
WHERES: Final = (
    lambda v: {"any": v},
    lambda v: {"any": {"equals": v}},
    lambda v: {"any": {"not": v}},
    lambda v: {"items": {"equals": [v]}},
    lambda v: {"items": {"has": v}},
    lambda v: {"NOT": {"items": {"has_every": [Json(1), v]}}},
    lambda v: {"OR": [{"items": {"has_some": [v]}}, {"any": v}]},
)
VALUES: Final[tuple[Any, ...]] = (
    *(1, 1.5, "a", None, True, False, [], [1], [[1]], {}, {"a": 1}, {"a": {"b": None}}, "$a"),
    *({"$oid": ID}, {"$date": "2025-06-01T00:00:00Z"}, {"$numberLong": "5"}, {"$minKey": 1}),
    {"$timestamp": {"t": 1, "i": 1}},
)


@pytest.mark.parametrize("where", WHERES)
def test_what_was_learnt_of_one_value_is_right_for_each(where: Any) -> None:
    known_calls = 0
    for first in VALUES:
        calls = NOTES.calls()
        for value in (first, first, *VALUES):
            asked = request_of("findMany", "Note", where=where(Json(value)))
            step = known(calls, asked)
            if step is not None:
                assert isinstance(step, KnownFind)
                assert_same(step, asked, NOTES)
                known_calls += 1
    assert known_calls >= len(VALUES)


@pytest.mark.parametrize("where", WHERES[1:6])
def test_texts_of_json_are_stored_as_what_they_say(where: Any) -> None:
    texts = ("1", "1.5", '"a"', "true", "null", "[]", "{}", f'{{"$oid": "{ID}"}}')
    for first in texts:
        calls, is_known = NOTES.calls(), False
        for text in (first, first, *texts):
            asked = request_of("findMany", "Note", where=where(text))
            step = known(calls, asked)
            if step is not None:
                assert_same(step, asked, NOTES)
                is_known = True
        assert is_known == (first not in ("true", "null"))


def test_null_and_booleans_are_parts_of_a_shape() -> None:
    values: tuple[Any, ...] = (None, True, False, 1, 1.0, "a", [], {})
    shapes = [
        query_shape(request_of("findMany", "Note", where={"any": Json(value)})) for value in values
    ]
    assert None not in shapes
    assert len(set(shapes)) == len(values)


@pytest.mark.parametrize("depth", [300, *range(320, 500, 20), 2_000])
async def test_json_that_is_nested_too_deeply_is_refused_at_every_call(depth: int) -> None:
    deep: Any = 1
    for _ in range(depth):
        deep = {"a": deep}
    database = fake(DatabaseService)
    ada = await database.user.create(user("ada"))
    await database.notification.create({"userId": ada.id, "data": Json({"a": 1})})
    found, refused = [], []
    for value in (deep, {"a": 1}, {"a": 1}, {"a": 1}, deep):
        where: Any = {"data": Json(value)}
        for ask in (
            database.notification.find_many(where=where),
            database.notification.count(where=where),
        ):
            try:
                found.append(await ask)
            except DataError as error:
                refused.append(str(error))
    assert len(found) + len(refused) == 10
    assert len(found) >= 6
    assert all("too deeply" in each for each in refused)
    assert bool(refused) or depth < 2_000


def test_a_type_without_a_hash_has_no_shape() -> None:
    class Unhashable(type):
        __hash__ = None  # type: ignore[assignment]

    class Odd(metaclass=Unhashable): ...

    odd: Any = Odd()
    for value in (Json(odd), {"equals": Json(odd)}):
        asked = request_of("findMany", "Note", where={"any": value})
        assert query_shape(asked) is None
        with pytest.raises(PrismaError):
            NOTES.calls().prepared(asked, is_enclosed=False)


def test_an_odd_value_keeps_no_shape_from_being_learnt() -> None:
    calls = NOTES.calls()
    for value in ({"$minKey": 1}, {"$minKey": 1}, {"a": 1}, {"a": 2}):
        assert known(calls, request_of("findMany", "Note", where={"any": Json(value)})) is None
    assert known(calls, request_of("findMany", "Note", where={"any": Json({"a": 3})})) is not None


def test_what_is_learnt_keeps_no_value() -> None:
    calls, data = NOTES.calls(), ["x" * 100]
    before = sys.getrefcount(data)
    for _ in range(3):
        calls.find(request_of("findMany", "Note", where={"any": Json(data)}))
    assert sys.getrefcount(data) == before
