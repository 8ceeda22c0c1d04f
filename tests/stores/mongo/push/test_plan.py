"""Wanted and found → steps, by tables; no server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from prismongo.stores.mongo.push.differences import differences
from prismongo.stores.mongo.push.inspect import FoundCollection, index_spec
from prismongo.stores.mongo.push.plan import (
    CreateCollection,
    CreateIndex,
    IndexDiffers,
    IndexesOnView,
    IndexNotInSchema,
    is_own,
    plan_push,
)
from prismongo.stores.wanted.specs import IndexSpec

NAME = IndexSpec("User", "User_name_idx", (("name", 1),))
FRENCH = {
    "locale": "fr",
    "caseLevel": False,
    "caseFirst": "off",
    "strength": 3,
    "numericOrdering": False,
    "alternate": "non-ignorable",
    "maxVariable": "punct",
    "normalization": False,
    "backwards": False,
    "version": "57.1",
}


def steps(wanted: tuple[IndexSpec, ...], *found: IndexSpec, kind: str = "collection") -> Any:
    return plan_push("x", {"User": wanted}, {"User": FoundCollection("User", kind, found)}).steps


def test_nothing_there() -> None:
    made = plan_push("x", {"User": (NAME,)}, {})

    assert made.steps == (CreateCollection("User"), CreateIndex(NAME))
    assert made.to_do(drop=False) == made.steps


def test_everything_there() -> None:
    assert plan_push(
        "x", {"User": (NAME,)}, {"User": FoundCollection("User", "collection", (NAME,))}
    ).is_empty


def test_collections_that_the_schema_lacks_are_not_looked_at() -> None:
    other = IndexSpec("Other", "Other_a_idx", (("a", 1),))
    found = {
        "User": FoundCollection("User", "collection"),
        "Other": FoundCollection("Other", "collection", (other,)),
    }

    assert plan_push("x", {"User": ()}, found).is_empty


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"keys": (("name", -1),)}, ["keys"]),
        ({"keys": (("name", 1), ("a", 1))}, ["keys"]),
        ({"unique": True}, ["unique"]),
        ({"sparse": True}, ["sparse"]),
        ({"partial": {"name": {"$gte": ""}}}, ["only where"]),
        ({"expire_after": 5}, ["expires after"]),
        ({"collation": FRENCH}, ["collation"]),
        ({"hidden": True}, ["hidden"]),
        ({"others": {"weights": {"name": 2}}}, ["other options"]),
        ({"unique": True, "sparse": True}, ["unique", "sparse"]),
    ],
)
def test_what_differs_is_named(change: dict[str, Any], what: list[str]) -> None:
    (step,) = steps((NAME,), replace(NAME, **change))

    assert isinstance(step, IndexDiffers)
    assert [difference.what for difference in step.differences] == what
    assert step.is_own


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"partial": {"a": 1, "b": 2}}, {"partial": {"b": 2, "a": 1}}),
        ({"keys": (("a", 1),)}, {"keys": (("a", 1.0),)}),
        ({"expire_after": 5}, {"expire_after": 5.0}),
        ({"collation": {"locale": "fr"}}, {"collation": FRENCH}),
        ({"collation": {"locale": "fr", "strength": 3}}, {"collation": FRENCH}),
        ({"collation": {"locale": "simple"}}, {}),
    ],
)
def test_what_is_the_same_is_seen(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert differences(replace(NAME, **one), replace(NAME, **other)) == ()


def test_a_bound_of_another_type_differs() -> None:
    one, other = {"a": {"$gte": False}}, {"a": {"$gte": 0}}

    assert one == other
    assert differences(replace(NAME, partial=one), replace(NAME, partial=other))


def test_an_index_of_another_name_is_not_made_twice() -> None:
    other = replace(NAME, name="name_1")

    (step,) = steps((NAME,), other)

    assert isinstance(step, IndexDiffers)
    assert (step.found, step.is_own) == (other, False)
    assert [difference.what for difference in step.differences] == ["name"]


def test_an_index_of_other_options_stands_beside_ours() -> None:
    other = replace(NAME, name="name_1", unique=True)

    assert steps((NAME,), other) == (CreateIndex(NAME), IndexNotInSchema(other, is_own=False))


def test_of_text_indexes_there_is_one() -> None:
    wanted = IndexSpec("User", "User_a_idx", (("a", "text"),))
    other = IndexSpec("User", "User_b_idx", (("b", "text"),))

    (step,) = steps((wanted,), other)

    assert isinstance(step, IndexDiffers)
    assert step.is_own


@pytest.mark.parametrize(
    ("name", "keys", "unique", "own"),
    [
        ("User_a_idx", (("a", 1),), False, True),
        ("User_a_key", (("a", -1),), True, True),
        ("User_a_b_idx", (("a.b", 1),), False, True),
        ("User_a_b_idx", (("a", 1), ("b", -1)), False, True),
        ("User_b_a_idx", (("a", "text"), ("b", "text")), False, True),
        ("User_a_key", (("a", 1),), False, False),
        ("User_b_idx", (("a", 1),), False, False),
        ("Other_a_idx", (("a", 1),), False, False),
        ("a_1", (("a", 1),), False, False),
        ("User_a_idx", (("a", "2dsphere"),), False, False),
        ("User_a_idx", (("a", "hashed"),), False, False),
        (f"User_{'a' * 118}_idx", (("a" * 130, 1),), False, True),
    ],
)
def test_its_own_are_those_of_prismas_naming(
    name: str, keys: tuple[tuple[str, Any], ...], unique: bool, own: bool
) -> None:
    assert is_own(IndexSpec("User", name, keys, unique=unique)) is own


def test_drop_takes_what_is_its_own() -> None:
    own = replace(NAME, name="User_a_idx", keys=(("a", 1),))
    hand_made = replace(NAME, name="b_1", keys=(("b", 1),))
    made = plan_push(
        "x", {"User": ()}, {"User": FoundCollection("User", "collection", (own, hand_made))}
    )

    assert made.to_do(drop=False) == ()
    assert made.to_do(drop=True) == (IndexNotInSchema(own, is_own=True),)


def test_a_view_has_no_indexes() -> None:
    assert steps((NAME,), kind="view") == (IndexesOnView("User", (NAME,)),)
    assert steps((), kind="view") == ()


def test_the_collation_of_the_collection_is_the_indexs() -> None:
    document = {"name": "a", "key": {"a": 1}, "collation": FRENCH}

    assert index_spec("User", document, FRENCH).collation is None
    assert index_spec("User", document).collation == FRENCH
