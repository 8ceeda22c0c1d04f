"""Names: the client's attribute for each model, and what no model and no field may be called.

What is reserved is asked of the classes themselves: whatever `Service`, the client and pydantic's
models have, now or later, is not hidden by a name of the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from keyword import iskeyword
from typing import Final
from unicodedata import normalize

from pydantic import BaseModel

from prismongo.client.batch import BaseBatch
from prismongo.client.records import Composite, Record
from prismongo.errors import SchemaError
from prismongo.generator.fields import Owner, members
from prismongo.generator.inputs.where import combinations
from prismongo.schema.comments import instance_name as named_in_comment
from prismongo.schema.datamodel import Datamodel, Enum, Field, Model, Position
from prismongo.service import Service

_CASE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

FILTER_WORDS: Final = frozenset(word for word, _ in combinations(""))
"""What a filter has beside the fields."""

Refusal = tuple[str, Position]
"""Why a name cannot be, and where it stands."""


@cache
def reserved() -> frozenset[str]:
    """The attributes of a client and of its batches; a model's must not hide them."""
    return _attributes(Service) | _attributes(BaseBatch) | {"batch_"}


@cache
def reserved_in_records() -> frozenset[str]:
    """The attributes of records; a field must not hide them."""
    return _attributes(Record) | _attributes(Composite) | {"create_partial"}


def _attributes(kind: type) -> frozenset[str]:
    """What a class has, and what its constructor gives to an instance."""
    declared = {name for base in kind.__mro__ for name in vars(base).get("__annotations__", ())}
    return frozenset({*dir(kind), *declared})


def accessors(datamodel: Datamodel) -> dict[str, str]:
    """The client's attributes: name → model. `directmessage`, and `direct_message` where free.

    Raises:
        SchemaError: a name that cannot be, at its place in the schema.
    """
    _refuse(list(_of_accessors(datamodel)))
    found = {instance_name(model): model.name for model in _models(datamodel)}
    for model in _models(datamodel):
        name = snake_case(model.name)
        if named_in_comment(model) is None and name not in found and not _is_taken(name):
            found[name] = model.name
    return found


def instance_name(model: Model) -> str:
    """The client's attribute for a model: its name in lower case, or what a comment above it says.

    The comment is `/// @Python(instance_name: "…")`.
    """
    return named_in_comment(model) or model.name.lower()


def snake_case(name: str) -> str:
    """`DirectMessage` → `direct_message`."""
    return _CASE.sub("_", name).lower()


def member_names(enum: Enum) -> dict[str, str]:
    """The names of an enum's members in Python: `None` is `None_`, their values stay.

    Where the enum has a `None_` of its own, `None` is `None__`.
    """
    taken = {value.name for value in enum.values}
    found = {}
    for name in (value.name for value in enum.values):
        safe = name
        while iskeyword(safe) or safe == "mro" or (safe != name and safe in taken):
            safe += "_"
        found[name] = safe
    return found


def counts_name(model: Model) -> str:
    """The record's attribute for the numbers of related records."""
    name = "counts"
    while name in model.by_name:
        name += "_"
    return name


def refuse_names(datamodel: Datamodel) -> None:
    """Refuse what would not import, or would hide something.

    Raises:
        SchemaError: says all of it.
    """
    _refuse([*_of_names(datamodel), *_of_accessors(datamodel)])


def field_problem(name: str) -> str | None:
    """Why a field cannot have this name; None if it can."""
    refusals = _of_field(Field(name, "scalar", "String", name))
    return next((reason for reason, _ in refusals), None)


def _of_names(datamodel: Datamodel) -> Iterator[Refusal]:
    owners: list[Owner] = [*_models(datamodel), *datamodel.types]
    for owner in owners:
        yield from _of_class(owner)
        for field in members(owner):
            yield from _of_field(field)
    for enum in datamodel.enums:
        yield from _of_class(enum)
        for value in enum.values:
            yield from _of_letters(value.name, enum.position)


def _of_letters(name: str, place: Position) -> Iterator[Refusal]:
    """Python reads some letters as others: `ﬁ` as `fi`."""
    read = normalize("NFKC", name)
    if read != name:
        yield f'Python reads the name "{name}" as "{read}"; write it so.', place


def _of_class(owner: Owner | Enum) -> Iterator[Refusal]:
    yield from _of_letters(owner.name, owner.position)
    if iskeyword(owner.name):
        yield (
            f'Model name "{owner.name}" shadows a Python keyword; '
            f"use a different model name with '@@map(\"{owner.name}\")'.",
            owner.position,
        )


def _of_field(field: Field) -> Iterator[Refusal]:
    yield from _of_letters(field.name, field.position)
    remedy = "use a different field name"
    remedy += "." if field.kind == "relation" else f" with '@map(\"{field.name}\")'."
    if field.name in FILTER_WORDS:
        yield f'Field name "{field.name}" is a word of filters; {remedy}', field.position
    elif iskeyword(field.name):
        yield f'Field name "{field.name}" shadows a Python keyword; {remedy}', field.position
    elif hasattr(BaseModel, field.name):
        yield f'Field name "{field.name}" shadows a BaseModel attribute; {remedy}', field.position
    elif field.name in reserved_in_records():
        yield (
            f'Field name "{field.name}" shadows a Prisma Client Python method; {remedy}',
            field.position,
        )


def _of_accessors(datamodel: Datamodel) -> Iterator[Refusal]:
    found: dict[str, str] = {}
    for model in _models(datamodel):
        name = instance_name(model)
        yield from _of_accessor(model, name, found)
        found[name] = model.name


def _of_accessor(model: Model, name: str, found: dict[str, str]) -> Iterator[Refusal]:
    remedy = 'Give it another one: `/// @Python(instance_name: "…")` above the model.'
    if name in found:
        yield (
            f"The models {found[name]} and {model.name} would both be `{name}` on the client. "
            f"{remedy}",
            model.position,
        )
    elif iskeyword(name):
        yield (
            f'Model name "{model.name}" results in a client property that shadows a Python '
            f"keyword. {remedy}",
            model.position,
        )
    elif _is_taken(name):
        yield (
            f"The model {model.name} would be `{name}` on the client and on its batches, one of "
            f"which has an attribute of this name. {remedy}",
            model.position,
        )


def _is_taken(name: str) -> bool:
    return iskeyword(name) or name in reserved() or name.startswith("_")


def _models(datamodel: Datamodel) -> list[Model]:
    return [model for model in datamodel.models if not model.ignored]


def _refuse(refusals: list[Refusal]) -> None:
    if refusals:
        errors = [SchemaError(why, place.line, place.column) for why, place in refusals]
        raise SchemaError.joined(errors)
