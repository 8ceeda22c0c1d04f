"""Random aggregates of random pages, and random groups, are those of plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, selected
from tests.behaviour.meaning import Row, page
from tests.engines import Document, EngineFor

SCHEMA: Final = """
model Row {
  id     Int     @id @map("_id")
  number Int?    @map("n")
  real   Float?
  text   String?
}
"""
OPTIONS: Final = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
VALUES: Final[dict[str, list[Any]]] = {
    "n": [None, -1, 0, 2],
    "real": [None, -0.5, 1.0],
    "text": [None, "", "a", "b"],
}
NAMES: Final = {"n": "number", "real": "real", "text": "text"}
CALCULATED: Final = {
    "_count": ("n", "real", "text"),
    "_sum": ("n", "real"),
    "_avg": ("n", "real"),
    "_min": ("n", "real", "text"),
    "_max": ("n", "real", "text"),
}

Arguments = dict[str, Any]


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    fields = {name: st.sampled_from(values) for name, values in VALUES.items()}
    rows = draw(st.lists(st.fixed_dictionaries({}, optional=fields), max_size=8))
    return [{"_id": number, **row} for number, row in enumerate(rows, 1)]


def calculated(kind: str, values: list[Any]) -> Any:
    """Of the values that are there; the sum of none is 0."""
    match kind:
        case "_count":
            return len(values)
        case "_sum":
            return sum(values)
        case "_avg":
            return sum(values) / len(values) if values else None
        case "_min":
            return min(values, default=None)
        case _:
            return max(values, default=None)


def aggregated(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    answer = {
        kind: {
            NAMES[name]: calculated(kind, [r[name] for r in rows if r.get(name) is not None])
            for name in names
        }
        for kind, names in CALCULATED.items()
    }
    answer["_count"]["_all"] = len(rows)
    return answer


def everything() -> list[Selection]:
    return [
        selected(kind, *(NAMES[name] for name in names), *(["_all"] if kind == "_count" else []))
        for kind, names in CALCULATED.items()
    ]


def load(raw: Database[Document], rows: Sequence[Row]) -> None:
    raw["Row"].delete_many({})
    if rows:
        raw["Row"].insert_many([dict(row) for row in rows])


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


# --- aggregate ---


@OPTIONS
@given(
    rows=tables(),
    keys=st.lists(st.sampled_from(("n", "real", "text")), unique=True, max_size=2),
    descending=st.booleans(),
    take=st.none() | st.integers(-4, 4),
    skip=st.integers(0, 2),
    cursor=st.none() | st.integers(1, 8),
)
async def test_an_aggregate_is_that_of_the_page(
    engine: MongoEngine,
    raw: Database[Document],
    rows: list[Row],
    keys: list[str],
    descending: bool,
    take: int | None,
    skip: int,
    cursor: int | None,
) -> None:
    load(raw, rows)
    arguments: Arguments = {"take": take, "skip": skip}
    arguments["orderBy"] = [{NAMES[key]: "desc" if descending else "asc"} for key in keys]
    if cursor is not None:
        arguments["cursor"] = {"id": cursor}
    found = await ask(engine, "aggregate", "Row", *everything(), **arguments)
    order = [(key, descending) for key in keys]
    chosen = page(rows, rows, order, take=take, skip=skip, cursor=cursor)
    expected = aggregated(chosen)
    if not chosen:
        expected["_sum"] = dict.fromkeys(expected["_sum"])
    assert found == expected


# --- groupBy ---

HAVING: Final[dict[str, tuple[Arguments, Callable[[list[Any]], bool]]]] = {
    "nothing": ({}, lambda values: True),
    "count": ({"number": {"_count": {"gt": 1}}}, lambda values: len(values) > 1),
    "sum": ({"number": {"_sum": {"gte": 1}}}, lambda values: sum(values) >= 1),
    "min": ({"number": {"_min": {"lt": 1}}}, lambda values: bool(values) and min(values) < 1),
    "max is null": ({"number": {"_max": None}}, lambda values: not values),
    "not sum": ({"NOT": {"number": {"_sum": {"gte": 1}}}}, lambda values: sum(values) < 1),
    "either": (
        {"OR": [{"number": {"_count": 0}}, {"number": {"_avg": {"gt": 0}}}]},
        lambda values: not values or sum(values) > 0,
    ),
}
"""Conditions, and what they say of the numbers of a group that are there."""


@OPTIONS
@given(
    rows=tables(),
    by=st.lists(st.sampled_from(tuple(VALUES)), unique=True, min_size=1, max_size=2),
    ordered=st.integers(1, 2),
    having=st.sampled_from(tuple(HAVING)),
    take=st.none() | st.integers(-3, 3),
    skip=st.integers(0, 1),
)
async def test_groups_are_those_of_plain_python(
    engine: MongoEngine,
    raw: Database[Document],
    rows: list[Row],
    by: list[str],
    ordered: int,
    having: str,
    take: int | None,
    skip: int,
) -> None:
    load(raw, rows)
    condition, holds = HAVING[having]
    order = [(name, number % 2 == 1) for number, name in enumerate(by)][:ordered]
    settled = order + [(name, False) for name in by[ordered:]]  # ties, by the values not asked for
    kept = [
        group
        for group in grouped(rows, by)
        if holds([row["n"] for row in group["rows"] if row.get("n") is not None])
    ]
    arguments: Arguments = {
        "by": [NAMES[name] for name in by],
        "having": condition,
        "orderBy": [{NAMES[name]: "desc" if down else "asc"} for name, down in order],
        "take": take,
        "skip": skip,
    }
    groups = map(NAMES.__getitem__, by)
    found = await ask(engine, "groupBy", "Row", *groups, *everything(), **arguments)
    assert found == [
        {NAMES[name]: group[name] for name in by} | aggregated(group["rows"])
        for group in page(kept, kept, settled, take=take, skip=skip)
    ]


def grouped(rows: Sequence[Row], by: list[str]) -> list[Row]:
    """The groups as rows: their values, and their members under `rows`."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(name) for name in by), []).append(row)
    return [
        {"_id": number, **dict(zip(by, key, strict=True)), "rows": members}
        for number, (key, members) in enumerate(groups.items())
    ]
