"""`include`, `select` and `omit` of an action → Selections, for the structured door.

include={"messages": {"take": 3, "include": {…}}}     relations beside the fields of the class
select={"id": True, "address": {"select": {…}}}       these fields, and no other
omit={"hashedPassword": False}                        the fields of the class but for some
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from prisma.errors import DataError, UnknownRelationalFieldError

from prismongo.errors import ArgumentTypeError, data_error
from prismongo.query.decode.shapes import COUNTS, Shape
from prismongo.query.errors.input import ArgumentPath, empty_select, invalid, unknown
from prismongo.query.nodes.requests import DeclaredFields, Selection

WORDS: Final = ("include", "select", "omit")

Chosen = tuple[DeclaredFields | None, tuple[Selection, ...]]
"""The fields of a class, and what is selected beside them; without a class, all selected names."""


def chosen(shape: Shape, given: Mapping[str, Any], path: ArgumentPath = ()) -> Chosen:
    """What an answer holds.

    Args:
        shape: the class of the answer.
        given: `include`, `select` and `omit`, each a mapping or None.
        path: where they stand.

    Raises:
        prisma.errors.DataError: P2009, they exclude each other, or are not written as they must be.
    """
    include, select, omit = map(given.get, WORDS)
    if shape.selections is not None:
        _refuse_beside(shape, given, path)
        return shape.declared, shape.selections
    if select is not None:
        for word in ("include", "omit"):
            if given.get(word) is not None:
                reason = f"`select` says all that the answer holds; leave out `{word}`"
                raise invalid((*path, word), reason)
        return None, _selected(shape, _mapping(select, (*path, "select")), (*path, "select"))
    relations = _included(shape, include, (*path, "include")) if include else ()
    if omit is None:
        return shape.declared, relations
    declared = shape.seen_omitting(omit)
    if declared is None:
        declared = shape.omitting(_omitted(shape, omit, (*path, "omit")))
    return declared, relations


def _refuse_beside(shape: Shape, given: Mapping[str, Any], path: ArgumentPath) -> None:
    for word in WORDS:
        if given.get(word) is not None:
            reason = f"{shape.kind.__name__} says all that the answer holds; leave out `{word}`"
            raise invalid((*path, word), reason)


def _selected(shape: Shape, names: Mapping[Any, Any], path: ArgumentPath) -> tuple[Selection, ...]:
    found = tuple(_each(shape, names, path))
    if not found:
        raise empty_select(path, shape.model)
    return found


def _each(shape: Shape, names: Mapping[Any, Any], path: ArgumentPath) -> Iterable[Selection]:
    for name, value in names.items():
        if value is False or value is None:
            continue
        if name == COUNTS:
            yield _counts(shape, value)
        elif shape.is_relation(name):
            yield _relation(shape, name, value, (*path, name))
        else:
            yield _stored(name, value, (*path, name))


def _stored(name: str, value: object, path: ArgumentPath) -> Selection:
    """A stored field: whole, or a composite value of which some fields are selected."""
    if value is True:
        return Selection(name)
    inner = _mapping(value, path)
    for key in inner:
        if key != "select":
            raise unknown((*path, key), ("select",), "a composite value")
    fields = _mapping(inner.get("select"), (*path, "select"))
    selections = tuple(
        _stored(key, item, (*path, "select", key))
        for key, item in fields.items()
        if item is not False and item is not None
    )
    if not selections:
        raise empty_select((*path, "select"), name)
    return Selection(name, selections=selections)


def _omitted(shape: Shape, omit: object, path: ArgumentPath) -> dict[str, bool]:
    names = _mapping(omit, path)
    for name, value in names.items():
        if name not in shape.stored:
            raise unknown((*path, name), shape.stored, f"an omit of {shape.model}")
        if not isinstance(value, bool):
            raise invalid((*path, name), f"expected True or False, got {type(value).__name__}")
    return dict(names)


def _included(shape: Shape, include: object, path: ArgumentPath) -> tuple[Selection, ...]:
    return tuple(
        _counts(shape, value) if name == COUNTS else _relation(shape, name, value, (*path, name))
        for name, value in _mapping(include, path).items()
        if value is not False
    )


def _relation(shape: Shape, name: str, value: object, path: ArgumentPath) -> Selection:
    related = shape.related(name)
    if value is True:
        declared, selections = chosen(related, {}, path)
        return Selection(name, selections=selections, declared=declared)
    given = _mapping(value, path)
    arguments = {key: item for key, item in given.items() if key not in WORDS}
    declared, selections = chosen(related, given, path)
    return Selection(name, arguments, selections, declared)


def _counts(shape: Shape, value: object) -> Selection:
    """The numbers of related records: of all relations to many, or of those that are named."""
    if shape.counts is None:
        raise UnknownRelationalFieldError(shape.kind.__name__, COUNTS)
    if value is True:
        return Selection(COUNTS, selections=tuple(map(Selection, shape.lists)))
    names = value.get("select") if isinstance(value, Mapping) and len(value) == 1 else None
    if not isinstance(names, Mapping):
        raise _not_an_include(value)
    return Selection(
        COUNTS,
        selections=tuple(
            Selection(name, item if isinstance(item, Mapping) else {})
            for name, item in names.items()
            if item is not False and item is not None
        ),
    )


def _mapping(value: object, path: ArgumentPath) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        if path[0] == "include":
            raise _not_an_include(value)
        raise invalid(path, f"expected a mapping, got {type(value).__name__}")
    return value


def _not_an_include(value: object) -> DataError:
    """Upstream's own error."""
    words = f"Expected `bool` or `dict` include value but got {type(value)} instead."
    return data_error("P2009", words, {"kind": "InvalidArgumentType"}, kind=ArgumentTypeError)
