"""What a door hands in: the request as asked, its syntax known, its meaning not yet checked.

`engine/document.py` makes Requests from GraphQL text, `engine/structured.py` from the arguments of
the generated actions. Keys are the client's (camelCase, or upstream's snake_case aliases).
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
    """A bare word of the text door: the member of an enum, a sort order; never a String."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class FieldReference:
    """In the place of a value: what another field of the same record holds.

    A class of its own, so that no data from outside can become one. `model` may be left out: there
    is one alone that it can be.
    """

    field: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """One selected name with its arguments and what is selected inside it."""

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
