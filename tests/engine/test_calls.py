"""Calls of a known shape: what is bound is what the careful way makes, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any, Final

import pytest
from prisma.errors import PrismaError

from prismongo.fields import Base64, Json
from prismongo.query.nodes.requests import FieldReference, Name, Request, Selection
from prismongo.query.validate.query_shapes import query_shape
from tests.engine.calls import (
    MOMENT,
    OTHER,
    Role,
    Text,
    assert_same,
    known,
    new_calls,
    request_of,
)
from tests.query.schemas import ID


def page(**arguments: Any) -> Request:
    return request_of("findMany", "User", **arguments)


# --- what is known ---

NOTHING_OR_TRUE: Final = {"OR": [{"data": Json(None)}, {"data": {"not": Json(True)}}]}

ASKED: Final[tuple[tuple[str, Callable[[Any], Request], tuple[Any, ...]], ...]] = (
    ("id", lambda v: request_of("findUnique", "User", where={"id": v}), (ID, OTHER, ID)),
    ("unique", lambda v: request_of("findUnique", "User", where={"email": v}), ("a", "", "é")),
    (
        "a unique and more",
        lambda v: request_of("findUniqueOrThrow", "User", where={"id": v, "age": {"gt": 3}}),
        (ID, OTHER, ID),
    ),
    (
        "a unique of two fields",
        lambda v: request_of(
            "findUnique", "Post", where={"title_authorId": {"title": v, "authorId": ID}}
        ),
        ("a", "b", "c"),
    ),
    (
        "a page",
        lambda v: request_of(
            "findMany",
            "User",
            where={
                "email": "a",
                "role": Role.ADMIN,
                "active": False,
                "born": {"gte": v, "lt": MOMENT},
                "groupId": ID,
            },
            order=[{"born": "desc"}, {"id": "desc"}],
            take=10,
            skip=None,
        ),
        (MOMENT, MOMENT + timedelta(days=1), MOMENT.astimezone(timezone(timedelta(hours=2)))),
    ),
    (
        "lists, AND, OR, NOT",
        lambda v: request_of(
            "findFirst",
            "User",
            where={
                "AND": [{"age": {"in": [v, 2, None]}}, {"score": {"not": 1.5}}],
                "OR": [{"big": v}, {"big": {"not_in": [v]}}, {"nick": None}],
                "NOT": {"score": {"lte": v}},
            },
        ),
        (0, 1, 2**40),
    ),
    (
        "inside a composite",
        lambda v: request_of("findFirst", "User", where={"home": {"is": {"city": v}}}),
        ("a", "b", "c"),
    ),
    ("no filter", lambda v: request_of("findMany", "User", take=10, order={"id": v}), ("asc",) * 3),
    (
        "with its relations",
        lambda v: request_of(
            "findMany",
            "User",
            Selection("id"),
            Selection("group", selections=(Selection("id"),)),
            where={"id": v},
        ),
        (ID, OTHER, ID),
    ),
    (
        "includes with arguments",
        lambda v: request_of(
            "findMany",
            "User",
            Selection(
                "posts",
                {"take": 1, "where": {"author": {"is": None}}, "order": {"id": "asc"}},
                (Selection("id"),),
            ),
            where={"age": v},
        ),
        (1, 2, 3),
    ),
    (
        "an include with values",
        lambda v: request_of(
            "findMany",
            "User",
            Selection("id"),
            Selection(
                "posts",
                {"where": {"title": v, "views": {"gt": 1}}, "cursor": {"id": ID}, "take": 2},
                (
                    Selection("id"),
                    Selection(
                        "author",
                        {"where": {"NOT": {"email": v}}},
                        (
                            Selection("id"),
                            Selection("posts", {"where": {"title": v}}, (Selection("id"),)),
                        ),
                    ),
                ),
            ),
            Selection("_count", {}, (Selection("posts", {"where": {"title": {"in": [v, "b"]}}}),)),
            where={"age": 1},
        ),
        ("a", "b", "c"),
    ),
    (
        "an include with values of one record",
        lambda v: request_of(
            "findUnique",
            "User",
            Selection("id"),
            Selection("posts", {"where": {"title": v}}, (Selection("id"),)),
            where={"id": ID},
        ),
        ("a", "b", "c"),
    ),
    (
        "a unique and a relation",
        lambda v: request_of("findUnique", "User", where={"id": v, "group": {"is": {"name": "a"}}}),
        (ID, OTHER, ID),
    ),
    ("text", lambda v: page(where={"email": {"contains": v}}), ("a", "(", "é")),
    (
        "texts without case",
        lambda v: page(
            where={
                "email": {"startswith": v, "mode": "insensitive"},
                "nick": {"in": [v, "b"], "not": v, "mode": "insensitive"},
            }
        ),
        ("a", "B", "é"),
    ),
    ("mode", lambda v: page(where={"email": {"equals": v, "mode": "default"}}), ("a", "b", "c")),
    ("an item", lambda v: page(where={"tags": {"has": v}}), ("a", "b", "c")),
    ("items", lambda v: page(where={"NOT": {"levels": {"has_some": [v, 2]}}}), (1, 2, 3)),
    ("a whole list", lambda v: page(where={"levels": {"equals": [v, 1]}}), (1, 2, 3)),
    ("a composite", lambda v: page(where={"home": {"equals": {"city": v}}}), ("a", "b", "c")),
    ("an element", lambda v: page(where={"places": {"some": {"city": v}}}), ("a", "b", "c")),
    (
        "all elements",
        lambda v: page(where={"places": {"every": {"city": {"not": v}}, "none": {"city": v}}}),
        ("a", "b", "c"),
    ),
    ("a relation", lambda v: page(where={"group": {"is": {"name": v}}}), ("a", "b", "c")),
    (
        "related records",
        lambda v: page(where={"posts": {"none": {"title": v}}, "OR": [{"posts": {"some": {}}}]}),
        ("a", "b", "c"),
    ),
    (
        "ties",
        lambda v: request_of(
            "findMany", "Post", where={"title": v}, order={"authorId": "asc"}, take=2
        ),
        ("a", "b", "c"),
    ),
    (
        "a reference",
        lambda v: page(where={"age": {"gt": FieldReference("small")}, "score": v}),
        (1.5, 2.5, 3.5),
    ),
    ("a text of JSON", lambda v: page(where={"data": {"not": v}}), ("1", " 2", "-3")),
    ("a Json", lambda v: page(where={"data": Json(v)}), ("a", "b", "")),
    ("a number in Json", lambda v: page(where={"data": {"equals": Json(v)}}), (1, 2, 3)),
    ("an object in Json", lambda v: page(where={"data": Json(v)}), ({"a": [1]}, {}, {"b": "$x"})),
    ("a list in Json", lambda v: page(where={"NOT": {"data": Json(v)}}), ([], [1, {"a": 2}], [[]])),
    ("null and a Boolean in Json", lambda v: page(where=v), (NOTHING_OR_TRUE,) * 3),
    ("an id in Json", lambda v: page(where={"data": Json({"$oid": v})}), (ID, OTHER, ID)),
    ("bytes", lambda v: page(where={"avatar": {"in": [v, b"c"]}}), (b"a", b"", b"\0")),
    ("Base64", lambda v: page(where={"avatar": Base64.encode(v)}), (b"a", b"", b"\0")),
    ("a tuple", lambda v: page(where={"age": {"in": (v, 2)}}), (1, 2, 3)),
    ("from the end", lambda v: page(where={"age": v}, take=-1), (1, 2, 3)),
    ("nothing", lambda v: page(where={"age": v}, take=0), (1, 2, 3)),
    ("a cursor", lambda v: page(where={"age": 1}, cursor={"id": v}, skip=1), (ID, OTHER, ID)),
    (
        "a cursor of two fields",
        lambda v: request_of(
            "findMany", "Post", cursor={"title_authorId": {"title": v, "authorId": ID}}, take=-2
        ),
        ("a", "b", "c"),
    ),
    ("distinct", lambda v: page(where={"age": v}, distinct=["age"]), (1, 2, 3)),
    (
        "by a relation",
        lambda v: page(where={"age": v}, order={"group": {"name": "asc"}}),
        (1, 2, 3),
    ),
)


@pytest.mark.parametrize(
    ("request_for", "values"), [each[1:] for each in ASKED], ids=[each[0] for each in ASKED]
)
def test_the_third_call_of_a_shape_is_bound(
    request_for: Callable[[Any], Request], values: tuple[Any, ...]
) -> None:
    calls = new_calls()
    first, second, third = map(request_for, values)
    assert known(calls, first) is None
    assert known(calls, second) is None
    step = known(calls, third)
    assert step is not None
    assert_same(step, third)
    again = known(calls, first)
    assert again is not None
    assert_same(again, first)


NEVER: Final[tuple[tuple[str, Request], ...]] = (
    ("a text of JSON that is null", page(where={"data": {"equals": "null"}})),
    ("a Json of a type of its own", page(where={"data": Json({"$minKey": 1})})),
    ("a subclass", page(where={"email": Text("a")})),
    (
        "an include with a long list",
        request_of(
            "findMany", "User", Selection("posts", {"where": {"title": {"in": ["a"] * 50}}})
        ),
    ),
    ("a bare word", page(where={"role": Name("USER")})),
)


@pytest.mark.parametrize("request_", [each for _, each in NEVER], ids=[name for name, _ in NEVER])
def test_what_goes_the_careful_way(request_: Request) -> None:
    calls = new_calls()
    assert [known(calls, request_) for _ in range(4)] == [None] * 4


# --- what is refused, and what is kept ---


@pytest.mark.parametrize("name", ["data", "nothing", "batch"])
def test_an_argument_that_there_is_not_is_refused_each_time(name: str) -> None:
    calls = new_calls()
    for _ in range(4):
        known(calls, page(where={"age": 1}))
        with pytest.raises(PrismaError):
            calls.prepared(page(where={"age": 1}, **{name: None}), is_enclosed=False)


@pytest.mark.parametrize("name", [[], {}, object(), 1])
def test_a_reference_to_what_is_no_name_is_refused(name: Any) -> None:
    calls = new_calls()
    references: list[FieldReference[Any]] = [FieldReference(name), FieldReference("small", name)]
    for reference in references * 3:
        with pytest.raises(PrismaError):
            calls.prepared(page(where={"age": reference}), is_enclosed=False)


def test_of_too_many_shapes_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prismongo.engine.calls.SHAPES", 3)
    calls = new_calls()
    requests = [page(where={"age": {name: 1}}) for name in ("lt", "lte", "gt", "gte")]
    for request in requests:
        assert [known(calls, request) for _ in range(3)][-1] is not None
    assert [query_shape(each) in calls._known for each in requests] == [False, True, True, True]


def test_what_is_refused_is_refused_in_the_same_words() -> None:
    calls = new_calls()

    def refusal(value: Any) -> Any:
        where = {"AND": [{"age": 1}, {"groupId": value}]}
        with pytest.raises(PrismaError) as caught:
            calls.prepared(request_of("findMany", "User", where=where), is_enclosed=False)
        return type(caught.value), str(caught.value), vars(caught.value)

    before = [refusal(value) for value in ("x", "\ud800", ID + "0")]
    for _ in range(3):
        where = {"AND": [{"age": 1}, {"groupId": ID}]}
        step = known(calls, request_of("findMany", "User", where=where))
    assert step is not None
    assert [refusal(value) for value in ("x", "\ud800", ID + "0")] == before
    assert "where.AND.1.groupId" in before[0][1]
