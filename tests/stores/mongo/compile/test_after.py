"""Cursors: an expression decides, a bound beside it lets an index begin at the position."""

from __future__ import annotations

from typing import Any, Final

import pytest
from bson import MinKey, Regex
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from prismongo.query.nodes.filters import After, Path
from prismongo.stores.mongo.compile.after import compile_after
from prismongo.url import url_database

ID: Final[Path] = ("_id",)
AGE: Final[Path] = ("age",)
NOTHING: Final = {"$in": [MinKey(), []]}

BOUNDS: Final[dict[str, tuple[After, Any]]] = {
    "the id": (After(((ID, False),), (5,), inclusive=True), {"_id": {"$not": {"$lt": 5}}}),
    "the id, exclusive": (
        After(((ID, False),), (5,), inclusive=False),
        {"_id": {"$not": {"$lte": 5}}},
    ),
    "the id, descending": (
        After(((ID, True),), (5,), inclusive=True),
        {"_id": {"$not": {"$gt": 5}}},
    ),
    "ascending": (
        After(((AGE, False), (ID, False)), (1, 5), inclusive=False),
        {
            "age": {"$not": {"$lt": 1}, "$ne": None},
            "$or": [
                {"age": {"$not": {"$lte": 1}, "$ne": None}},
                {"age": {"$eq": 1}, "_id": {"$not": {"$lte": 5}}},
            ],
        },
    ),
    "descending, null is behind": (
        After(((AGE, True), (ID, True)), (1, 5), inclusive=True),
        {
            "age": {"$not": {"$gt": 1}},
            "$or": [
                {"age": {"$not": {"$gte": 1}}},
                {"age": {"$eq": 1}, "_id": {"$not": {"$gt": 5}}},
            ],
        },
    ),
    "ascending from null": (
        After(((AGE, False), (ID, False)), (None, 5), inclusive=False),
        {"$or": [{"age": {"$ne": None}}, {"age": {"$eq": None}, "_id": {"$not": {"$lte": 5}}}]},
    ),
    "descending from null": (
        After(((AGE, True), (ID, False)), (None, 5), inclusive=True),
        {
            "age": {"$in": [MinKey(), [], None]},
            "$or": [{"age": NOTHING}, {"age": {"$eq": None}, "_id": {"$not": {"$lt": 5}}}],
        },
    ),
    "no bound in the language of filters": (
        After(((AGE, False), (ID, False)), (Regex("a"), 5), inclusive=False),
        {},
    ),
}


@pytest.mark.parametrize(("after", "expected"), BOUNDS.values(), ids=BOUNDS)
def test_the_bounds(after: After, expected: Any) -> None:
    condition = compile_after(after)
    assert condition.pop("$expr")
    assert condition == expected


def test_the_id_is_no_list_and_never_missing() -> None:
    after = After(((ID, False),), ({"$ne": 1},), inclusive=False)
    assert compile_after(after) == {"$expr": {"$gt": ["$_id", {"$literal": {"$ne": 1}}]}}


def test_of_a_text_that_is_not_utf_8_the_bytes_are_compared() -> None:
    after = After(((ID, False),), ("a\udcff",), inclusive=False)
    (operand,) = (each for each in compile_after(after)["$expr"]["$gt"] if each != "$_id")
    assert isinstance(operand, RawBSONDocument)
    assert b"a\xff\0" in operand.raw


KEYS: Final[dict[str, tuple[After, Any, list[str]]]] = {
    "the id": (After(((ID, False),), (500,), inclusive=False), {"_id": 1}, ["(500", "MaxKey]"]),
    "ascending": (
        After(((AGE, False), (ID, False)), (50, 500), inclusive=False),
        {"age": 1, "_id": 1},
        ["[50", "MaxKey]"],
    ),
    "descending": (
        After(((AGE, True), (ID, True)), (50, 500), inclusive=False),
        {"age": -1, "_id": -1},
        ["[50", "MinKey]"],
    ),
    "ascending from null": (
        After(((AGE, False), (ID, False)), (None, 999), inclusive=False),
        {"age": 1, "_id": 1},
        [],
    ),
}


@pytest.mark.parametrize(("after", "sort", "bounds"), KEYS.values(), ids=KEYS)
def test_an_index_is_read_from_the_position_on(
    mongo_client: MongoClient[Any],
    mongo_url: str,
    after: After,
    sort: Any,
    bounds: list[str],
) -> None:
    """Of 1,000 documents, of which ten each have one age, few more are read than the page has."""
    rows = mongo_client[url_database(mongo_url)]["rows"]
    documents = [{"_id": number, "age": number // 10} for number in range(1_000)]
    rows.insert_many([*documents, *({"_id": 1_000 + number} for number in range(20))])
    rows.create_index([("age", 1), ("_id", 1)])
    find = {"find": "rows", "filter": compile_after(after), "sort": sort, "limit": 10}
    told = rows.database.command({"explain": find, "verbosity": "executionStats"})
    assert "SORT'" not in str(told["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in str(told["queryPlanner"]["winningPlan"])
    for bound in bounds:
        assert bound in str(told["queryPlanner"]["winningPlan"])
    assert told["executionStats"]["totalDocsExamined"] <= 25
    assert told["executionStats"]["totalKeysExamined"] <= 25
