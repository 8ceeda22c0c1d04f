"""The values that `factory` makes up, by polyfactory and by hand; used by factories.py.

Each generator gives the data of one new record after the other: the fields that the schema demands
and has no default for. Keys of other records are made up, too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import count
from string import ascii_lowercase
from typing import Annotated, Any, Final, Literal

from pydantic import Field, create_model

from prismongo.fields import Base64, Json
from prismongo.schema.datamodel import CompositeType, Datamodel, Literals, Model
from prismongo.schema.datamodel import Field as SchemaField

Values = Iterator[dict[str, Any]]
"""The made up data of one record after the other."""

_FIRST_MOMENT: Final = datetime(2024, 1, 1, tzinfo=UTC)
_MOMENTS: Final = 365 * 24 * 60 * 60
_TYPES: Final[Mapping[str, Any]] = {
    "Int": Annotated[int, Field(ge=0, le=2**31 - 1)],
    "BigInt": Annotated[int, Field(ge=0, le=2**53)],
    "Float": Annotated[float, Field(ge=0, le=1_000_000)],
    "Decimal": Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)],
    "Boolean": bool,
}
"""The types that polyfactory makes up values for."""


def _required(owner: Model | CompositeType) -> Iterator[SchemaField]:
    for item in owner.fields:
        has_default = item.default is not None and not (
            item.is_unique and isinstance(item.default, Literals)  # twice the same would collide
        )
        is_set = item.is_list or item.is_updated_at or has_default
        if item.is_required and not is_set and item.kind != "relation" and not item.ignored:
            yield item


def values_of(owner: Model | CompositeType, datamodel: Datamodel, chance: random.Random) -> Values:
    """The made up data of one record after the other."""
    needed = list(_required(owner))
    makers = {item.name: _maker(item, datamodel, chance) for item in needed}
    ours = {name: make for name, make in makers.items() if make is not None}
    others = {item.name: _type(item, datamodel) for item in needed if makers[item.name] is None}
    theirs = _by_polyfactory(owner.name, others, chance) if others else dict
    uniques = [item.name for item in needed if item.is_unique and item.type == "String"]
    for number in count(1):
        data = theirs() | {name: make() for name, make in ours.items()}
        yield data | {name: f"{data[name]}{number}" for name in uniques}


def _by_polyfactory(
    name: str, types: Mapping[str, Any], chance: random.Random
) -> Callable[[], dict[str, Any]]:
    """What makes values of the types."""
    try:
        factories: Any = import_module("polyfactory.factories.pydantic_factory")  # not for mypy
    except ImportError as error:
        raise ImportError("Factories need polyfactory: pip install prismongo[factories]") from error
    shape: Any = {field: (kind, ...) for field, kind in types.items()}
    made = factories.ModelFactory.create_factory(
        create_model(name, **shape), __random_seed__=chance.getrandbits(32)
    )
    return lambda: made.build().model_dump()


def _type(field: SchemaField, datamodel: Datamodel) -> Any:
    """The type that polyfactory makes a value for."""
    if field.kind == "enum":
        return Literal[tuple(item.name for item in datamodel.enum[field.type].values)]
    return _TYPES[field.type]


def _maker(
    field: SchemaField, datamodel: Datamodel, chance: random.Random
) -> Callable[[], Any] | None:
    """What makes a value by hand; None where polyfactory does."""
    if field.kind == "composite":
        return values_of(datamodel.type[field.type], datamodel, chance).__next__
    if field.is_object_id:
        return lambda: chance.randbytes(12).hex()
    match field.type:
        case "String":
            return lambda: "".join(chance.choices(ascii_lowercase, k=chance.randint(8, 16)))
        case "DateTime":
            return lambda: _FIRST_MOMENT + timedelta(seconds=chance.randrange(_MOMENTS))
        case "Json":
            return lambda: Json({"number": chance.randrange(1_000)})
        case "Bytes":
            return lambda: Base64.encode(chance.randbytes(16))
        case _:
            return None
