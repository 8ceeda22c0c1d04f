"""What a picture shows, as frozen dataclasses; `mermaid` and `dot` write it in their languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cardinality = Literal["one", "optional", "many"]
"""How many stand at an end of a line: exactly one, none or one, any number."""

Key = Literal["PK", "FK", "UK"]
"""What a field is: the id, a part of a foreign key, unique."""

Shape = Literal["resource", "single", "called", "missing"]
"""How a provider is drawn: a resource, one value for all, a value a call, nothing given."""


# --- a schema ---


@dataclass(frozen=True, slots=True)
class Row:
    """A field; `type` is as the schema says it, without its question mark."""

    name: str
    type: str
    keys: tuple[Key, ...] = ()
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """A model, a view or a composite type."""

    name: str
    kind: Literal["model", "view", "type"]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A relation, or a field of a composite type, which is stored inside (`is_inside`).

    `at_start` says how many records of `start` one of `end` has, and `at_end` the reverse.
    """

    start: str
    end: str
    at_start: Cardinality
    at_end: Cardinality
    label: str
    is_inside: bool = False


@dataclass(frozen=True, slots=True)
class SchemaPicture:
    """Models and composite types, with the lines between them."""

    entities: tuple[Entity, ...]
    lines: tuple[Line, ...]


# --- a container ---


@dataclass(frozen=True, slots=True)
class Node:
    """A provider: its path in the container, and the lines of its text."""

    path: str
    text: tuple[str, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Group:
    """A container that is mounted in another."""

    path: str
    title: str
    members: tuple[Node | Group, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """What `start` gives is injected into `end`; `label`: as which parameters."""

    start: str
    end: str
    label: str


@dataclass(frozen=True, slots=True)
class ContainerPicture:
    """Providers in their containers, with what is injected where."""

    members: tuple[Node | Group, ...]
    arrows: tuple[Arrow, ...]


Picture = SchemaPicture | ContainerPicture
