"""The structured door: the arguments of a generated action → Request, without text between.

What upstream's `QueryBuilder` writes as GraphQL is said here directly; source: prisma-client-py
0.15, `prisma/_builder.py`. Arguments that are None are left out, as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from prisma.errors import DataError
from prisma.fields import Json

from prismongo.errors import ArgumentTypeError, data_error
from prismongo.query.decode.shapes import Shape
from prismongo.query.errors.input import too_deep, unsupported
from prismongo.query.nodes.requests import Action, Request, Selection

ACTIONS: Final[Mapping[str, Action]] = {
    "create": "createOne",
    "create_many": "createMany",
    "delete": "deleteOne",
    "delete_many": "deleteMany",
    "update": "updateOne",
    "update_many": "updateMany",
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


def structured_request(
    method: str,
    arguments: Mapping[str, Any],
    shape: Shape,
    selections: tuple[Selection, ...] | None = None,
) -> Request:
    """The request of one generated action.

    Args:
        method: upstream's name of the action.
        arguments: the action's arguments, `include` among them.
        shape: the class of the answer, whose declared fields are the selection.
        selections: what is selected instead: of a number, of an aggregate.
    """
    try:
        return _request(ACTIONS[method], dict(arguments), shape, selections)
    except RecursionError:
        raise too_deep() from None


def _request(
    action: Action,
    given: dict[str, Any],
    shape: Shape,
    selections: tuple[Selection, ...] | None,
) -> Request:
    include = given.pop("include", None)
    for name in ("select", "omit"):
        if given.pop(name, None) is not None:
            raise unsupported(name, "declare a class of the fields that you need")
    if selections is not None:
        return Request(action, shape.model, given, selections)
    return Request(action, shape.model, given, _relations(shape, include), shape.declared)


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


def _relations(shape: Shape, include: object) -> tuple[Selection, ...]:
    if not include:
        return ()
    if not isinstance(include, Mapping):
        raise _not_an_include(include)
    return tuple(
        _counts(value) if name == "_count" else _included(shape, name, value)
        for name, value in include.items()
        if value is not False
    )


def _included(shape: Shape, name: str, value: object) -> Selection:
    related = shape.related(name)
    if value is True:
        return Selection(name, declared=related.declared)
    if not isinstance(value, Mapping):
        raise _not_an_include(value)
    arguments = {key: item for key, item in value.items() if key != "include"}
    inner = _relations(related, value.get("include"))
    return Selection(name, arguments, inner, related.declared)


def _counts(value: object) -> Selection:
    chosen = value.get("select") if isinstance(value, Mapping) else None
    if not isinstance(chosen, Mapping):
        raise _not_an_include(value)
    return Selection(
        "_count",
        selections=tuple(
            Selection(name, item if isinstance(item, Mapping) else {})
            for name, item in chosen.items()
            if item
        ),
    )


def _not_an_include(value: object) -> DataError:
    """Upstream's own error."""
    words = f"Expected `bool` or `dict` include value but got {type(value)} instead."
    return data_error("P2009", words, {"kind": "InvalidArgumentType"}, kind=ArgumentTypeError)
