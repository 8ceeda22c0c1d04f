"""Counts and other aggregates of a known shape, and filters by a field named `mode`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from prismongo.fields import Json
from prismongo.query.nodes.operations import AggregateRecords
from prismongo.query.nodes.requests import Selection
from prismongo.query.nodes.steps import Aggregate, KnownFind
from prismongo.schema import parse
from prismongo.stores.mongo.compile.find import compile_aggregate
from tests.engine.calls import PLANNER, VALIDATOR, Careful, Role, known, new_calls, request_of
from tests.query.schemas import ID

# --- counts and other aggregates ---

COUNTED: Final = Selection("_count", selections=(Selection("_all"),))
SUMMED: Final = Selection("_sum", selections=(Selection("age"),))


@pytest.mark.parametrize(
    "where",
    [
        lambda v: {"age": v},
        lambda v: {"age": {"gt": v}, "NOT": {"role": Role.ADMIN}},
        lambda v: {"OR": [{"age": {"in": [v, 2]}}, {"nick": None}]},
        lambda v: {"email": {"contains": str(v)}},
        lambda v: {"levels": {"equals": [v]}},
        lambda v: {"levels": {"equals": [v, 1]}},
        lambda v: {"home": {"equals": {"city": str(v)}}},
        lambda v: {"places": {"equals": [{"city": str(v)}]}},
        lambda _: {"active": True},
        lambda _: None,
    ],
)
def test_a_count_is_bound(where: Callable[[int], Any]) -> None:
    calls = new_calls()
    for number in range(5):
        asked = request_of("aggregate", "User", COUNTED, SUMMED, where=where(number), take=None)
        found = calls.find(asked)
        if number < 2:
            assert found is None
            continue
        assert found is not None
        wanted = next(PLANNER.plan(VALIDATOR.validate(asked)))
        assert isinstance(found, tuple)
        assert repr(found[1]) == repr(wanted)
        assert isinstance(found[1], Aggregate)
        assert isinstance(wanted, Aggregate)
        assert compile_aggregate(found[1]) == compile_aggregate(wanted)


@pytest.mark.parametrize(
    "arguments",
    [
        {"where": {"age": 1}, "take": 3},
        {"where": {"age": 1}, "skip": 1},
        {"where": {"age": 1}, "order": {"age": "asc"}, "take": -1},
        {"cursor": {"id": ID}},
        {"where": {"group": {"is": {"name": "a"}}}},
    ],
)
def test_a_count_of_a_part_is_planned(arguments: dict[str, Any]) -> None:
    calls = new_calls()
    asked = request_of("aggregate", "User", COUNTED, **arguments)
    found = [calls.find(asked) for _ in range(4)]
    assert found[:2] == [None, None]
    wanted = VALIDATOR.validate(asked)
    assert isinstance(wanted, AggregateRecords)
    assert repr(found[2:]) == repr([wanted, wanted])


# --- groups ---


@pytest.mark.parametrize(
    "arguments",
    [
        lambda v: {"where": {"age": v}},
        lambda v: {"where": {"group": {"is": {"name": str(v)}}}, "order": {"role": "asc"}},
        lambda v: {"having": {"age": {"_avg": {"gt": v}, "_count": {"in": [v, 2]}}}},
        lambda v: {"where": {"email": str(v)}, "having": {"NOT": [{"role": Role.USER}]}, "take": 2},
        lambda v: {
            "where": {"data": Json({"a": v})},
            "having": {"role": {"_max": {"equals": "USER"}}},
        },
    ],
)
def test_groups_are_planned(arguments: Callable[[int], dict[str, Any]]) -> None:
    calls = new_calls()
    for number in range(5):
        asked = request_of("groupBy", "User", Selection("role"), by=["role"], **arguments(number))
        found = calls.find(asked)
        if number < 2:
            assert found is None
        else:
            assert repr(found) == repr(VALIDATOR.validate(asked))


@pytest.mark.parametrize("value", ["a", None, object(), 10**400])
def test_groups_with_another_value_are_refused_by_the_careful_way(value: Any) -> None:
    calls = new_calls()
    for number in (1, 2, 3, value):
        having = {"age": {"_avg": {"gt": number}}}
        asked = request_of("groupBy", "User", Selection("role"), by=["role"], having=having)
        found = calls.find(asked)
    assert found is None


# --- a field that is called as the mode of texts is ---

NAMED_MODE: Final = parse(
    """
    datasource db {
      provider = "mongodb"
      url      = env("DATABASE_URL")
    }

    model Light {
      id   Int     @id @map("_id")
      mode String
      is   String?
    }
    """
)


@pytest.mark.parametrize(
    "where",
    [
        lambda v: {"mode": v},
        lambda v: {"mode": {"equals": v}},
        lambda v: {"mode": {"in": [v, "default"]}},
        lambda v: {"mode": {"contains": v, "mode": "insensitive"}},
        lambda v: {"OR": [{"mode": v}, {"is": {"equals": v, "mode": "default"}}]},
    ],
)
@pytest.mark.parametrize("values", [("a", "b", "c", "d"), ("default", "a", "insensitive", "b")])
def test_a_field_named_mode(where: Callable[[str], Any], values: tuple[str, ...]) -> None:
    way = Careful(NAMED_MODE)
    calls = way.calls()
    for value in values * 2:
        asked = request_of("findMany", "Light", where=where(value))
        found = known(calls, asked)
        if isinstance(found, KnownFind):
            assert repr(found.find) == repr(way.find(asked))
