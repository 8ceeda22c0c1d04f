"""Orders of the text door: one key in an object, at any depth. No server."""

from __future__ import annotations

import pytest
from prisma.errors import DataError

from prismongo.engine.graphql.orders import refuse_several_keys
from prismongo.engine.graphql.parse import parse_document


def check(text: str) -> None:
    (field,) = parse_document(text)
    refuse_several_keys(field.selection)


@pytest.mark.parametrize(
    "order",
    [
        "{}",
        "[]",
        "{name: asc}",
        "[{name: asc}, {id: desc}]",
        "{home: {city: asc}}",
        "{name: {sort: asc, nulls: last}}",
        "up",
    ],
)
def test_one_key_is_left_to_what_comes_after(order: str) -> None:
    check(f"query {{ result: findManyUser(orderBy: {order}) {{ id }} }}")


@pytest.mark.parametrize(
    ("order", "path"),
    [
        ("{name: asc, id: asc}", "orderBy"),
        ("[{id: asc}, {name: asc, id: asc}]", "orderBy.1"),
        ("{home: {city: asc, zip: asc}}", "orderBy.home"),
        ("[{home: {geo: {x: asc, y: asc}}}]", "orderBy.0.home.geo"),
    ],
)
def test_several_keys_are_refused_at_their_place(order: str, path: str) -> None:
    with pytest.raises(DataError, match="to be present, got 2") as caught:
        check(f"query {{ result: findManyUser(orderBy: {order}) {{ id }} }}")
    assert caught.value.code == "P2009"
    assert ".".join(caught.value.meta["argumentPath"]) == path


def test_inside_what_is_selected() -> None:
    inner = "posts(orderBy: {id: asc}) { tags(orderBy: {id: asc, name: asc}) { id } }"
    with pytest.raises(DataError) as caught:
        check(f"query {{ result: findManyUser {{ {inner} }} }}")
    path = ".".join(caught.value.meta["argumentPath"])
    assert path == "findManyUser.posts.tags.orderBy"
