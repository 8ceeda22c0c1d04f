"""Calls of a known shape with Json, whose values are stored as what they are."""

from __future__ import annotations

from typing import Any, Final

import pytest

from prismongo.fields import Json
from prismongo.query.nodes.steps import KnownFind
from prismongo.query.validate.query_shapes import query_shape
from prismongo.schema import parse
from tests.engine.calls import Careful, assert_same, known, request_of
from tests.query.schemas import ID

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
