"""Requests, and the calls of an engine, for the tests of calls of a known form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from prismongo.engine.calls import Calls
from prismongo.engine.conflicts import Conflicts
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.validator import Validator
from tests.query.schemas import datamodel

MOMENT: Final = datetime(2025, 6, 1, 12, 30, 15, 123_456, tzinfo=UTC)
VALIDATOR: Final = Validator(datamodel(), "python")
PLANNER: Final = Planner(datamodel())


def new_calls() -> Calls:
    """The calls of a new engine."""
    return Calls(datamodel(), {"python": VALIDATOR}, PLANNER, Conflicts(1))


def request_of(action: Any, model: str, *selections: Selection, **arguments: Any) -> Request:
    return Request(action, model, arguments, selections, words="python")
