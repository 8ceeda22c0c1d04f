"""Partial types: what a schema's generator script asks for by `User.create_partial(…)`.

The script runs while a client is generated; the definitions are collected here, and written into
`partials.py` by the generator.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from prisma.errors import UnknownRelationalFieldError

if TYPE_CHECKING:
    from prismongo.client.records import Record

GENERATING: Final = "PRISMA_GENERATOR_INVOCATION"
"""The environment variable that upstream sets while it generates; scripts ask for it."""

COLLECTED: Final[ContextVar[list[PartialType]]] = ContextVar("collected")


@dataclass(frozen=True, slots=True)
class PartialField:
    """A field of a partial type.

    Attributes:
        name: the model's field.
        is_optional: whether it may be None.
        partial: the partial type of a relation's records, where it is not the model.
    """

    name: str
    is_optional: bool
    partial: str | None = None


@dataclass(frozen=True, slots=True)
class PartialType:
    """A class to generate."""

    name: str
    model: str
    fields: tuple[PartialField, ...]


def create_partial(
    model: type[Record],
    name: str,
    *,
    include: Iterable[str] | None,
    exclude: Iterable[str] | None,
    required: Iterable[str] | None,
    optional: Iterable[str] | None,
    relations: Mapping[str, str] | None,
    without_relations: bool,
) -> None:
    """Collect a partial type; the errors are upstream's."""
    if not os.environ.get(GENERATING):
        raise RuntimeError("Attempted to create a partial type outside of client generation.")
    required, optional = list(required or ()), list(optional or ())
    known = {partial.name for partial in COLLECTED.get()}
    if name in known:
        raise ValueError(f'Partial type "{name}" has already been created.')
    _refuse_contradictions(include, exclude, required, optional, relations, without_relations)
    try:
        left_out = set(model.__prisma_omitted__).difference(required, optional)
        fields = _chosen(model, include, exclude, left_out)
        for names, is_optional in ((required, False), (optional, True)):
            for field in names:
                fields[field] = replace(fields[field], is_optional=is_optional)
        if without_relations:
            fields = {key: fields[key] for key in fields if key not in _relations_of(model)}
        for field, partial in (relations or {}).items():
            _refuse_relation(model, field, partial, known)
            fields[field] = replace(fields[field], partial=partial)
    except KeyError as error:
        raise ValueError(
            f"{error.args[0]} is not a valid {model.__name__} / {name} field."
        ) from None
    COLLECTED.get().append(PartialType(name, model.__prisma_model__, tuple(fields.values())))


def _refuse_contradictions(
    include: Iterable[str] | None,
    exclude: Iterable[str] | None,
    required: Iterable[str] | None,
    optional: Iterable[str] | None,
    relations: Mapping[str, str] | None,
    without_relations: bool,
) -> None:
    if include is not None and exclude is not None:
        raise TypeError("Exclude and include are mutually exclusive.")
    if include is not None and without_relations:
        raise TypeError("Include and exclude_relational_fields=True are mutually exclusive.")
    shared = set(required or ()) & set(optional or ())
    if shared:
        raise ValueError(f"Cannot make the same field(s) required and optional {shared}")
    if without_relations and relations:
        raise ValueError("exclude_relational_fields and relations are mutually exclusive")


def _chosen(
    model: type[Record],
    include: Iterable[str] | None,
    exclude: Iterable[str] | None,
    omitted: Iterable[str],
) -> dict[str, PartialField]:
    known = {
        name: PartialField(name, not info.is_required())
        for name, info in model.model_fields.items()
        if info.alias is None  # the numbers of related records
    }
    if include:
        wanted = {name: known[name] for name in include}
        return {name: field for name, field in known.items() if name in wanted}  # not a set's order
    left_out = list(exclude or ())
    for name in left_out:
        _ = known[name]
    left_out += omitted
    return {name: field for name, field in known.items() if name not in left_out}


def _relations_of(model: type[Record]) -> set[str]:
    return set(model.__prisma_relations__)


def _refuse_relation(model: type[Record], field: str, partial: str, known: set[str]) -> None:
    relations = _relations_of(model)
    if not relations:
        raise ValueError(f'Model: "{model.__name__}" has no relational fields.')
    if field not in relations:
        raise UnknownRelationalFieldError(model.__name__, field)
    if partial not in known:
        raise ValueError(
            f'Unknown partial type: "{partial}". '
            f"Did you remember to generate the {partial} type before this one?"
        )
