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
from prismongo.stores.wanted.shards import ShardKey
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


BY_ROOM: ShardKey = (("room", 1), ("_id", 1))
BY_LABEL: ShardKey = (("label", "hashed"),)
MADE = IndexSpec("Note", "room_1__id_1", BY_ROOM)
HASHED = IndexSpec("Note", "label_hashed", BY_LABEL)
LINE = IndexSpec("Note", "Note_room_id_nonce_key", (*BY_ROOM, ("nonce", 1)), unique=True)


def not_in_schema(
    key: ShardKey | None,
    *there: IndexSpec,
    wanted: tuple[IndexSpec, ...] = (),
    found_key: ShardKey | None = None,
) -> list[str]:
    """The names of the indexes that are reported; a `-` where `drop` removes one."""
    keys = {} if key is None else {"Note": key}
    found = {"Note": FoundCollection("Note", "collection", there)}
    found_keys = None if found_key is None else {"Note": found_key}
    plan = plan_push("x", {"Note": wanted}, found, (), keys, found_keys)
    indexes = [step for step in plan.steps if isinstance(step, IndexNotInSchema)]
    return [f"{'-' * step.is_own}{step.found.name}" for step in indexes]


class TestIndexesOfAShardKey:
    """Sharding needs one, which no line of the schema has to name; every other is reported."""

    @pytest.mark.parametrize(("key", "index"), [(BY_ROOM, MADE), (BY_LABEL, HASHED)])
    def test_the_one_that_sharding_made(self, key: ShardKey, index: IndexSpec) -> None:
        assert not_in_schema(key, index) == []
        assert not_in_schema(None, index) == [index.name]

    @pytest.mark.parametrize(
        ("change", "reported"),
        [
            ({"name": "again", "sparse": True}, ["again"]),
            ({"name": "again", "partial": {"room": {"$gt": 0}}}, ["again"]),
            ({"name": "again", "collation": FRENCH}, ["again"]),
            ({"name": "again", "unique": True}, ["again"]),
            ({"name": "again", "keys": (*BY_ROOM, ("text", 1))}, ["again"]),
            ({"name": "Note_room__id_idx", "sparse": True}, ["-Note_room__id_idx"]),
        ],
        ids=str,
    )
    def test_a_second_one(self, change: dict[str, Any], reported: list[str]) -> None:
        other = replace(MADE, **change)
        assert not_in_schema(BY_ROOM, MADE, other) == reported
        assert not_in_schema(BY_ROOM, other, MADE) == reported

    def test_that_does_not_serve(self) -> None:
        assert not_in_schema(BY_ROOM, replace(MADE, sparse=True)) == [MADE.name]

    def test_one_that_begins_with_the_key(self) -> None:
        longer = replace(MADE, name="longer", keys=(*BY_ROOM, ("text", 1)))
        assert not_in_schema(BY_ROOM, longer) == []

    def test_where_a_line_of_the_schema_serves(self) -> None:
        assert not_in_schema(BY_ROOM, MADE, LINE, wanted=(LINE,)) == [MADE.name]
        assert not_in_schema(BY_ROOM, MADE, wanted=(LINE,)) == []
        other = replace(LINE, unique=False)
        assert not_in_schema(BY_ROOM, MADE, other, wanted=(LINE,)) == []

    def test_a_unique_one_refuses_what_the_schema_allows(self) -> None:
        unique = replace(MADE, name="Note_room__id_key", unique=True)
        assert not_in_schema(None, unique) == ["-Note_room__id_key"]
        assert not_in_schema(BY_ROOM, unique) == ["Note_room__id_key"]

    def test_the_key_that_the_collection_has(self) -> None:
        assert not_in_schema(BY_ROOM, MADE, HASHED, found_key=BY_LABEL) == [MADE.name]
        assert not_in_schema(None, HASHED, found_key=BY_LABEL) == []

    def test_that_of_ids_needs_none(self) -> None:
        index = IndexSpec("Note", "ids", (("_id", 1), ("room", 1)))
        assert not_in_schema((("_id", 1),), index) == ["ids"]
