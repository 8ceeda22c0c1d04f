"""Requests, and the calls of an engine, for the tests of calls of a known shape."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from prismongo.engine.calls import Calls
from prismongo.engine.conflicts import Conflicts
from prismongo.query.nodes.requests import FieldReference, Name, Request, Selection
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.validator import Validator
from tests.query.schemas import ID, datamodel

MOMENT: Final = datetime(2025, 6, 1, 12, 30, 15, 123_456, tzinfo=UTC)
VALIDATOR: Final = Validator(datamodel(), "python")
PLANNER: Final = Planner(datamodel())


class Text(str):
    """A subclass, of which the characters count."""

    __slots__ = ()


OTHER: Final = ID[::-1]
TEXTS: Final = (
    *("", "b", "é", "\ud800", "\0", "USER", "administrator", ID, OTHER, ID[:23], ID[:23] + "x"),
    *("2025-06-01T00:00:00Z", "2025-06-01", "2025-13-01T00:00:00Z", "1", "{", "x" * 40_000),
)
OTHERS: Final[tuple[Any, ...]] = (
    *(Text("a"), Text(ID), Name("USER"), MOMENT.date(), b"a", object(), None, True, 1, "a"),
    *(FieldReference("email"), FieldReference("age"), [], ["a"], [1, None], ("a",), {}, {"a": 1}),
)


def new_calls() -> Calls:
    """The calls of a new engine."""
    return Calls(datamodel(), {"python": VALIDATOR}, PLANNER, Conflicts(1))


def request_of(action: Any, model: str, *selections: Selection, **arguments: Any) -> Request:
    return Request(action, model, arguments, selections, words="python")
