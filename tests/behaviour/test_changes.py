"""Random changes to a record leave what plain Python would, types of BSON included."""

from __future__ import annotations

import math
from typing import Any, Final

import pytest
from bson import Int64
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from prisma.fields import Json
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action
from tests.behaviour.asking import ask, refused
from tests.engines import Document, EngineFor

SCHEMA: Final = """
model Row {
  id    Int      @id @map("_id")
  whole Int      @map("w")
  other Int?
  big   BigInt?
  real  Float?
  text  String?
  tags  String[]
  data  Json?
}
"""
OPTIONS: Final = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
STORED: Final = {"whole": "w"}
WHOLE: Final = st.sampled_from([-7, -1, 0, 1, 2, 3, 2**40, 2**63 - 1, -(2**63)])
REAL: Final = st.sampled_from([-1.5, 0.0, 0.25, 3.0])
TEXT: Final = st.sampled_from(["", "$tags", "$$ROOT", "a.b", "é"])
JSON: Final = st.sampled_from([{"a": 1}, {"$add": [1, 2]}, [], "$text", {"$literal": "x"}])
NUMBERS: Final = {"whole": WHOLE, "other": WHOLE, "big": WHOLE, "real": REAL}
VALUES: Final = {**NUMBERS, "text": TEXT, "tags": st.lists(TEXT, max_size=2), "data": JSON}
OPERATORS: Final = ("increment", "decrement", "multiply", "divide")

Change = tuple[str, str, Any]
"""Field, operator, operand."""


@st.composite
def rows(draw: st.DrawFn) -> Document:
    optional = {name: st.none() | VALUES[name] for name in ("other", "big", "real", "text", "data")}
    optional["tags"] = VALUES["tags"]
    found: Document = draw(st.fixed_dictionaries({"whole": WHOLE}, optional=optional))
    longs = ("whole", "other", "big")
    document: Document = {"_id": Int64(1)}
    for name, value in found.items():
        is_long = name in longs and value is not None
        document[STORED.get(name, name)] = Int64(value) if is_long else value
    return document


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    several = st.lists(st.sampled_from(tuple(VALUES)), unique=True, max_size=3)
    names = draw(st.just(["whole"]) | several)  # alone, it needs no pipeline
    return [draw(change_of(name)) for name in names]


def change_of(name: str) -> st.SearchStrategy[Change]:
    kinds = [st.tuples(st.just(name), st.just("set"), VALUES[name])]
    if name in NUMBERS:
        kinds += [st.tuples(st.just(name), st.sampled_from(OPERATORS), NUMBERS[name])]
    if name == "tags":
        kinds += [st.tuples(st.just(name), st.just("push"), TEXT | VALUES[name])]
    if name not in ("whole", "tags"):
        kinds += [st.tuples(st.just(name), st.just("unset"), st.booleans())]
        kinds += [st.tuples(st.just(name), st.just("set"), st.none())]
    return st.one_of(kinds).filter(
        lambda change: (
            change[1:] not in {("divide", 0), ("divide", 0.0)}
            if not isinstance(change[2], list | dict)
            else True
        )
    )


def changed(row: Document, asked: list[Change]) -> Document | None:
    """The document after the changes; None where a number leaves its range."""
    after = dict(row)
    for name, operator, operand in asked:
        stored = STORED.get(name, name)
        current = after.get(stored)
        if operator == "unset":
            if operand:
                after.pop(stored, None)
        elif operator == "set":
            after[stored] = operand
        elif operator == "push":
            after[stored] = [
                *(current or ()),
                *(operand if isinstance(operand, list) else [operand]),
            ]
        elif current is None:
            after[stored] = None
        else:
            after[stored] = calculated(current, operator, operand)
        if name in ("whole", "other", "big") and after.get(stored) is not None:
            if not -(2**63) <= after[stored] < 2**63:
                return None
            after[stored] = Int64(after[stored])
    return after


def calculated(current: Any, operator: str, operand: Any) -> Any:
    match operator:
        case "increment":
            return current + operand
        case "decrement":
            return current - operand
        case "multiply":
            return current * operand
        case _ if isinstance(current, float):
            return current / operand
        case _:
            quotient = abs(current) // abs(operand)
            return quotient if (current < 0) == (operand < 0) else -quotient


def data_of(asked: list[Change]) -> Document:
    """The `data` of an update; a plain value stands for `set` now and then."""
    data: Document = {}
    for name, operator, operand in asked:
        value = (
            Json(operand)
            if name == "data" and operator == "set" and operand is not None
            else operand
        )
        short = operator == "set" and name < "t"
        data[name] = value if short else {operator: value}
    return data


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


@OPTIONS
@given(row=rows(), asked=changes(), many=st.booleans())
@example({"_id": 1, "w": Int64(-1)}, [("whole", "decrement", -(2**63))], False)
@example({"_id": 1, "w": Int64(-(2**63))}, [("whole", "increment", -7)], False)
@example({"_id": 1, "w": Int64(1), "big": Int64(2**53 + 1)}, [("big", "divide", 1)], False)
@example({"_id": 1, "w": Int64(1), "big": Int64(-(2**63))}, [("big", "increment", -7)], False)
async def test_changes_are_those_of_plain_python(
    engine: MongoEngine, raw: Database[Document], row: Document, asked: list[Change], many: bool
) -> None:
    raw["Row"].delete_many({})
    raw["Row"].insert_one(dict(row))
    expected = changed(row, asked)
    action: Action = "updateMany" if many else "updateOne"
    work = ask(engine, action, "Row", where={"id": 1}, data=data_of(asked))
    if expected is None:
        assert (await refused(work)).code in ("P2020", "P2023")
        expected = row
    else:
        assert await work == ({"count": 1} if many else {"id": 1})
    (found,) = raw["Row"].find()
    assert comparable(found) == comparable(expected)


def comparable(document: Document) -> Document:
    """Each value with its type, in no order of names."""
    return {
        name: (type(value), round(value, 9) if isinstance(value, float) else value)
        for name, value in document.items()
        if not (isinstance(value, float) and math.isnan(value))
    }
