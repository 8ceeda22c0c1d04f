"""Calls of a known shape: how much is kept of them, and what has no shape."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from typing import Any, Final

import pytest
from prisma.errors import PrismaError

from prismongo.fields import Json
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.validate.query_shapes import LARGEST, query_shape
from tests.engine.calls import MOMENT, VALIDATOR, new_calls, request_of
from tests.query.schemas import ID


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


SELECTED: Final = (Selection("role"), Selection("_sum", selections=(Selection("age"),)))
HAVING: Final = {"age": {"_avg": {"gt": 1}, "_count": 2}, "score": {"_min": 1.5}}
VALIDATED: Final = (
    request_of("findMany", "User", where={"age": {"in": [1, 2]}, "group": {"is": {"name": "a"}}}),
    request_of("findFirst", "User", where={"home": {"is": {"city": "a"}}}, order={"age": "asc"}),
    request_of("aggregate", "User", SELECTED[1], where={"data": Json(1)}),
    request_of("groupBy", "User", *SELECTED, by=["role"], having=HAVING),
    request_of("createOne", "User", data={"email": "a", "home": {"city": "a"}, "roles": ["USER"]}),
    request_of("updateOne", "User", where={"id": ID}, data={"age": {"increment": 1}}),
    request_of("updateMany", "User", where={"id": ID}, data={"posts": {"set": []}, "age": 1}),
)


@pytest.mark.parametrize("request_", VALIDATED, ids=lambda each: each.action)
def test_the_careful_way_keeps_nothing_of_a_call(request_: Request) -> None:
    def ask(times: int) -> int:
        for _ in range(times):
            with suppress(PrismaError):
                VALIDATOR.validate(request_)
        gc.collect()
        return len(gc.get_objects())

    before = ask(2)
    assert ask(200) - before < 50


def test_what_is_refused_is_not_kept() -> None:
    calls = new_calls()
    name = "x" * 1_000_000
    before = sys.getrefcount(name)
    for _ in range(4):
        assert calls.find(request_of("findMany", "User", where={name: 1})) is None
        where = {"data": {"equals": "null"}, name: 1}
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
