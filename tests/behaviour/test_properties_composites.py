"""Random filters on composites, with references to other fields, find what they mean.

The oracle is `meaning.py`'s, to which composites add: `some`, `every` and `none` ask the elements,
`is` and `isNot` the fields of the one, and a null list has no elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import FieldReference
from tests.behaviour.asking import ask
from tests.behaviour.meaning import MISSING, Meaning, Row
from tests.engines import EngineFor

SCHEMA = """
type Place {
  city  String?
  alias String?
  rank  Int?
  top   Int?
  tags  String[]
  marks String[]
}

model Row {
  id     Int     @id @map("_id")
  city   String?
  alias  String?
  rank   Int?
  top    Int?
  tags   String[]
  marks  String[]
  home   Place?
  places Place[]
}
"""
OPTIONS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS: Final = ["", "a", "A", "ab", "a.b"]
VALUES: Final[dict[str, list[Any]]] = {
    **dict.fromkeys(("city", "alias", "tags", "marks"), TEXTS),
    "rank": [0, 1, 2],
    "top": [0, 1, 2],
}
LISTS: Final = ("tags", "marks")
OTHERS: Final = {"city": "alias", "rank": "top", "tags": "marks"}
RANGE: Final = ("lt", "lte", "gt", "gte")
TEXT_OPERATORS: Final = ("contains", "startsWith", "endsWith")

Where = dict[str, Any]


class Composed(Meaning):
    """The meaning of filters on a row, or on one composite in it."""

    def _entry(self, key: str, value: Any, row: Row, negated: bool, depth: int) -> bool | None:
        if key == "home":
            parts = [self._one(row, name, inner, negated) for name, inner in value.items()]
            return any(parts) if negated else all(parts)
        if key == "places":
            parts = [self._list(row, name, inner, negated) for name, inner in value.items()]
            return any(parts) if negated else all(parts)
        if key in ("AND", "OR", "NOT"):
            return super()._entry(key, value, row, negated, depth)
        operators = value if isinstance(value, Mapping) else {"equals": value}
        self._row = row
        return self._scalar(row.get(key, MISSING), operators, negated, any_of=negated)

    def _one(self, row: Row, name: str, where: Any, negated: bool) -> bool:
        if name == "isSet":
            return bool(("home" in row) == where) != negated
        negated = negated != (name == "isNot")
        if where is None:
            return (row["home"] is None) != negated if "home" in row else self._missing
        found = self._where(where, row.get("home") or {}, negated=negated, depth=0)
        return found is not False

    def _list(self, row: Row, name: str, where: Any, negated: bool) -> bool:
        if name == "isSet":
            return bool(("places" in row) == where) != negated
        if "places" not in row:
            return self._missing
        places = row["places"] or []
        if name == "isEmpty":
            return bool((not places) == (where != negated))
        inner = Composed(missing=self._missing != (name == "none"))
        results = [inner.matches(where, place) for place in places]
        found = all(results) if name == "every" else any(results) != (name == "none")
        return found != negated

    def _operator(
        self, value: Any, name: str, operand: Any, negated: bool, ignore_case: bool
    ) -> bool:
        if not isinstance(operand, FieldReference):
            return super()._operator(value, name, operand, negated, ignore_case)
        other = self._row.get(operand.field, MISSING)
        if value is MISSING or other is MISSING:
            return self._missing
        if name in ("lt", "lte", "gt", "gte") and other is None:
            return False
        if name in ("has", "hasEvery", "hasSome"):
            return _lists(name, value or [], other) != negated
        if name in ("in", "notIn"):
            other = other or []
        if name == "equals" and (isinstance(value, list) or isinstance(other, list)):
            value, other = value or [], other or []
        texts = isinstance(value, str) and isinstance(other, str | list)
        if (name in TEXT_OPERATORS or ignore_case) and not texts and name not in RANGE:
            return (name == "notIn") != negated
        return super()._operator(value, name, other, negated, ignore_case)


def _lists(name: str, mine: list[Any], other: Any) -> bool:
    """Every or some of the field's own elements are in the other list: so Prisma has it."""
    match name:
        case "has":
            return other in mine
        case "hasEvery":
            return set(mine) <= set(other or ())
        case _:
            return bool(set(mine) & set(other or ()))


# --- rows ---


def values(name: str) -> st.SearchStrategy[Any]:
    value = st.sampled_from(VALUES[name])
    return st.none() | (st.lists(value, max_size=2) if name in LISTS else value)


PLACES: Final = st.fixed_dictionaries({}, optional={name: values(name) for name in VALUES})
COMPOSITES: Final = st.fixed_dictionaries(
    {},
    optional={"home": st.none() | PLACES, "places": st.none() | st.lists(PLACES, max_size=3)},
)


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    size = draw(st.integers(1, 5))
    row = st.builds(dict.__or__, PLACES, COMPOSITES)
    return [{"_id": number, **draw(row)} for number in range(1, size + 1)]


# --- filters ---


def operands(name: str, operator: str) -> st.SearchStrategy[Any]:
    value = st.sampled_from(VALUES[name])
    match operator:
        case "equals":
            same = st.lists(value, max_size=2) if name in LISTS else st.none() | value
            return same | st.just(FieldReference(OTHERS[name]))
        case "in" | "notIn":
            several = st.lists(st.none() | value, max_size=2)
            return several | st.just(FieldReference("tags")) if name == "city" else several
        case "has":
            return value | st.just(FieldReference("city"))
        case "hasEvery" | "hasSome":
            return st.lists(value, max_size=2) | st.just(FieldReference(OTHERS[name]))
        case "isEmpty":
            return st.booleans()
        case _:
            return value | st.just(FieldReference(OTHERS[name]))


OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "city": ("equals", "in", "notIn", *RANGE, *TEXT_OPERATORS),
    "rank": ("equals", "in", "notIn", *RANGE),
    "tags": ("equals", "has", "hasEvery", "hasSome", "isEmpty"),
}


@st.composite
def scalar_filters(draw: st.DrawFn, name: str) -> Where:
    operator = draw(st.sampled_from(OPERATORS[name]))
    found: Where = {operator: draw(operands(name, operator))}
    if name != "tags" and draw(st.booleans()):
        found = {"not": found}
    if name == "city" and draw(st.integers(0, 2)) == 0:
        found["mode"] = "insensitive"
    if draw(st.integers(0, 7)) == 0:
        found["isSet"] = draw(st.booleans())
    return found


@st.composite
def fields(draw: st.DrawFn, depth: int) -> Where:
    """Conditions on the fields of a row, or of a composite."""
    found: Where = {}
    for _ in range(draw(st.integers(0, 2))):
        if depth and draw(st.integers(0, 2)) == 0:
            key = draw(st.sampled_from(("AND", "OR", "NOT")))
            found[key] = draw(st.lists(fields(depth - 1), max_size=2))
        else:
            key = draw(st.sampled_from(tuple(OPERATORS)))
            found[key] = draw(scalar_filters(key))
    return found


@st.composite
def wheres(draw: st.DrawFn, depth: int = 1) -> Where:
    match draw(st.sampled_from(("home", "places", "fields", "NOT"))):
        case "home":
            word = draw(st.sampled_from(("is", "isNot", "isSet")))
            value = st.booleans() if word == "isSet" else st.none() | fields(1)
            return {"home": {word: draw(value)}}
        case "places":
            word = draw(st.sampled_from(("some", "every", "none", "isEmpty", "isSet")))
            value = st.booleans() if word.startswith("is") else fields(1)
            return {"places": {word: draw(value)}}
        case "NOT" if depth:
            return {"NOT": draw(st.lists(wheres(depth - 1), min_size=1, max_size=2))}
        case _:
            return draw(fields(1))


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


@OPTIONS
@given(rows=tables(), asked=st.lists(wheres(), min_size=8, max_size=8))
async def test_a_filter_finds_what_it_means(
    engine: MongoEngine, raw: Database[dict[str, Any]], rows: list[Row], asked: list[Where]
) -> None:
    raw["Row"].delete_many({})
    raw["Row"].insert_many([dict(row) for row in rows])
    for where in asked:
        found = await ask(engine, "findMany", "Row", where=where)
        expected = [row["_id"] for row in rows if Composed().matches(where, row)]
        assert sorted(item["id"] for item in found) == expected, where
