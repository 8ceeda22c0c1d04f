"""compile, reads: the steps to the commands that read what they ask for."""

from __future__ import annotations

from typing import Any, Final

import pytest

from prismongo.query.nodes.filters import EVERYTHING, After, Compare, Related
from prismongo.query.nodes.steps import (
    Aggregate,
    Aggregation,
    CountPerParent,
    Find,
    FindPerParent,
    Group,
    GroupOrder,
    OrderKey,
)
from prismongo.schema.datamodel import Field, Link
from prismongo.stores.mongo.compile.after import compile_after
from prismongo.stores.mongo.compile.commands import FindCommand
from prismongo.stores.mongo.compile.find import (
    compile_aggregate,
    compile_count_per_parent,
    compile_find,
    compile_find_per_parent,
    compile_group,
)
from prismongo.stores.mongo.compile.lookup import lookup
from tests.query.schemas import datamodel

Stage = dict[str, Any]

USER: Final = datamodel().model["User"]
POST: Final = datamodel().model["Post"]
AGE: Final = OrderKey(("age",))
BY_ID: Final = OrderKey(("_id",))


def link(model: str, name: str) -> Link:
    return datamodel().links[model, name]


def field(name: str) -> Field:
    return USER.by_name[name]


def behind(order: tuple[OrderKey, ...], *values: object, inclusive: bool) -> dict[str, Any]:
    keys = tuple((key.path, key.descending) for key in order)
    return compile_after(After(keys, values, inclusive))


FINDS: Final[dict[str, tuple[Find, FindCommand]]] = {
    "everything": (Find(USER), FindCommand("User", {})),
    "the mapped collection": (Find(POST), FindCommand("articles", {})),
    "some fields": (
        Find(USER, fields=(field("id"), field("big"))),
        FindCommand("User", {}, {"_id": 1, "long": 1}),
    ),
    "without the id": (
        Find(USER, fields=(field("age"),)),
        FindCommand("User", {}, {"age": 1, "_id": 0}),
    ),
    "a page": (
        Find(USER, Compare(("age",), "gt", 1), (AGE, BY_ID), skip=2, limit=3),
        FindCommand("User", {"age": {"$gt": 1}}, None, [("age", 1), ("_id", 1)], 2, 3),
    ),
    "descending": (
        Find(USER, order=(OrderKey(("age",), descending=True),)),
        FindCommand("User", {}, None, [("age", -1)]),
    ),
    "an index gives the order": (
        Find(USER, order=(AGE, BY_ID), limit=3, skip_id_sort=True),
        FindCommand("User", {}, None, [("age", 1)], 0, 3),
    ),
    "behind a cursor": (
        Find(USER, Compare(("nick",), "eq", "a"), (BY_ID,), after=(5,), limit=3),
        FindCommand(
            "User", {"nick": "a"} | behind((BY_ID,), 5, inclusive=True), None, [("_id", 1)], 0, 3
        ),
    ),
    "behind a cursor, two keys": (
        Find(USER, order=(AGE, BY_ID), after=(None, 5), after_inclusive=False, limit=3),
        FindCommand(
            "User",
            behind((AGE, BY_ID), None, 5, inclusive=False),
            None,
            [("age", 1), ("_id", 1)],
            0,
            3,
        ),
    ),
}


@pytest.mark.parametrize(("step", "expected"), FINDS.values(), ids=FINDS)
def test_a_find_suffices(step: Find, expected: FindCommand) -> None:
    assert compile_find(step) == expected


def pipeline_of(step: Find) -> list[Stage]:
    command = compile_find(step)
    assert not isinstance(command, FindCommand)
    return command.pipeline


def test_distinct_is_grouped_before_the_page_is_cut() -> None:
    step = Find(USER, order=(AGE, BY_ID), limit=2, skip=1, distinct=(field("age"), field("nick")))
    order = {"$sort": {"age": 1, "_id": 1}}
    nulls = {"age": {"$ifNull": ["$age", None]}, "nick": {"$ifNull": ["$nick", None]}}
    assert pipeline_of(step) == [
        order,
        {"$group": {"_id": nulls, "first": {"$first": "$$ROOT"}}},
        {"$replaceRoot": {"newRoot": "$first"}},
        order,
        {"$skip": 1},
        {"$limit": 2},
    ]


def test_a_relation_filter_needs_a_join() -> None:
    where = Related(link("User", "posts"), EVERYTHING, exists=True)
    names = [next(iter(stage)) for stage in pipeline_of(Find(USER, where, limit=1))]
    assert names == ["$lookup", "$match", "$unset", "$limit"]


def test_an_order_by_a_related_value_is_looked_up() -> None:
    order = OrderKey(("name",), links=(link("User", "group"),), descending=True)
    join, value, sort, limit, unset = pipeline_of(Find(USER, order=(order, BY_ID), limit=1))
    assert join["$lookup"]["from"] == "Group"
    assert join["$lookup"]["pipeline"][-1] == {"$project": {"_id": 0, "_v": 1}}
    assert value == {"$set": {"_o0": {"$ifNull": [{"$first": "$_o0._v"}, None]}}}
    assert sort == {"$sort": {"_o0": -1, "_id": 1}}
    assert (limit, unset) == ({"$limit": 1}, {"$unset": ["_o0"]})


def test_an_order_by_a_count_counts_on_the_server() -> None:
    order = OrderKey((), links=(link("User", "posts"),), count=True)
    join, value, sort, _ = pipeline_of(Find(USER, order=(order,)))
    assert "$count" in join["$lookup"]["pipeline"][0]
    assert value["$set"]["_o0"]["$ifNull"][1] == 0  # a record without any
    assert sort == {"$sort": {"_o0": 1}}


# --- per parent ---


def test_each_parent_has_a_page_of_its_own() -> None:
    page = Find(POST, order=(OrderKey(("title",)), BY_ID), skip=1, limit=2)
    command = compile_find_per_parent(FindPerParent(link("User", "posts"), (1, 2), page))
    assert command.collection == "User"
    assert command.pipeline == [
        {"$match": {"_id": {"$in": [1, 2]}}},
        {"$project": {"_id": 1}},
        {
            "$lookup": {
                "from": "articles",
                "localField": "_id",
                "foreignField": "author",
                "as": "c",
                "pipeline": [{"$sort": {"title": 1, "_id": 1}}, {"$skip": 1}, {"$limit": 2}],
            }
        },
        {"$unwind": "$c"},
        {"$project": {"_id": 0, "p": "$_id", "c": 1}},
    ]


def test_children_are_counted_on_the_server() -> None:
    where = Compare(("views",), "gt", 1)
    command = compile_count_per_parent(CountPerParent(link("User", "posts"), (1,), where))
    assert command.pipeline[2]["$lookup"]["pipeline"] == [
        {"$match": {"views": {"$gt": 1}}},
        {"$count": "n"},
    ]
    assert command.pipeline[3:] == [
        {"$unwind": "$c"},
        {"$project": {"_id": 0, "p": "$_id", "c": "$c.n"}},
    ]


def test_an_id_list_is_joined_by_its_elements() -> None:
    stage = lookup(link("User", "topics"), "x", [])["$lookup"]
    assert (stage["localField"], stage["foreignField"]) == ("topicIds", "_id")
    assert stage["pipeline"] == []


def test_an_optional_key_joins_no_nulls() -> None:
    stage = lookup(link("Group", "users"), "x", [{"$limit": 1}])["$lookup"]
    assert stage["pipeline"] == [{"$match": {"groupId": {"$ne": None}}}, {"$limit": 1}]


# --- aggregates ---


def test_an_aggregate_is_one_group() -> None:
    wanted = (
        Aggregation("count", None),
        Aggregation("count", field("age")),
        Aggregation("sum", field("big")),
        Aggregation("avg", field("age")),
        Aggregation("min", field("nick")),
        Aggregation("max", field("nick")),
    )
    step = Aggregate(Find(USER, Compare(("age",), "gt", 1), (BY_ID,), limit=5), wanted)
    assert compile_aggregate(step).pipeline == [
        {"$match": {"age": {"$gt": 1}}},
        {"$sort": {"_id": 1}},
        {"$limit": 5},
        {
            "$group": {
                "_id": None,
                "count__all": {"$sum": 1},
                "count__age": {"$sum": {"$cond": [{"$gt": ["$age", None]}, 1, 0]}},
                "sum__long": {"$sum": "$long"},
                "avg__age": {"$avg": "$age"},
                "min__nick": {"$min": "$nick"},
                "max__nick": {"$max": "$nick"},
            }
        },
    ]


def test_groups_are_filtered_ordered_and_cut() -> None:
    count = Aggregation("count", None)
    step = Group(
        USER,
        Compare(("age",), "gt", 1),
        (field("role"), field("big")),
        (count,),
        having=Compare((count.key,), "gte", 2),
        order=(GroupOrder(count, descending=True), GroupOrder(field("big"))),
        skip=1,
        limit=2,
    )
    assert compile_group(step).pipeline == [
        {"$match": {"age": {"$gt": 1}}},
        {
            "$group": {
                "_id": {
                    "g0": {"$ifNull": ["$role", None]},
                    "g1": {"$ifNull": ["$long", None]},
                },
                "count__all": {"$sum": 1},
            }
        },
        {
            "$replaceRoot": {
                "newRoot": {
                    "$mergeObjects": [
                        "$$ROOT",
                        {"_id": None},
                        {"role": "$_id.g0", "long": "$_id.g1"},
                    ]
                }
            }
        },
        {"$match": {"count__all": {"$gte": 2}}},
        {"$sort": {"count__all": -1, "long": 1}},
        {"$skip": 1},
        {"$limit": 2},
    ]
