"""Requests: what the client asks for, parsed but not yet validated.

`engine/graphql` makes them from GraphQL text, `engine/structured.py` from the arguments of the
generated actions. Keys are in camelCase, or in the snake_case of prisma-client-py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from prismongo.query.nodes.frozen import frozen

FindUniqueAction = Literal["findUnique", "findUniqueOrThrow"]
FindPageAction = Literal["findMany", "findFirst", "findFirstOrThrow"]
WriteAction = Literal[
    "createOne",
    "createMany",
    "updateOne",
    "updateMany",
    "upsertOne",
    "deleteOne",
    "deleteMany",
]
RawModelAction = Literal["findRaw", "aggregateRaw"]
ModelAction = Literal[
    FindUniqueAction, FindPageAction, WriteAction, "aggregate", "groupBy", RawModelAction
]
"""The actions that name a model."""

RawAction = Literal[RawModelAction, "runCommandRaw"]
Action = Literal[ModelAction, "runCommandRaw"]


class Name(str):
    """A name without quotes in GraphQL: a member of an enum or a sort order, never a String."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class FieldReference:
    """Stands for the value of another field of the same record.

    It is a class so that data from outside can never become a reference. `model` is optional: only
    one model is possible.
    """

    field: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """One selected name, its arguments, and the selections inside it."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    selections: tuple[Selection, ...] = ()


@frozen
@dataclass(frozen=True, slots=True)
class Request:
    """One operation. `model` is the schema's name; None only for `runCommandRaw`."""

    action: Action
    model: str | None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    selections: tuple[Selection, ...] = ()
