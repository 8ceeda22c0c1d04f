"""compile, filters: each node, negated and not, to the `$match` that says it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from bson import ObjectId, Regex

from prismongo.query.nodes.equalities import null_or_missing
from prismongo.query.nodes.filters import (
    EVERYTHING,
    And,
    Compare,
    Comparison,
    Complement,
    Elements,
    Filter,
    Has,
    In,
    IsEmpty,
    IsSet,
    Or,
    Reference,
    Related,
    Text,
    both,
    or_missing,
)
from prismongo.query.nodes.steps import RELATED
from prismongo.schema.datamodel import Link
from prismongo.stores.mongo.compile.filter import compile_filter, match_stages
from tests.query.schemas import ID, datamodel

Document = dict[str, Any]

AGE: Final = ("age",)
TAGS: Final = ("tags",)
ID_PATH: Final = ("_id",)
KEY: Final = ObjectId(ID)
PRESENT: Final = {"$exists": True}


def link(model: str, name: str) -> Link:
    return datamodel().links[model, name]


PLAIN: Final[dict[str, tuple[Filter, Document]]] = {
    # --- how conditions are put together ---
    "everything": (EVERYTHING, {}),
    "nothing": (Or(), {"_id": {"$in": []}}),
    "and of several fields": (
        And((Compare(AGE, "eq", 1), Compare(("nick",), "eq", "a"))),
        {"age": 1, "nick": "a"},
    ),
    "and of one field": (
        And((Compare(AGE, "gt", 1), Compare(AGE, "lt", 5))),
        {"$and": [{"age": {"$gt": 1}}, {"age": {"$lt": 5}}]},
    ),
    "or": (
        Or((Compare(AGE, "eq", 1), Compare(AGE, "eq", 2))),
        {"$or": [{"age": 1}, {"age": 2}]},
    ),
    "or of one": (Or((Compare(AGE, "eq", 1),)), {"age": 1}),
    "complement": (Complement(Compare(AGE, "eq", 1)), {"$nor": [{"age": 1}]}),
    # --- comparisons: a missing value never matches ---
    "equal": (Compare(AGE, "eq", 5), {"age": 5}),
    "equal to null": (Compare(AGE, "eq", None), {"age": {"$eq": None, "$exists": True}}),
    "unequal": (Compare(AGE, "ne", 5), {"age": {"$ne": 5, "$exists": True}}),
    "unequal to null": (Compare(AGE, "ne", None), {"age": {"$ne": None}}),
    "unequal id": (Compare(ID_PATH, "ne", KEY), {"_id": {"$ne": KEY}}),
    "less": (Compare(AGE, "lt", 5), {"age": {"$lt": 5}}),
    "less or equal": (Compare(AGE, "lte", 5), {"age": {"$lte": 5}}),
    "greater": (Compare(AGE, "gt", 5), {"age": {"$gt": 5}}),
    "greater or equal": (Compare(AGE, "gte", 5), {"age": {"$gte": 5}}),
    "inside a composite": (Compare(("home", "city"), "eq", "x"), {"home.city": "x"}),
    # --- what looks like an operator is a value ---
    "equal to a document": (
        Compare(("home",), "eq", {"$ne": 1}),
        {"home": {"$eq": {"$ne": 1}}},
    ),
    "equal to a list": (Compare(TAGS, "eq", ["a"]), {"tags": {"$eq": ["a"]}}),
    "equal to Json": (
        Compare(("data",), "eq", {"$gt": 0}, exact=True),
        {"data": PRESENT, "$expr": {"$eq": ["$data", {"$literal": {"$gt": 0}}]}},
    ),
    "unequal to Json": (
        Compare(("data",), "ne", "$age", exact=True),
        {"data": PRESENT, "$expr": {"$ne": ["$data", {"$literal": "$age"}]}},
    ),
    "Json null": (
        Compare(("data",), "eq", None, exact=True),
        {"data": PRESENT, "$expr": {"$eq": ["$data", {"$literal": None}]}},
    ),
    # --- in ---
    "in": (In(AGE, (1, 2)), {"age": {"$in": [1, 2]}}),
    "in nothing": (In(AGE, ()), {"age": {"$in": []}}),
    "in with null": (In(AGE, (1, None)), {"age": {"$in": [1, None], "$exists": True}}),
    "not in": (In(AGE, (1,), negated=True), {"age": {"$nin": [1], "$exists": True}}),
    "not in nothing": (In(AGE, (), negated=True), {"age": {"$nin": [], "$exists": True}}),
    "ids": (In(ID_PATH, (KEY,)), {"_id": {"$in": [KEY]}}),
    "not of ids": (In(ID_PATH, (KEY,), negated=True), {"_id": {"$nin": [KEY]}}),
    # --- text: literally ---
    "prefix": (
        Text(("nick",), "startswith", "a.b"),
        {"nick": {"$gte": "a.b", "$lt": "a.c"}},
    ),
    "prefix before the surrogates": (
        Text(("nick",), "startswith", "\ud7ff"),
        {"nick": {"$gte": "\ud7ff", "$lt": "\ue000"}},
    ),
    "prefix of the last character": (
        Text(("nick",), "startswith", "a\U0010ffff"),
        {"nick": {"$gte": "a\U0010ffff", "$lt": "b"}},
    ),
    "prefix without an end": (
        Text(("nick",), "startswith", "\U0010ffff"),
        {"nick": {"$gte": "\U0010ffff", "$type": "string"}},
    ),
    "empty prefix": (
        Text(("nick",), "startswith", ""),
        {"nick": {"$gte": "", "$type": "string"}},
    ),
    "no prefix": (
        Text(("nick",), "startswith", "a", negated=True),
        {"nick": {"$not": {"$gte": "a", "$lt": "b"}, "$exists": True}},
    ),
    "contains": (Text(("nick",), "contains", "(a.b"), {"nick": {"$regex": Regex(r"\(a\.b")}}),
    "contains not": (
        Text(("nick",), "contains", "$", negated=True),
        {"nick": {"$not": Regex(r"\$"), "$exists": True}},
    ),
    "suffix": (Text(("nick",), "endswith", "a"), {"nick": {"$regex": Regex(r"a\z")}}),
    # --- whatever the case ---
    "equal, insensitive": (
        Compare(("nick",), "eq", "a.", insensitive=True),
        {"nick": {"$regex": Regex(r"^a\.\z", "i")}},
    ),
    "unequal, insensitive": (
        Compare(("nick",), "ne", "a", insensitive=True),
        {"nick": {"$not": Regex(r"^a\z", "i"), "$exists": True}},
    ),
    "in, insensitive": (
        In(("nick",), ("a", None), insensitive=True),
        {"nick": {"$in": [Regex(r"^a\z", "i"), None], "$exists": True}},
    ),
    "prefix, insensitive": (
        Text(("nick",), "startswith", "a", insensitive=True),
        {"nick": {"$regex": Regex("^a", "i")}},
    ),
    "less, insensitive": (
        Compare(("nick",), "lt", "$A", insensitive=True),
        {
            "nick": {"$type": "string"},
            "$expr": {
                "$cond": [
                    {"$eq": [{"$type": "$nick"}, "string"]},
                    {"$lt": [{"$toLower": "$nick"}, {"$toLower": {"$literal": "$A"}}]},
                    False,
                ]
            },
        },
    ),
    "null, insensitive": (
        Compare(("nick",), "eq", None, insensitive=True),
        {"nick": {"$eq": None, "$exists": True}},
    ),
    # --- presence and lists ---
    "set": (IsSet(AGE, is_set=True), {"age": {"$exists": True}}),
    "not set": (IsSet(AGE, is_set=False), {"age": {"$exists": False}}),
    "null or not set": (null_or_missing(AGE), {"age": None}),
    "null or not set, in a composite": (
        null_or_missing(("home", "city")),
        {
            "$or": [
                {"home.city": {"$eq": None, "$exists": True}},
                {"home.city": {"$exists": False}},
            ]
        },
    ),
    "has": (Has(TAGS, ("a",), every=True), {"tags": "a"}),
    "has not": (
        Has(TAGS, ("a",), every=True, negated=True),
        {"tags": {"$ne": "a", "$exists": True}},
    ),
    "has every": (Has(TAGS, ("a", "b"), every=True), {"tags": {"$all": ["a", "b"]}}),
    "has not every": (
        Has(TAGS, ("a", "b"), every=True, negated=True),
        {"tags": {"$not": {"$all": ["a", "b"]}, "$exists": True}},
    ),
    "has every of none": (Has(TAGS, (), every=True), {"tags": PRESENT}),
    "has some": (Has(TAGS, ("a", "b"), every=False), {"tags": {"$in": ["a", "b"]}}),
    "has not some": (
        Has(TAGS, ("a", "b"), every=False, negated=True),
        {"tags": {"$not": {"$in": ["a", "b"]}, "$exists": True}},
    ),
    "has some of none": (Has(TAGS, (), every=False), {"_id": {"$in": []}}),
    "empty": (
        IsEmpty(TAGS, is_empty=True),
        {"tags": {"$in": [[], None], "$exists": True}, "tags.0": {"$exists": False}},
    ),
    "not empty": (IsEmpty(TAGS, is_empty=False), {"tags.0": {"$exists": True}}),
    # --- lists of composites ---
    "some element": (
        Elements(("places",), "some", Compare(("city",), "eq", "x")),
        {"places": {"$elemMatch": {"city": "x"}}},
    ),
    "every element": (
        Elements(("places",), "every", Compare(("city",), "eq", "x")),
        {"places": {"$not": {"$elemMatch": {"$nor": [{"city": "x"}]}}, "$exists": True}},
    ),
    "no element": (
        Elements(("places",), "none", Compare(("city",), "eq", "x")),
        {"places": {"$not": {"$elemMatch": {"city": "x"}}, "$exists": True}},
    ),
    "not every element": (
        Elements(("places",), "every", Compare(("city",), "eq", "x"), negated=True),
        {"places": {"$elemMatch": {"$nor": [{"city": "x"}]}}},
    ),
    "elements that need an expression": (
        Elements(("places",), "some", Compare(("city",), "eq", Reference(("name",)))),
        {
            "$expr": {
                "$and": [
                    {"$ne": [{"$type": "$places"}, "missing"]},
                    {
                        "$anyElementTrue": [
                            {
                                "$map": {
                                    "input": {"$cond": [{"$isArray": ["$places"]}, "$places", []]},
                                    "as": "i",
                                    "in": {
                                        "$and": [
                                            {"$ne": [{"$type": "$$i.city"}, "missing"]},
                                            {"$ne": [{"$type": "$$i.name"}, "missing"]},
                                            {"$eq": ["$$i.city", "$$i.name"]},
                                        ]
                                    },
                                }
                            }
                        ]
                    },
                ]
            }
        },
    ),
    "what elements lack": (
        Elements(("places",), "none", Compare(("city",), "eq", "x"), lenient=True),
        {
            "places": {
                "$not": {"$elemMatch": {"$or": [{"city": "x"}, {"city": {"$exists": False}}]}},
                "$exists": True,
            }
        },
    ),
    # --- other fields ---
    "equal to a field": (
        Compare(AGE, "eq", Reference(("small",))),
        {"age": PRESENT, "small": PRESENT, "$expr": {"$eq": ["$age", "$small"]}},
    ),
    "less than a field": (
        Compare(AGE, "lt", Reference(("small",))),
        {"age": {"$ne": None}, "small": {"$ne": None}, "$expr": {"$lt": ["$age", "$small"]}},
    ),
}


@pytest.mark.parametrize(("item", "expected"), PLAIN.values(), ids=PLAIN)
def test_a_filter_is_compiled(item: Filter, expected: Document) -> None:
    joins: list[Document] = []
    assert compile_filter(item, joins) == expected
    assert joins == []


# --- relations ---


def test_a_relation_is_joined_for_one_record_at_most() -> None:
    related = Related(link("User", "posts"), Compare(("title",), "eq", "t"), exists=True)
    assert match_stages(And((Compare(AGE, "eq", 1), related))) == [
        {"$match": {"age": 1}},
        {
            "$lookup": {
                "from": "articles",
                "localField": "_id",
                "foreignField": "author",
                "as": "_r0",
                "pipeline": [
                    {"$match": {"title": "t"}},
                    {"$limit": 1},
                    {"$project": {"_id": 1}},
                ],
            }
        },
        {"$match": {"_r0.0": {"$exists": True}}},
        {"$unset": ["_r0"]},
    ]


def test_a_null_key_joins_nothing() -> None:
    (join, _, _) = match_stages(Related(link("User", "group"), EVERYTHING, exists=False))
    assert join["$lookup"]["pipeline"][0] == {"$match": {"_id": {"$ne": None}}}


def test_joins_inside_joins_stay_inside() -> None:
    posts = Related(link("Group", "users"), Related(link("User", "posts"), EVERYTHING, True), True)
    join, match, _ = match_stages(posts)
    (inner,) = [stage for stage in join["$lookup"]["pipeline"] if "$lookup" in stage]
    assert inner["$lookup"]["from"] == "articles"
    assert match == {"$match": {"_r0.0": {"$exists": True}}}


def test_two_relations_have_two_names() -> None:
    posts, topics = link("User", "posts"), link("User", "topics")
    either = Or((Related(posts, EVERYTHING, True), Related(topics, EVERYTHING, False)))
    *joins, match, unset = match_stages(either)
    assert [stage["$lookup"]["as"] for stage in joins] == ["_r0", "_r1"]
    assert match == {
        "$match": {"$or": [{"_r0.0": {"$exists": True}}, {"_r1.0": {"$exists": False}}]}
    }
    assert unset == {"$unset": ["_r0", "_r1"]}


# --- what filters are made of ---


def test_both_adds_no_nesting() -> None:
    one, two = Compare(AGE, "eq", 1), Compare(AGE, "eq", 2)
    assert both(EVERYTHING, one) == both(one, EVERYTHING) == one
    assert both(And((one,)), And((two,))) == And((one, two))


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "lte", "gt", "gte"])
def test_none_counts_missing_values_as_matches(operator: Comparison) -> None:
    leaf = Compare(AGE, operator, 1)
    lenient = Or((leaf, IsSet(AGE, is_set=False)))
    assert or_missing(And((leaf, IsSet(AGE, is_set=True)))) == And(
        (lenient, IsSet(AGE, is_set=True))
    )
    assert or_missing(Compare(ID_PATH, operator, 1)) == Compare(ID_PATH, operator, 1)


def test_included_rows_hang_under_no_stored_name() -> None:
    assert "\0" in RELATED
