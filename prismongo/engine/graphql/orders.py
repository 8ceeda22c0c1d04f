"""The text door, orders: an object of an `orderBy` has one key, as in Prisma's engine.

Objects of GraphQL have no order of their keys. Python's have: the structured door takes several.
Source: prisma-engines 5.17, `query-engine/schema`, order_by_objects.rs.
"""

from __future__ import annotations

from collections.abc import Mapping

from prismongo.query.errors.input import ArgumentPath, too_many
from prismongo.query.nodes.requests import Selection
from prismongo.query.validate.words import canonical


def refuse_several_keys(selection: Selection, path: ArgumentPath = ()) -> None:
    """Refuse an `orderBy` in which an object has several keys, at any depth of the selection.

    Args:
        selection: the root field, or what is selected inside it.
        path: where its arguments are.

    Raises:
        prisma.errors.DataError: P2009, with the path of the object.
    """
    for name, value in selection.arguments.items():
        if canonical(name) == "orderBy":
            _check_objects(value, (*path, name))
    inner = path or (selection.name,)
    for item in selection.selections:
        refuse_several_keys(item, (*inner, item.name))


def _check_objects(value: object, path: ArgumentPath) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, (*path, index), "a minimum of 0 and at most 1 fields")
    else:
        _check(value, path, "a minimum of 0 and at most 1 fields")


def _check(value: object, path: ArgumentPath, limit: str) -> None:
    if not isinstance(value, Mapping) or "sort" in value:
        return
    if len(value) > 1:
        raise too_many(path, limit, len(value))
    for name, item in value.items():
        _check(item, (*path, name), "exactly one field")
