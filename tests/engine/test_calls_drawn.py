"""Drawn calls of a known shape: what is bound is what the careful way makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any, Final

from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from prisma.errors import PrismaError

from prismongo.engine.calls import Calls
from prismongo.fields import Base64, Json
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.validate.query_shapes import query_shape
from tests.engine.calls import (
    MOMENT,
    OTHER,
    OTHERS,
    TEXTS,
    VALIDATOR,
    Role,
    assert_same,
    known,
    new_calls,
    request_of,
)
from tests.query.schemas import ID

GOOD: Final[dict[str, tuple[Any, ...]]] = {
    "id": (ID, ObjectId(ID)),
    "email": ("a",),
    "nick": ("a", None),
    "age": (1,),
    "small": (1,),
    "big": (1,),
    "score": (1.5, 1, Decimal(1)),
    "active": (True, False),
    "role": (Role.USER, "USER"),
    "data": ("1", Json(1), Json("a"), Json({"a": [1]}), Json([]), Json(None), Json(False)),
    "avatar": (b"a", Base64.encode(b"a"), "YQ=="),
    "born": (MOMENT, "2025-06-01T00:00:00Z", None),
    "groupId": (ID, ObjectId(ID)),
    "tags": (["a"], [], "a"),
    "home": ({"city": "a"}, {"is": {"city": "a"}}),
    "places": ({"city": "a"}, [{"city": "a"}]),
    "group": ({"name": "a"}, {"is": {"name": "a"}}),
    "nothing": (1,),
}
"""Values that a field takes, but for one that there is not."""
INSIDE: Final[tuple[Any, ...]] = (
    *(1, 2, 2**63, 1.5, float("nan"), "b", "\ud800", True, None, [1], [[None]], [{1, 2}], object()),
    *({}, {"b": {}}, {"\0": 1}, {"$oid": ID}, {"$oid": 1}, {"$minKey": 1}, {(): 1}),
)
"""Values in Json."""
ALIKE: Final[dict[type, tuple[Any, ...]]] = {
    str: TEXTS,
    int: (0, -1, 2, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400),
    float: (0.0, -0.0, 1e300, float("inf"), float("nan")),
    datetime: (
        MOMENT.replace(tzinfo=None),
        MOMENT.astimezone(timezone(timedelta(hours=2))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=2))),
        datetime.min.replace(tzinfo=UTC),
    ),
    Decimal: (Decimal("1.5"), Decimal("1e-400"), Decimal("NaN"), Decimal(10) ** 400),
    Role: tuple(Role),
    bool: (True, False),
    ObjectId: (ObjectId(OTHER),),
    bytes: (b"", b"\0"),
    Base64: (Base64.encode(b""), Base64(b"?")),
    Json: tuple([Json(each) for each in INSIDE]),
}
"""Values of the same type, of which a field may refuse some."""
OPERATORS: Final = (
    *(None, None, None, "equals", "not", "in", "not_in", "lt", "gte", "contains", "startswith"),
    *("has", "has_some", "is_set", "is", "some", "none", "every", "$gt"),
)
PAGES: Final[tuple[dict[str, Any], ...]] = (
    *({}, {}, {"take": 1}, {"take": 1}, {"take": 10}, {"take": 20}, {"take": True}, {"take": -1}),
    *({"skip": 1}, {"skip": -1}),
    *({"order": {"age": "asc"}}, {"order": {"age": "desc"}}, {"order": {"a": 1}}),
    {"order": [{"born": "desc"}, {"id": "asc"}], "take": 10},
    {"order": [{"born": "desc"}, {"id": "desc"}], "take": 10},
    {"distinct": ["age"]},
)
Leaf = tuple[str, Any, list[Any]]
"""A field, its operator, and values that it takes."""


def drawn(random: Random) -> tuple[Any, list[Leaf]]:
    """What calls of about the same shape have in common."""
    is_likely = random.random() < 0.8
    names = random.sample(list(GOOD)[: 12 if is_likely else None], random.choice((1, 1, 2, 3)))
    leaves: list[Leaf] = []
    for name in names:
        operator = random.choice(OPERATORS[: 11 if is_likely else None])
        number = random.randint(0, 3) if operator in ("in", "not_in") else 1
        leaves.append((name, operator, [random.choice(GOOD[name]) for _ in range(number)]))
    return random.choice((None, None, "AND", "OR", "NOT")), leaves


def another(random: Random | None, value: Any) -> Any:
    """A value of the same type, now and then of another one; the same where nothing is random."""
    if random is None:
        return value
    if random.random() < 0.05:
        return random.choice(OTHERS)
    if isinstance(value, dict):
        return {key: another(random, item) for key, item in value.items()}
    if isinstance(value, list):
        return [another(random, item) for item in value]
    return random.choice((value, *ALIKE.get(type(value), ())))


def where_of(outer: Any, leaves: list[Leaf], new: Callable[[Any], Any]) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, operator, likely in leaves:
        values = [new(value) for value in likely]
        one = values if operator in ("in", "not_in") else values[0]
        parts[name] = one if operator is None else {operator: one}
    if outer is None:
        return parts
    return {outer: [parts, {"age": new(1)}] if outer == "OR" else parts}


def included(outer: Any, leaves: list[Leaf], new: Callable[[Any], Any]) -> tuple[Selection, ...]:
    """Relations with values in their filters, one inside another, and a count of one."""
    users = Selection("users", {"where": where_of(outer, leaves, new)}, (Selection("id"),))
    posts = Selection("posts", {"where": {"title": new("a"), "views": {"gt": new(1)}}})
    return Selection("id"), Selection("topics", {}, (users,)), Selection("_count", {}, (posts,))


def answer_of(calls: Calls, request: Request, answers: Counter[str]) -> None:
    """Ask for a step, which must be that of the careful way; where that refuses, there is none."""
    step = known(calls, request)
    was_known = query_shape(request) in calls._known
    try:
        VALIDATOR.validate(request)
    except (PrismaError, TypeError, OverflowError):
        assert step is None  # the careful way says what is wrong
        answers["refused"] += was_known
    else:
        answers["bound"] += step is not None
        if step is not None:
            assert_same(step, request)


def test_other_values_are_bound_as_the_careful_way_binds_them() -> None:
    answers: Counter[str] = Counter()

    def of_one_shape(seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a test's choices
        calls, (outer, leaves) = new_calls(), drawn(random)
        action = random.choice(("findMany", "findFirst", "findUnique"))
        pages, has_cursor = random.choices(PAGES, k=2), random.random() < 0.2
        has_include = random.random() < 0.3
        for number in range(14):
            new = partial(another, random if number > 3 else None)
            where = where_of(outer, leaves, new)
            page = pages[number % 2]
            if action == "findUnique":
                where, page = {"id": new(ID), **where}, {}
            elif has_cursor:
                page = {**page, "cursor": {"id": new(ID)}}
            chosen = included(outer, leaves, new) if has_include else ()
            answer_of(calls, request_of(action, "User", *chosen, where=where, **page), answers)

    # Of a seed, so that choices are as likely as written.
    test: Callable[[], None] = settings(max_examples=400)(
        given(st.integers(0, 2**32))(of_one_shape)
    )
    test()
    assert min(answers["bound"], answers["refused"]) > 500
