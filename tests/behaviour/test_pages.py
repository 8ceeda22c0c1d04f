"""Random pages of random rows are slices of the sorted list (`meaning.py`), included ones too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, selected
from tests.behaviour.meaning import Row, ordered, page
from tests.engines import EngineFor

SCHEMA = """
model Row {
  id     Int     @id @map("_id")
  first  Int?
  second String?
  third  Float?

  holderId Int?
  holder   Holder? @relation(fields: [holderId], references: [id])
  holders  Holder[] @relation("Many", fields: [holderIds], references: [id])
  holderIds Int[]
INDEXES
}

model Holder {
  id      Int   @id @map("_id")
  rank    Int?
  rows    Row[]
  manyIds Int[]
  many    Row[] @relation("Many", fields: [manyIds], references: [id])
}
"""
INDEXES: Final = """
  @@index([first])
  @@index([second(sort: Desc), third])
  @@index([holderId, first])
"""
OPTIONS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
VALUES: Final[dict[str, list[Any]]] = {
    "first": [None, 1, 2],
    "second": [None, "", "a", "b"],
    "third": [None, -1.0, 0.5],
}
SERVED: Final[tuple[list[dict[str, Any]], ...]] = (  # by the indexes, where there are any
    [{"first": "asc"}],
    [{"first": "desc"}],
    [{"second": "desc"}, {"third": "asc"}],
    [{"second": "asc"}],
)
DERIVED: Final[dict[str, Callable[[str], Any]]] = {
    "rank": lambda way: {"holder": {"rank": way}},
    "count": lambda way: {"holders": {"_count": way}},
}
RANKS: Final = {1: 5, 2: None, 3: 2}
HOLDERS: Final = (1, 2, 3)

Arguments = dict[str, Any]


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    fields: dict[str, st.SearchStrategy[Any]] = {
        name: st.sampled_from(values) for name, values in VALUES.items()
    }
    fields["holderId"] = st.sampled_from((None, *HOLDERS))
    rows = draw(st.lists(st.fixed_dictionaries({}, optional=fields), max_size=12))
    ids = draw(st.permutations(range(1, len(rows) + 1)))
    return [{"_id": number, **row} for number, row in zip(ids, rows, strict=True)]


@st.composite
def orders(draw: st.DrawFn) -> list[Arguments]:
    """Up to three keys: fields, the rank of the row's holder, the number of its holders."""
    names = draw(st.lists(st.sampled_from(("id", *VALUES, *DERIVED)), unique=True, max_size=3))
    keys: list[Arguments] = []
    for name in names:
        way = draw(st.sampled_from(("asc", "desc")))
        keys.append(DERIVED[name](way) if name in DERIVED else {name: way})
    return keys


@st.composite
def pages(draw: st.DrawFn) -> Arguments:
    """The arguments of a findMany; a cursor may be of a row that does not match, or of none."""
    arguments: Arguments = {
        "orderBy": draw(st.sampled_from(SERVED) | orders()),
        "skip": draw(st.just(0) | st.integers(0, 4)),
        "take": draw(st.none() | st.integers(-6, 6)),
    }
    if draw(st.booleans()):
        arguments["cursor"] = {"id": draw(st.integers(1, 13))}
    if draw(st.integers(0, 3)) == 0:
        names = draw(st.lists(st.sampled_from(tuple(VALUES)), unique=True, min_size=1, max_size=2))
        arguments["distinct"] = names
    if draw(st.integers(0, 2)) == 0:
        arguments["where"] = {"first": {"not": draw(st.sampled_from(VALUES["first"]))}}
    return arguments


def matching(rows: Sequence[Row], arguments: Arguments) -> list[Row]:
    if "where" not in arguments:
        return list(rows)
    excluded = arguments["where"]["first"]["not"]
    return [row for row in rows if "first" in row and row["first"] != excluded]


def keys_of(arguments: Arguments) -> list[tuple[str, bool]]:
    keys = []
    for key in arguments["orderBy"]:
        name, way = next(iter(key.items()))
        if isinstance(way, dict):
            way = next(iter(way.values()))
        names = {"id": "_id", "holder": "rank", "holders": "count"}
        keys.append((names.get(name, name), way == "desc"))
    return keys


def held(number: int) -> list[int]:
    """The holders of a row: those whose number plus one does not divide its own."""
    return [holder for holder in HOLDERS if number % (holder + 1)]


def derived(rows: Sequence[Row]) -> list[Row]:
    """The rows with what they may be ordered by and do not hold themselves."""
    return [
        {**row, "rank": RANKS.get(row.get("holderId", 0)), "count": len(held(row["_id"]))}
        for row in rows
    ]


def expected(rows: Sequence[Row], everything: Sequence[Row], arguments: Arguments) -> list[Row]:
    return page(
        matching(derived(rows), arguments),
        derived(everything),
        keys_of(arguments),
        take=arguments["take"],
        skip=arguments["skip"],
        cursor=arguments.get("cursor", {}).get("id"),
        distinct=tuple(arguments.get("distinct", ())),
    )


def is_page(arguments: Arguments) -> bool:
    """Only the order of a page is total; a whole list has its keys alone."""
    is_cut = arguments["take"] is not None or bool(arguments["skip"])
    return is_cut or "cursor" in arguments or "distinct" in arguments


def agree(found: list[Row], wanted: list[Row], arguments: Arguments) -> None:
    ids, wanted_ids = [row["id"] for row in found], [row["_id"] for row in wanted]
    if is_page(arguments):
        assert ids == wanted_ids
        return
    assert sorted(ids) == sorted(wanted_ids)
    names = [name for name, _ in keys_of(arguments) if name not in DERIVED]
    if len(names) < len(arguments["orderBy"]):
        return  # the answer does not hold what it is ordered by
    values = [[row.get("id" if name == "_id" else name) for name in names] for row in found]
    assert values == [[row.get(name) for name in names] for row in wanted]


def load(raw: Database[dict[str, Any]], rows: Sequence[Row]) -> None:
    """The rows and their holders."""
    raw["Row"].delete_many({})
    raw["Holder"].delete_many({})
    documents = [{**row, "holderIds": held(row["_id"])} for row in rows]
    holders = [
        {
            "_id": number,
            "rank": RANKS[number],
            "manyIds": [row["_id"] for row in rows if number in held(row["_id"])],
        }
        for number in HOLDERS
    ]
    raw["Holder"].insert_many(holders)
    if documents:
        raw["Row"].insert_many(documents)


@pytest.fixture(params=["plain", "indexed"])
async def engine(
    request: pytest.FixtureRequest, engine_for: EngineFor, raw: Database[dict[str, Any]]
) -> MongoEngine:
    """The same rows with and without indexes that serve some orders."""
    indexed = request.param == "indexed"
    if indexed:
        raw["Row"].create_index([("first", 1)])
        raw["Row"].create_index([("second", -1), ("third", 1)])
        raw["Row"].create_index([("holderId", 1), ("first", 1)])
    return await engine_for(SCHEMA.replace("INDEXES", INDEXES if indexed else ""))


STORED = " ".join(("id", *VALUES))


@OPTIONS
@given(rows=tables(), asked=st.lists(pages(), min_size=4, max_size=4))
async def test_a_page_is_a_slice_of_the_sorted_list(
    engine: MongoEngine, raw: Database[dict[str, Any]], rows: list[Row], asked: list[Arguments]
) -> None:
    load(raw, rows)
    for arguments in asked:
        found = await ask(engine, "findMany", "Row", STORED, **arguments)
        agree(found, expected(rows, rows, arguments), arguments)


@OPTIONS
@given(rows=tables(), asked=st.lists(pages(), min_size=2, max_size=2))
async def test_an_included_page_is_cut_for_each_parent(
    engine: MongoEngine, raw: Database[dict[str, Any]], rows: list[Row], asked: list[Arguments]
) -> None:
    load(raw, rows)
    one, many = asked
    lists = selected("rows", STORED, **one), selected("many", STORED, **many)
    holders = await ask(engine, "findMany", "Holder", "id", *lists)
    assert [holder["id"] for holder in holders] == list(HOLDERS)
    for holder in holders:
        mine = [row for row in rows if row.get("holderId") == holder["id"]]
        theirs = [row for row in rows if holder["id"] in held(row["_id"])]
        agree(holder["rows"], included(mine, rows, one), one)
        agree(holder["many"], included(theirs, rows, many), many)


def included(mine: list[Row], rows: Sequence[Row], arguments: Arguments) -> list[Row]:
    """A cursor that is not among a parent's records leaves nothing of them."""
    cursor = arguments.get("cursor", {}).get("id")
    if cursor is not None and all(row["_id"] != cursor for row in mine):
        return []
    return expected(mine, rows, arguments)


@OPTIONS
@given(rows=tables(), arguments=pages())
async def test_pages_put_together_are_the_whole_list(
    engine: MongoEngine, raw: Database[dict[str, Any]], rows: list[Row], arguments: Arguments
) -> None:
    """As a reader turns pages: the cursor is the last row seen, skipped."""
    load(raw, rows)
    given_page = {"orderBy": arguments["orderBy"], "take": abs(arguments["take"] or 2) or 1}
    seen: list[int] = []
    found = await ask(engine, "findMany", "Row", STORED, **given_page)
    while found and len(seen) <= len(rows):
        seen += [row["id"] for row in found]
        following = {**given_page, "cursor": {"id": seen[-1]}, "skip": 1}
        found = await ask(engine, "findMany", "Row", STORED, **following)
    assert seen == [row["_id"] for row in ordered(derived(rows), keys_of(arguments))]


DISTINCT: Final[Any] = {"orderBy": [{"id": "asc"}], "distinct": ["first"]}
A, B, C = VALUES["first"][:3]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ({"cursor": {"id": 3}}, [4, 6]),
        ({"cursor": {"id": 3}, "skip": 1}, [4, 6]),
        ({"cursor": {"id": 3}, "skip": 2}, [6]),
        ({"cursor": {"id": 3}, "take": 1}, [4]),
        ({"cursor": {"id": 3}, "skip": 1, "take": 1}, [4]),
        ({"cursor": {"id": 4}}, [4, 6]),
        ({"cursor": {"id": 4}, "skip": 1}, [6]),
        ({"cursor": {"id": 4}, "take": 1}, [4]),
        ({"cursor": {"id": 7}}, []),
        ({"cursor": {"id": 9}}, []),
        ({"cursor": {"id": 6}, "take": -2}, [5, 6]),
        ({"cursor": {"id": 6}, "take": -2, "skip": 1}, [5]),
        ({"cursor": {"id": 4}, "take": -2}, []),
    ],
    ids=str,
)
async def test_a_cursor_that_distinct_drops(
    engine: MongoEngine, raw: Any, arguments: Arguments, ids: list[int]
) -> None:
    """The page begins behind it: `skip` counts it, and nothing is repeated or missed."""
    values = {1: A, 2: A, 3: A, 4: B, 5: B, 6: C, 7: A}
    raw["Row"].insert_many([{"_id": number, "first": value} for number, value in values.items()])
    found = await ask(engine, "findMany", "Row", "id", **DISTINCT, **arguments)
    assert [row["id"] for row in found] == ids


async def test_distinct_pages_put_together_are_all_values(engine: MongoEngine, raw: Any) -> None:
    """Also if a record that comes in between makes `distinct` drop the cursor."""
    raw["Row"].insert_many([{"_id": n, "first": v} for n, v in ((2, A), (4, B), (6, C), (8, A))])
    page: Any = {**DISTINCT, "take": 1}
    (first,) = await ask(engine, "findMany", "Row", "id", **page)
    raw["Row"].insert_one({"_id": 1, "first": A})
    seen = [first["id"]]
    following: Any = {**page, "cursor": first, "skip": 1}
    while found := await ask(engine, "findMany", "Row", "id", **following):
        seen += [row["id"] for row in found]
        following["cursor"] = found[-1]
    assert seen == [2, 4, 6]
