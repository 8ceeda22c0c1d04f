"""Plans and events as text; no server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bson import ObjectId

from prismongo.stores.mongo.push.differences import differences
from prismongo.stores.mongo.push.events import Building, Done, Planned, Searching, Violated
from prismongo.stores.mongo.push.plan import (
    CreateCollection,
    CreateIndex,
    IndexDiffers,
    IndexesOnView,
    IndexNotInSchema,
    PushPlan,
)
from prismongo.stores.mongo.push.text import event_lines
from prismongo.stores.mongo.push.violations import Duplicate, Violation
from prismongo.stores.wanted.indexes import wanted_indexes
from prismongo.stores.wanted.specs import IndexSpec
from tests.stores.mongo.push.schemas import schema

EMAIL = IndexSpec(
    "User", "User_email_key", (("email", 1),), unique=True, partial={"email": {"$gte": ""}}
)
OTHER = replace(EMAIL, keys=(("email", -1),), unique=False, partial=None)
LEGACY = IndexSpec("User", "legacy_1", (("legacy", 1),))
PLAN = PushPlan(
    "kraken",
    (
        CreateCollection("User"),
        CreateIndex(EMAIL),
        IndexDiffers(EMAIL, OTHER, differences(EMAIL, OTHER), is_own=True),
        IndexNotInSchema(LEGACY, is_own=False),
        IndexNotInSchema(replace(LEGACY, name="User_legacy_idx"), is_own=True),
        IndexesOnView("Old", (EMAIL,)),
    ),
)


def test_a_plan() -> None:
    assert [*event_lines(Planned(PLAN, drop=False))] == [
        "The database kraken and the schema:",
        "  + collection  User",
        "  + unique      User_email_key on User (email), only where email has a value",
        "  ~ unique      User_email_key on User (email), only where email has a value: "
        "is replaced with --drop",
        "                  keys: (email desc) there, (email) in the schema",
        "                  unique: no there, yes in the schema",
        '                  only where: - there, {"email": {"$gte": ""}} in the schema',
        "  ? index       legacy_1 on User (legacy) is not in the schema: "
        "stays, as neither schema nor Prisma's naming knows it",
        "  ? index       User_legacy_idx on User (legacy) is not in the schema: "
        "is removed with --drop",
        "  ! view        Old cannot have its 1 indexes",
    ]


def test_a_plan_with_drop() -> None:
    lines = [*event_lines(Planned(PLAN, drop=True))]

    assert "  - index       User_legacy_idx on User (legacy) is not in the schema: is removed" in (
        lines
    )
    assert any(line.endswith("only where email has a value: is replaced") for line in lines)


def test_nothing_to_do() -> None:
    assert [*event_lines(Planned(PushPlan("kraken", ()), drop=False))] == [
        "The database kraken is as the schema says."
    ]


def test_violations_show_values() -> None:
    compound = replace(EMAIL, name="pair", keys=(("a", 1), ("b", 1)))
    violation = Violation(
        compound,
        3000,
        7000,
        (Duplicate((None, "x"), 5), Duplicate((ObjectId("0" * 24), "y" * 99), 2)),
    )

    lines = [*event_lines(Violated((violation,)))]

    assert lines == [
        "  ! `pair`: 3,000 values occur more than once in (a, b) of `User`, in 7,000 documents",
        '                  nothing, "x": 5 documents',
        '                  {"$oid": "' + "0" * 24 + '"}, "' + "y" * 58 + "…: 2 documents",
        "                  and 2,998 more",
    ]


def test_progress_and_steps() -> None:
    building = Building((EMAIL, LEGACY), "scanning collection", 250, 1000)

    assert [*event_lines(Searching((EMAIL, LEGACY)))] == [
        "  looking for duplicates: User_email_key, legacy_1"
    ]
    assert [*event_lines(building)] == ["  User_email_key, legacy_1: scanning collection, 25 %"]
    assert [*event_lines(Done(CreateCollection("User"), 0.04))] == ["  done in 0.0 s: User"]
    assert [*event_lines(Done(CreateIndex(EMAIL), 2.55))] == ["  done in 2.5 s: User_email_key"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("a Json? @unique", "(a), only where a has a value"),
        ("a Int @unique /// @sparse", "(a), sparse"),
        ('a Int @unique /// @partial({"a": {"$gte": 0}})', '(a), only where {"a": {"$gte": 0}}'),
        ("at DateTime /// @ttl(60)", "(at), documents expire after 60 s"),
        (
            'a String @unique /// @collation({"locale": "en"})',
            '(a), collation {"locale": "en"}',
        ),
    ],
)
def test_the_options_of_an_index(line: str, text: str) -> None:
    (index,) = wanted_indexes(schema(line))["User"]

    assert [*event_lines(Planned(PushPlan("x", (CreateIndex(index),)), drop=False))][1].endswith(
        text
    )


def test_several_optional_members() -> None:
    (index,) = wanted_indexes(schema("a Int?", "b Json?", "c Json?", "@@unique([a, b, c])"))["User"]

    (_, line) = event_lines(Planned(PushPlan("x", (CreateIndex(index),)), drop=False))

    assert line.endswith("only where a and b and c have values")
