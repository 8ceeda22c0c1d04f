"""compile, updates: changes to operators, or to a pipeline in which every value is literal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import bson
import pytest
from bson import Int64

from prismongo.query.nodes.filters import Compare
from prismongo.query.nodes.updates import (
    AddValues,
    Arithmetic,
    DeleteElements,
    FieldUpdate,
    Push,
    RemoveValues,
    Set,
    Unset,
    UpdateElements,
    UpsertComposite,
)
from prismongo.stores.mongo.compile.update import compile_update

AGE: Final = ("age",)
TAGS: Final = ("tags",)
CITY: Final = ("home", "city")


def arithmetic(
    operator: Literal["increment", "decrement", "multiply", "divide"],
    operand: object,
    *,
    whole: bool = True,
    nullable: bool = False,
) -> Arithmetic:
    return Arithmetic(AGE, operator, operand, whole, nullable)


NATIVE: Final[dict[str, tuple[tuple[FieldUpdate, ...], dict[str, Any]]]] = {
    "set": ((Set(AGE, 1), Set(("nick",), None)), {"$set": {"age": 1, "nick": None}}),
    "set a text that looks like a path": (
        (Set(("nick",), "$hashedPassword"),),
        {"$set": {"nick": "$hashedPassword"}},
    ),
    "unset": ((Unset(AGE),), {"$unset": {"age": ""}}),
    "increment": ((arithmetic("increment", 2),), {"$inc": {"age": 2}}),
    "decrement": ((arithmetic("decrement", Int64(2)),), {"$inc": {"age": Int64(-2)}}),
    "multiply": ((arithmetic("multiply", 2),), {"$mul": {"age": 2}}),
    "several": (
        (Set(("nick",), "a"), arithmetic("increment", 1), Unset(("score",))),
        {"$set": {"nick": "a"}, "$inc": {"age": 1}, "$unset": {"score": ""}},
    ),
}


@pytest.mark.parametrize(("changes", "expected"), NATIVE.values(), ids=NATIVE)
def test_operators_suffice(changes: tuple[FieldUpdate, ...], expected: dict[str, Any]) -> None:
    assert compile_update(changes) == expected


def in_list(value: str) -> dict[str, Any]:
    return {"$cond": [{"$isArray": [value]}, value, []]}


def with_city(home: Any) -> dict[str, Any]:
    field = {"$literal": "city"}
    return {"$setField": {"field": field, "input": home, "value": {"$literal": "x"}}}


PIPELINES: Final[dict[str, tuple[tuple[FieldUpdate, ...], list[dict[str, Any]]]]] = {
    "a list": ((Set(TAGS, ["$age"]),), [{"$set": {"tags": {"$literal": ["$age"]}}}]),
    "a document": (
        (Set(("data",), {"$add": [1, 2]}),),
        [{"$set": {"data": {"$literal": {"$add": [1, 2]}}}}],
    ),
    "beside a text that looks like a path": (
        (Set(TAGS, []), Set(("nick",), "$$ROOT")),
        [{"$set": {"tags": {"$literal": []}, "nick": {"$literal": "$$ROOT"}}}],
    ),
    "inside a composite": ((Set(CITY, "$x"),), [{"$set": {"home.city": {"$literal": "$x"}}}]),
    "both, of several": (
        (Unset(CITY), Set(TAGS, []), Unset(AGE), Set(("home", "zip"), 1)),
        [
            {"$set": {"tags": {"$literal": []}, "home.zip": {"$literal": 1}}},
            {"$unset": ["home.city", "age"]},
        ],
    ),
    "one inside another": (
        (Set(("home",), {}), Set(CITY, "x")),
        [
            {
                "$set": {
                    "home": {
                        "$let": {
                            "vars": {"held": {"$literal": {}}},
                            "in": with_city(
                                {
                                    "$cond": [
                                        {"$eq": [{"$type": "$$held"}, "object"]},
                                        "$$held",
                                        {"$literal": {}},
                                    ]
                                }
                            ),
                        }
                    }
                }
            }
        ],
    ),
    "remove inside a composite": ((Unset(CITY),), [{"$unset": ["home.city"]}]),
    "increment what may be null": (
        (arithmetic("increment", Int64(1), nullable=True),),
        [{"$set": {"age": {"$toLong": {"$add": [{"$toDecimal": "$age"}, {"$literal": 1}]}}}}],
    ),
    "of 32 bits": (
        (arithmetic("multiply", 2, nullable=True),),
        [{"$set": {"age": {"$toInt": {"$multiply": [{"$toDecimal": "$age"}, {"$literal": 2}]}}}}],
    ),
    "of a Float": (
        (arithmetic("decrement", 0.5, whole=False, nullable=True),),
        [{"$set": {"age": {"$subtract": ["$age", {"$literal": 0.5}]}}}],
    ),
    "divide whole numbers": (
        (arithmetic("divide", Int64(3)),),
        [{"$set": {"age": {"$toLong": {"$divide": [{"$toDecimal": "$age"}, {"$literal": 3}]}}}}],
    ),
    "divide a Float": (
        (arithmetic("divide", 2.0, whole=False),),
        [{"$set": {"age": {"$divide": ["$age", {"$literal": 2.0}]}}}],
    ),
    "push": (
        (Push(TAGS, ("$a",)),),
        [{"$set": {"tags": {"$concatArrays": [in_list("$tags"), {"$literal": ["$a"]}]}}}],
    ),
    "add": (
        (AddValues(TAGS, ("$a", "b")),),
        [
            {
                "$set": {
                    "tags": {
                        "$reduce": {
                            "input": {"$literal": ["$a", "b"]},
                            "initialValue": in_list("$tags"),
                            "in": {
                                "$cond": [
                                    {"$in": ["$$this", "$$value"]},
                                    "$$value",
                                    {"$concatArrays": ["$$value", ["$$this"]]},
                                ]
                            },
                        }
                    }
                }
            }
        ],
    ),
    "remove": (
        (RemoveValues(TAGS, ("$a",)),),
        [
            {
                "$set": {
                    "tags": {
                        "$cond": [
                            {"$isArray": ["$tags"]},
                            {
                                "$filter": {
                                    "input": "$tags",
                                    "as": "e",
                                    "cond": {"$not": [{"$in": ["$$e", {"$literal": ["$a"]}]}]},
                                }
                            },
                            "$tags",
                        ]
                    }
                }
            }
        ],
    ),
    "upsert a composite": (
        (UpsertComposite(("home",), {"city": "$a"}, (Set(CITY, "$b"),)),),
        [
            {
                "$set": {
                    "home": {
                        "$cond": [
                            {"$eq": [{"$type": "$home"}, "object"]},
                            {
                                "$setField": {
                                    "field": {"$literal": "city"},
                                    "input": "$home",
                                    "value": {"$literal": "$b"},
                                }
                            },
                            {"$literal": {"city": "$a"}},
                        ]
                    }
                }
            }
        ],
    ),
    "delete elements": (
        (DeleteElements(("places",), Compare(("city",), "eq", "$x")),),
        [
            {
                "$set": {
                    "places": {
                        "$cond": [
                            {"$isArray": ["$places"]},
                            {
                                "$filter": {
                                    "input": "$places",
                                    "as": "e",
                                    "cond": {"$not": [{"$eq": ["$$e.city", {"$literal": "$x"}]}]},
                                }
                            },
                            "$places",
                        ]
                    }
                }
            }
        ],
    ),
    "update elements": (
        (UpdateElements(("places",), Compare(("city",), "eq", "x"), (Set(("city",), "$y"),)),),
        [
            {
                "$set": {
                    "places": {
                        "$cond": [
                            {"$isArray": ["$places"]},
                            {
                                "$map": {
                                    "input": "$places",
                                    "as": "e",
                                    "in": {
                                        "$cond": [
                                            {"$eq": ["$$e.city", {"$literal": "x"}]},
                                            {
                                                "$setField": {
                                                    "field": {"$literal": "city"},
                                                    "input": "$$e",
                                                    "value": {"$literal": "$y"},
                                                }
                                            },
                                            "$$e",
                                        ]
                                    },
                                }
                            },
                            "$places",
                        ]
                    }
                }
            }
        ],
    ),
}


@pytest.mark.parametrize(("changes", "expected"), PIPELINES.values(), ids=PIPELINES)
def test_a_pipeline_is_needed(
    changes: tuple[FieldUpdate, ...], expected: list[dict[str, Any]]
) -> None:
    assert compile_update(changes) == expected


def test_upserts_inside_one_another_do_not_double_the_pipeline_at_each_level() -> None:
    def size(levels: int) -> int:
        paths = [("home",) * level for level in range(1, levels + 1)]
        return len(bson.encode({"u": compile_update([UpsertComposite(p, {}, ()) for p in paths])}))

    assert size(12) < 10 * size(6)


HOSTILE: Final = "$hashedPassword"
EVERYWHERE: Final[tuple[FieldUpdate, ...]] = (
    Set(TAGS, [HOSTILE]),
    Set(CITY, HOSTILE),
    Push(TAGS, (HOSTILE,)),
    AddValues(TAGS, (HOSTILE,)),
    RemoveValues(TAGS, (HOSTILE,)),
    UpsertComposite(("home",), {"city": HOSTILE}, (Set(CITY, HOSTILE),)),
    UpdateElements(("places",), Compare(("city",), "ne", HOSTILE), (Set(("city",), HOSTILE),)),
    DeleteElements(("places",), Compare(("city",), "eq", HOSTILE)),
)


@pytest.mark.parametrize("change", EVERYWHERE, ids=lambda change: type(change).__name__)
def test_no_text_is_read_as_a_path(change: FieldUpdate) -> None:
    assert list(unguarded(compile_update([change]))) == []
    assert list(unguarded({"$set": {"a": HOSTILE}})) == [HOSTILE]


def unguarded(node: Any) -> Iterator[str]:
    """The texts of the user that stand outside of `$literal`."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "$literal":
                yield from unguarded(value)
    elif isinstance(node, list):
        for item in node:
            yield from unguarded(item)
    elif node == HOSTILE:
        yield node
