"""Drives plans by hand, without any store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bson import ObjectId

from prismongo.query.nodes.filters import Filter
from prismongo.query.nodes.requests import Action, Request, Selection
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.steps import BeginTransaction, Find, Plan, Step
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.validator import Validator
from prismongo.schema import Datamodel
from tests.query.schemas import ID, datamodel

Arguments = dict[str, Any]

KEY: Final = ObjectId(ID)
OTHER: Final = ObjectId(ID[::-1])


def plan(
    action: Action,
    model: str,
    arguments: Arguments,
    *selections: Selection,
    schema: Datamodel | None = None,
) -> Plan:
    schema = schema or datamodel()
    request = Request(action, model, arguments, selections)
    return Planner(schema).plan(Validator(schema).validate(request))


def drive(plan: Plan, *answers: Any) -> tuple[list[Step], Any]:
    """The steps of a plan, and what it answers; an answer that is an error is thrown in."""
    steps: list[Step] = []
    given = iter(answers)
    try:
        step = next(plan)
        while True:
            steps.append(step)
            answer = None if isinstance(step, BeginTransaction) else next(given)
            step = plan.throw(answer) if isinstance(answer, Exception) else plan.send(answer)
    except StopIteration as end:
        assert list(given) == []
        return steps, end.value


def kinds(steps: Sequence[Step]) -> list[type[Step]]:
    return [type(step) for step in steps]


def included(name: str, *inner: Selection, **arguments: Any) -> Selection:
    return Selection(name, arguments, (Selection("id"), *inner))


def user(**values: Any) -> Row:
    return {"_id": KEY, "email": "a", **values}


def where_of(step: Step) -> Filter:
    assert isinstance(step, Find)
    return step.where
