"""Requests: what the client asks for, parsed but not yet validated.

`engine/graphql` makes them from GraphQL text, `engine/structured.py` from the arguments of the
generated actions. Keys are in camelCase, or in the snake_case of prisma-client-py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar, get_args

from prismongo.query.nodes.frozen import frozen

FindUniqueAction = Literal["findUnique", "findUniqueOrThrow"]
FindPageAction = Literal["findMany", "findFirst", "findFirstOrThrow"]
WriteAction = Literal[
    "createOne",
    "createMany",
    "createManyAndReturn",
    "updateOne",
    "updateMany",
    "updateManyAndReturn",
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

Words = Literal["prisma", "python"]
"""Whose names of operators and arguments the messages of errors have: `notIn` or `not_in`."""
WORDS: Final[tuple[Words, ...]] = get_args(Words)


OnInvalid = Literal["raise", "skip"]
"""What a read does about stored records that cannot be read: it fails, or its lists lack them."""
ON_INVALID: Final[tuple[OnInvalid, ...]] = get_args(OnInvalid)


class Name(str):
    """A name without quotes in GraphQL: a member of an enum or a sort order, never a String."""

    __slots__ = ()


ValueT = TypeVar("ValueT")


class FieldReference(Generic[ValueT]):
    """Stands for the value of another field of the same record, or of the same composite value.

    It is a class so that data from outside can never become a reference. It is no dataclass:
    pydantic would make one of a mapping. For checkers it is generic in the type of the field.

    Attributes:
        field: the field's name.
        model: its model or composite type; None for that of the filter, the only one possible.
    """

    __slots__ = ("field", "model")

    def __init__(self, field: str, model: str | None = None) -> None:
        self.field = field
        self.model = model

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FieldReference):
            return NotImplemented
        return (self.field, self.model) == (other.field, other.model)

    def __hash__(self) -> int:
        return hash((self.field, self.model))

    def __repr__(self) -> str:
        return f"FieldReference({self.field!r}, {self.model!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        """An instance, and nothing that looks like one."""
        from pydantic_core import core_schema

        return core_schema.is_instance_schema(FieldReference)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class DeclaredFields:
    """The stored fields that a class declares, which are selected in every request for it.

    Each class has one object, equal to itself alone: what was made of it before is found again
    without a look at the names.
    """

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """One selected name, its arguments, and what is selected inside it.

    Attributes:
        selections: the selected names inside.
        declared: the stored fields of the class of the records inside; they come first.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    selections: tuple[Selection, ...] = ()
    declared: DeclaredFields | None = None


@frozen
@dataclass(frozen=True, slots=True)
class Request:
    """One operation.

    Attributes:
        model: the schema's name; None only for `runCommandRaw`.
        selections: the selected names: of the text door all, of the structured door the relations.
        declared: the stored fields of the class of the answer; they come first.
        words: those of the generated client are Python's, those of GraphQL Prisma's.
        on_invalid: what a read does about records that cannot be read.
        must_exist: how the client takes a missing record in an update or a delete: as an error, or
            as None. Telemetry and the fake read it; the engine raises P2025 either way.
    """

    action: Action
    model: str | None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    selections: tuple[Selection, ...] = ()
    declared: DeclaredFields | None = None
    words: Words = "prisma"
    on_invalid: OnInvalid = "raise"
    must_exist: bool = False
