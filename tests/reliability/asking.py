"""Plausible requests to begin with: the client's actions, and GraphQL as upstream writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from prisma.fields import Json

from prismongo.query.nodes.requests import Name, Request, Selection

ID: Final = "5f5f5f5f5f5f5f5f5f5f5f5f"
USER: Final[dict[str, Any]] = {
    "username": "ann",
    "hashedPassword": "x",
    "email": "a@b",
    "role": "ADMIN",
    "storageUsed": 7,
    "createdAt": "2024-01-01T00:00:00Z",
    "communities": {"create": [{"name": "c"}]},
    "messages": {"create": {"content": "hello", "type": "TEXT"}},
}
WHERE: Final[dict[str, Any]] = {
    "username": {"contains": "a", "mode": "insensitive"},
    "OR": [{"email": "a@b"}, {"NOT": {"role": {"in": ["ADMIN"]}}}],
    "storageUsed": {"gte": 1},
    "messages": {"some": {"content": {"startswith": "h"}, "author": {"is": {"bio": None}}}},
    "communityIds": {"has": ID},
}
INCLUDE: Final[dict[str, Any]] = {
    "messages": {"where": {"content": "hello"}, "take": 2, "order_by": {"sentAt": "asc"}},
    "communities": True,
}

Arguments = dict[str, Any]

ACTIONS: Final[tuple[tuple[str, Arguments], ...]] = (
    ("find_unique", {"where": {"username": "ann", "bio": "x"}, "include": INCLUDE}),
    ("find_unique_or_raise", {"where": {"id": ID}}),
    ("find_first", {"where": WHERE, "order": {"createdAt": "desc"}, "skip": 0}),
    (
        "find_many",
        {
            "where": WHERE,
            "take": 3,
            "skip": 0,
            "order": [{"username": "asc"}],
            "cursor": {"id": ID},
            "include": INCLUDE,
            "distinct": ["username"],
        },
    ),
    ("create", {"data": USER, "include": INCLUDE}),
    ("create_many", {"data": [{"username": "b", "hashedPassword": "y"}]}),
    (
        "update",
        {
            "where": {"username": "ann"},
            "data": {
                "bio": "z",
                "storageUsed": {"increment": 1},
                "messages": {
                    "update_many": [{"where": {"content": "a"}, "data": {"content": "b"}}]
                },
            },
        },
    ),
    ("update_many", {"where": WHERE, "data": {"bio": {"set": "c"}, "storageQuota": 5}}),
    (
        "upsert",
        {"where": {"username": "ann"}, "create": USER, "update": {"bio": "a"}},
    ),
    ("delete", {"where": {"username": "ann"}}),
    ("delete_many", {"where": {"username": "ann", "NOT": [{"bio": "q"}]}}),
    ("count", {"where": WHERE, "take": 5}),
    (
        "group_by",
        {
            "by": ["role"],
            "where": WHERE,
            "having": {"storageUsed": {"_avg": {"gt": 0}}},
        },
    ),
)
"""The actions of the generated client, with arguments that are valid as they stand."""


def arguments_of(method: str, given: Arguments) -> Arguments:
    """The arguments as the action is called with them, what its own code reads included."""
    match method:
        case "upsert":
            data = {key: given[key] for key in ("create", "update") if key in given}
            return {"where": given.get("where"), "data": data}
        case "group_by":
            order = {"role": "asc"}
            return given | {
                "by": ["role"],
                "count": True,
                "max": {"storageUsed": True},
                "order": order,
            }
        case _:
            return given


def as_document(request: Request) -> str:
    """The request as GraphQL."""
    kind = "query" if request.action.startswith(("find", "aggregate", "group")) else "mutation"
    name = request.action + (request.model or "")
    if request.action.endswith("One"):
        name = f"{request.action.removesuffix('One')}One{request.model}"
    return f"{kind} {{ result: {_field(Selection(name, request.arguments, request.selections))} }}"


def _field(selection: Selection) -> str:
    arguments = ", ".join(f"{key}: {_value(item)}" for key, item in selection.arguments.items())
    inner = " ".join(map(_field, selection.selections))
    return (
        selection.name
        + (f"({arguments})" if arguments else "")
        + (f" {{ {inner} }}" if inner else "")
    )


def _value(value: Any, depth: int = 0) -> str:
    match value:
        case _ if depth > 200:
            return "null"
        case Mapping():
            return f"{{{', '.join(f'{k}: {_value(v, depth + 1)}' for k, v in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(_value(item, depth + 1) for item in value)}]"
        case None | bool():
            return json.dumps(value)
        case Json():
            return json.dumps(_text_of(value.data))
        case datetime():
            return json.dumps(value.isoformat())
        case Name() | int() | float():
            return str.__str__(value) if isinstance(value, Name) else repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(repr(value))


def _text_of(data: Any) -> str:
    try:
        return json.dumps(data, default=repr, skipkeys=True)
    except RecursionError:
        return "[" * 10_000
