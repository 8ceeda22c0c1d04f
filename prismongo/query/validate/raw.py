"""Validation of raw operations: only their form, as their content is MongoDB's own language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from bson import json_util

from prismongo.query.errors.input import ArgumentPath, invalid, missing, unknown
from prismongo.query.nodes.operations import Raw
from prismongo.query.nodes.requests import RawAction
from prismongo.query.validate.values import as_list, as_object
from prismongo.query.values.json import NO_EXTENDED_JSON
from prismongo.schema.datamodel import Model

_ARGUMENTS: Final[Mapping[RawAction, tuple[str, ...]]] = {
    "findRaw": ("filter", "options"),
    "aggregateRaw": ("pipeline", "options"),
    "runCommandRaw": ("command",),
}
_SHARED: Final = {"allowDiskUse", "batchSize", "collation", "comment", "hint", "let", "maxTimeMS"}
_PAGE: Final = {"limit", "max", "min", "projection", "skip", "sort"}
_CURSOR: Final = {"allowPartialResults", "noCursorTimeout", "returnKey", "showRecordId"}
_OPTIONS: Final[Mapping[RawAction, set[str]]] = {
    "findRaw": _SHARED | _PAGE | _CURSOR,
    "aggregateRaw": _SHARED | {"bypassDocumentValidation"},
}
"""The options of the two commands that are passed to MongoDB."""


def raw(action: RawAction, model: Model | None, arguments: Mapping[str, Any]) -> Raw:
    """A raw operation. Texts are parsed as relaxed extended JSON; BSON values are left as they are.

    Options that MongoDB does not have are dropped, as in Prisma.

    Raises:
        prisma.errors.DataError: an argument is unknown, missing, or has the wrong form.
    """
    known = _ARGUMENTS[action]
    given: dict[str, Any] = {}
    for name, value in arguments.items():
        if name not in known:
            raise unknown((name,), known, action)
        if value is not None:
            given[name] = _read(value, (name,))
    if action == "runCommandRaw" and not given.get("command"):
        raise missing(("command",))
    return Raw(action, model, _checked(action, given))


def _checked(action: RawAction, given: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in given.items():
        match name:
            case "pipeline":
                checked[name] = _stages(value, (name,))
            case "options":
                options = as_object(value, (name,))
                checked[name] = {key: options[key] for key in options if key in _OPTIONS[action]}
            case "filter" | "command":
                checked[name] = as_object(value, (name,))
            case _:
                raise unknown((name,), _ARGUMENTS[action], action)
    return checked


def _stages(value: object, path: ArgumentPath) -> tuple[Mapping[str, Any], ...]:
    """The stages of a pipeline; each is an object or its JSON."""
    return tuple(
        as_object(_read(stage, (*path, index)), (*path, index))
        for index, stage in enumerate(as_list(value, path))
    )


def _read(value: object, path: ArgumentPath) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json_util.loads(value)
    except (*NO_EXTENDED_JSON, RecursionError) as error:
        reason = "extended JSON" if isinstance(error, json.JSONDecodeError) else "valid BSON"
        raise invalid(path, f"expected {reason}, got a text that is not") from None
