"""Calls of a known shape: how much is kept of them, and what has no shape."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from prismongo.query.validate.query_shapes import LARGEST, query_shape
from tests.engine.calls import MOMENT, new_calls, request_of


def test_the_number_of_shapes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prismongo.engine.calls.SHAPES", 20)
    calls = new_calls()
    most = 0
    for number in range(100):
        for where in ({"age": 1}, {"email": {"contains": "a"}}, {f"a{number}": 1}):
            for _ in range(3):
                calls.find(request_of("findMany", "User", where=where, skip=number))
        kept = [len(each) for each in (calls._known, calls._seen, calls._careful)]
        most = max(most, *kept)
    assert most == 20


def test_what_is_refused_is_not_kept() -> None:
    calls = new_calls()
    name = "x" * 1_000_000
    before = sys.getrefcount(name)
    for _ in range(4):
        assert calls.find(request_of("findMany", "User", where={name: 1})) is None
        where = {"data": {"equals": "1"}, name: 1}
        assert calls.find(request_of("findMany", "User", where=where)) is None
    del where
    assert sys.getrefcount(name) == before


def test_a_large_filter_has_no_shape() -> None:
    where = {"OR": [{"age": number} for number in range(LARGEST)]}
    assert query_shape(request_of("findMany", "User", where=where)) is None
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"AND": deep}
    assert query_shape(request_of("findMany", "User", where=deep)) is None


def test_a_value_of_another_type_is_of_another_shape() -> None:
    values: tuple[Any, ...] = (
        *(None, True, False, 1, 1.0, "a", [], [1], [1, 1], ["a"], {}, {"equals": 1}, MOMENT),
    )
    shapes = [query_shape(request_of("findMany", "User", where={"age": value})) for value in values]
    assert len(set(shapes)) == len(values)
    inside = {"AND": {"age": 1, "big": 1}}, {"AND": {"age": 1}, "big": 1}
    shapes = [query_shape(request_of("findMany", "User", where=where)) for where in inside]
    assert shapes[0] != shapes[1]
    constants: tuple[Any, ...] = (True, 1, "1", [1], {"a": 1}, None)
    shapes = [query_shape(request_of("findMany", "User", take=value)) for value in constants]
    assert len(set(shapes)) == len(constants)
