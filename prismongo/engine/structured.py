"""The structured door: the arguments of a generated action → Request, without text between.

What upstream's `QueryBuilder` writes as GraphQL is said here directly; source: prisma-client-py
0.15, `prisma/_builder.py`. Arguments that are None are left out, as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from prismongo.engine.selecting import Chosen, chosen
from prismongo.fields import Json
from prismongo.query.decode.shapes import Shape
from prismongo.query.errors.input import invalid, too_deep
from prismongo.query.nodes.requests import (
    ON_INVALID,
    Action,
    DeclaredFields,
    OnInvalid,
    Request,
    Selection,
)

ACTIONS: Final[Mapping[str, Action]] = {
    "create": "createOne",
    "create_many": "createMany",
    "create_many_and_return": "createManyAndReturn",
    "delete": "deleteOne",
    "delete_or_raise": "deleteOne",
    "delete_many": "deleteMany",
    "update": "updateOne",
    "update_or_raise": "updateOne",
    "update_many": "updateMany",
    "update_many_and_return": "updateManyAndReturn",
    "upsert": "upsertOne",
    "count": "aggregate",
    "aggregate": "aggregate",
    "group_by": "groupBy",
    "find_many": "findMany",
    "find_first": "findFirst",
    "find_first_or_raise": "findFirstOrThrow",
    "find_unique": "findUnique",
    "find_unique_or_raise": "findUniqueOrThrow",
}

_MUST_EXIST: Final = frozenset({"delete_or_raise", "update_or_raise"})

METHODS: Final[Mapping[Action, str]] = {
    **{action: method for method, action in reversed(list(ACTIONS.items()))},
    "findRaw": "find_raw",
    "aggregateRaw": "aggregate_raw",
    "runCommandRaw": "run_command_raw",
}
"""The client's word for each action; of several the first."""


def structured_request(
    method: str,
    arguments: Mapping[str, Any],
    shape: Shape,
    selections: tuple[Selection, ...] | None = None,
) -> Request:
    """The request of one generated action.

    Args:
        method: upstream's name of the action.
        arguments: the action's arguments; `include`, `select` and `omit` among them.
        shape: the class of the answer, whose declared fields are the selection.
        selections: what is selected instead: of a number, of an aggregate.
    """
    action, given = ACTIONS[method], dict(arguments)
    include, select = given.pop("include", None), given.pop("select", None)
    omit = given.pop("omit", None)
    if selections is not None:
        return Request(action, shape.model, given, selections, words="python")
    on_invalid = given.pop("on_invalid", None)
    on_invalid = "raise" if on_invalid is None else _on_invalid(on_invalid)
    if include is None and select is None and omit is None and shape.selections is None:
        declared: DeclaredFields | None = shape.declared
        selections = ()
    else:
        words = {"include": include, "select": select, "omit": omit}
        declared, selections = _chosen(shape, words)
    return Request(
        action,
        shape.model,
        given,
        selections,
        declared,
        words="python",
        on_invalid=on_invalid,
        must_exist=method in _MUST_EXIST,
    )


def _chosen(shape: Shape, words: Mapping[str, Any]) -> Chosen:
    try:
        return chosen(shape, words)
    except RecursionError:
        raise too_deep() from None


def _on_invalid(given: object) -> OnInvalid:
    for known in ON_INVALID:
        if given == known:
            return known
    raise invalid(("on_invalid",), f"expected {' or '.join(map(repr, ON_INVALID))}")


def copied(value: Any) -> Any:
    """The value as it is now: containers are copied, and what is inside `Json`."""
    try:
        return _copied(value)
    except RecursionError:
        raise too_deep() from None


def _copied(value: Any) -> Any:
    match value:
        case dict():
            return {key: _copied(item) for key, item in value.items()}
        case list() | tuple() | set():
            return [_copied(item) for item in value]
        case Json():
            return Json(_copied(value.data))
        case _:
            return value
