"""Validation of raw operations: their form only; what they say is MongoDB's own language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from bson import json_util

from database.query.operations import Raw
from database.query.refusals import ArgumentPath, invalid, unknown
from database.query.validate_values import as_list, as_object
from database.schema.datamodel import Model

_ARGUMENTS = {
    "findRaw": ("filter", "options"),
    "aggregateRaw": ("pipeline", "options"),
    "runCommandRaw": ("command",),
}


def raw(
    action: Literal["findRaw", "aggregateRaw", "runCommandRaw"],
    model: Model | None,
    arguments: Mapping[str, Any],
) -> Raw:
    """A raw operation; texts are read as relaxed extended JSON, real BSON values stay."""
    known = _ARGUMENTS[action]
    given: dict[str, Any] = {}
    for name, value in arguments.items():
        if name not in known:
            raise unknown((name,), known, action)
        if value is not None:
            given[name] = _read(value, (name,))
    return Raw(action, model, _shaped(given))


def _shaped(given: Mapping[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for name, value in given.items():
        if name == "pipeline":
            stages = as_list(value, (name,))
            shaped[name] = tuple(as_object(stage, (name, i)) for i, stage in enumerate(stages))
        else:
            shaped[name] = as_object(value, (name,))
    return shaped


def _read(value: object, path: ArgumentPath) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json_util.loads(value)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reason = "extended JSON" if isinstance(error, json.JSONDecodeError) else "valid BSON"
        raise invalid(path, f"expected {reason}, got a text that is not") from None
