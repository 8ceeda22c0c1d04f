"""Random filters over random rows find what Prisma's documentation says (`meaning.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from bson import Int64
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prisma.fields import Base64, Json
from pymongo.database import Database

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask
from tests.behaviour.meaning import Meaning, Row
from tests.engines import EngineFor

SCHEMA = """
enum Kind {
  PLAIN
  MAPPED @map("stored")
}

model Row {
  id        Int       @id @map("_id")
  text      String?
  number    Int?
  big       BigInt?
  real      Float?
  flag      Boolean?
  moment    DateTime?
  kind      Kind?
  data      Json?
  raw       Bytes?
  tags      String[]
  scores    Int[]

  parentId  Int?
  parent    Row?      @relation("T", fields: [parentId], references: [id], NO_ACTIONS)
  children  Row[]     @relation("T")
  friendIds Int[]
  friends   Row[]     @relation("Friends", fields: [friendIds], references: [id])
  fanIds    Int[]
  fans      Row[]     @relation("Friends", fields: [fanIds], references: [id])
}
""".replace("NO_ACTIONS", "onDelete: NoAction, onUpdate: NoAction")

OPTIONS = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = ["", "a", "A", "ab", "AB", "b", "B", "a.b", "axb", "a\n", "(", "$text", "é", "\\", "z"]
VALUES: Final[dict[str, list[Any]]] = {
    "text": TEXTS,
    "number": [-1, 0, 1, 2, 2**31],
    "big": [0, 1, 2**53 + 1, -(2**63)],
    "real": [-0.5, 0.0, 1.0, 1e300],
    "flag": [True, False],
    "moment": [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2)],
    "kind": ["PLAIN", "MAPPED"],
    "data": [{"a": 1}, {"a": [1, 2]}, [1, 2], [[1, 2]], [], {}, "a", {"$gt": 0}],
    "raw": [b"", b"\0", b"ab"],
    "tags": ["a", "A", "b"],
    "scores": [0, 1, 2],
}
RANGE: Final = ("lt", "lte", "gt", "gte")
OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "text": ("equals", "in", "notIn", *RANGE, "contains", "startsWith", "endsWith"),
    **dict.fromkeys(("number", "big", "real", "moment"), ("equals", "in", "notIn", *RANGE)),
    **dict.fromkeys(("flag", "data"), ("equals",)),
    **dict.fromkeys(("kind", "raw"), ("equals", "in", "notIn")),
    **dict.fromkeys(("tags", "scores"), ("equals", "has", "hasEvery", "hasSome", "isEmpty")),
}
LISTS: Final = ("tags", "scores")

Where = dict[str, Any]


# --- rows ---


def stored_values(name: str) -> st.SearchStrategy[Any]:
    value = st.sampled_from(VALUES[name])
    return st.lists(value, max_size=3) if name in LISTS else value


@st.composite
def tables(draw: st.DrawFn, names: Sequence[str] = tuple(VALUES)) -> list[Row]:
    size = draw(st.integers(1, 6))
    ids = st.integers(1, size + 1)  # one of them leads nowhere
    keys = {"parentId": st.none() | ids, "friendIds": st.lists(ids, unique=True, max_size=3)}
    fields = {name: st.none() | stored_values(name) for name in names}
    related = st.fixed_dictionaries({}, optional=keys) | st.fixed_dictionaries(keys)
    row = st.builds(dict.__or__, related, st.fixed_dictionaries({}, optional=fields))
    return [{"_id": number, **draw(row)} for number in range(1, size + 1)]


def bson(row: Row) -> dict[str, Any]:
    document = dict(row)
    if row.get("kind") == "MAPPED":
        document["kind"] = "stored"
    if row.get("big") is not None:
        document["big"] = Int64(row["big"])
    return document


def follow(rows: list[Row], row: Row, name: str) -> list[Row]:
    match name:
        case "children":
            return [item for item in rows if item.get("parentId") == row["_id"]]
        case "parent":
            return [item for item in rows if item["_id"] == row.get("parentId")]
        case _:
            return [item for item in rows if item["_id"] in (row.get("friendIds") or ())]


# --- filters ---


def asked_values(name: str) -> st.SearchStrategy[Any]:
    value = st.sampled_from(VALUES[name])
    if name == "data":
        return value.map(Json)
    return value.map(Base64.encode) if name == "raw" else value


def operands(name: str, operator: str) -> st.SearchStrategy[Any]:
    value = asked_values(name)
    match operator:
        case "equals" if name in LISTS:
            return st.lists(value, max_size=2)
        case "equals":
            return st.none() | value
        case "in" | "notIn":
            return st.lists(st.none() | value, max_size=3)
        case "hasEvery" | "hasSome":
            return st.lists(value, max_size=2)
        case "isEmpty":
            return st.booleans()
        case _:
            return value


@st.composite
def operator_objects(draw: st.DrawFn, name: str) -> Where:
    several = st.lists(st.sampled_from(OPERATORS[name]), unique=True, max_size=2)
    return {operator: draw(operands(name, operator)) for operator in draw(several)}


@st.composite
def scalar_filters(draw: st.DrawFn, name: str) -> Any:
    if draw(st.integers(0, 4)) == 0:
        return draw(asked_values(name) if name == "data" else operands(name, "equals"))
    found = draw(operator_objects(name))
    if name not in LISTS and draw(st.integers(0, 2)) == 0:
        inner = st.nothing() if name == "data" else operator_objects(name)  # Json has no objects
        found["not"] = draw(st.none() | asked_values(name) | inner)
    if draw(st.integers(0, 5)) == 0:
        found["isSet"] = draw(st.booleans())
    if name == "text" and draw(st.integers(0, 2)) == 0:
        found["mode"] = "insensitive"
    return found


@st.composite
def wheres(draw: st.DrawFn, depth: int, names: Sequence[str] = tuple(VALUES)) -> Where:
    """At most two entries; half of them fields, above the last level."""
    found: Where = {}
    for _ in range(draw(st.integers(0, 2))):
        if depth and draw(st.booleans()):
            key = draw(st.sampled_from(("AND", "OR", "NOT", "children", "friends", "parent")))
            found[key] = draw(nested(key, wheres(depth - 1, names)))
        else:
            key = draw(st.sampled_from(names))
            found[key] = draw(scalar_filters(key))
    return found


def nested(key: str, inner: st.SearchStrategy[Where]) -> st.SearchStrategy[Any]:
    if key in ("AND", "OR", "NOT"):
        return st.lists(inner, max_size=3)
    if key == "parent":
        either = {"is": st.none() | inner, "isNot": inner}
        return st.fixed_dictionaries({}, optional=either).filter(bool)
    return st.dictionaries(st.sampled_from(("some", "every", "none")), inner, max_size=2)


@st.composite
def related_wheres(draw: st.DrawFn) -> Where:
    """One condition on related records, below a NOT or not."""
    leaf = {"number": draw(scalar_filters("number"))}
    key = draw(st.sampled_from(("children", "friends", "parent")))
    words = ("is", "isNot") if key == "parent" else ("some", "every", "none")
    where: Where = {key: {draw(st.sampled_from(words)): leaf}}
    return {"NOT": [where]} if draw(st.booleans()) else where


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


def load(raw: Database[dict[str, Any]], rows: list[Row]) -> None:
    raw["Row"].delete_many({})
    raw["Row"].insert_many([bson(row) for row in rows])


async def check(
    engine: MongoEngine, raw: Database[dict[str, Any]], rows: list[Row], asked: list[Where]
) -> None:
    load(raw, rows)
    meaning = Meaning(lambda row, name: follow(rows, row, name))
    for where in asked:
        found = await ask(engine, "findMany", "Row", where=where)
        expected = [row["_id"] for row in rows if meaning.matches(where, row)]
        assert sorted(item["id"] for item in found) == expected, where


@st.composite
def single_fields(draw: st.DrawFn) -> tuple[list[Row], list[Where]]:
    """Rows of one field, and conditions on it alone, below a NOT or not."""
    name = draw(st.sampled_from([*VALUES, *["text"] * 4]))  # which has the most to say
    asked = st.fixed_dictionaries({name: scalar_filters(name)})
    either = asked | st.builds(lambda where: {"NOT": [where]}, asked)
    return draw(tables([name])), draw(st.lists(either, min_size=10, max_size=10))


@OPTIONS
@given(drawn=single_fields())
async def test_a_condition_on_one_field_finds_what_it_means(
    engine: MongoEngine, raw: Database[dict[str, Any]], drawn: tuple[list[Row], list[Where]]
) -> None:
    await check(engine, raw, *drawn)


@OPTIONS
@given(rows=tables(), asked=st.lists(wheres(1), min_size=6, max_size=6))
async def test_a_filter_finds_what_it_means(
    engine: MongoEngine, raw: Database[dict[str, Any]], rows: list[Row], asked: list[Where]
) -> None:
    await check(engine, raw, rows, asked)


NESTS: Final = st.lists(related_wheres() | wheres(2, ["number"]), min_size=6, max_size=6)


@OPTIONS
@given(rows=tables(["number"]), asked=NESTS)
async def test_a_nest_of_conditions_and_relations_finds_what_it_means(
    engine: MongoEngine, raw: Database[dict[str, Any]], rows: list[Row], asked: list[Where]
) -> None:
    await check(engine, raw, rows, asked)
