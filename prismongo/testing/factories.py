"""`factory`: records for tests, with values made up where a test does not care.

    people = factory(User, database)
    ada = await people.create(username="ada")
    messages = await factory(Message, database).create_batch(3, author=ada)

The values are polyfactory's (`pip install prismongo[factories]`). This module knows the schema:
which fields a new record needs, and what they may hold.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, create_model

from prismongo.fields import Base64, Json
from prismongo.schema.datamodel import CompositeType, Datamodel, Literals, Model
from prismongo.schema.datamodel import Field as SchemaField

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient

ModelT = TypeVar("ModelT", bound=BaseModel)

_FIRST_MOMENT: Final = datetime(2024, 1, 1, tzinfo=UTC)
_MOMENTS: Final = 365 * 24 * 60 * 60
_TYPES: Final[Mapping[str, Any]] = {
    "Int": Annotated[int, Field(ge=0, le=2**31 - 1)],
    "BigInt": Annotated[int, Field(ge=0, le=2**53)],
    "Float": Annotated[float, Field(ge=0, le=1_000_000)],
    "Decimal": Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)],
    "Boolean": bool,
    "String": Annotated[str, Field(min_length=8, max_length=16, pattern=r"^[a-z]{8,16}$")],
}
"""The types that polyfactory makes up values for."""


def factory(model: type[ModelT], database: BaseClient, *, seed: int = 0) -> Factory[ModelT]:
    """A factory of records of a model, on a server or on a fake.

    Args:
        model: a class of `prisma.models`.
        database: where the records are created; connected, or a fake.
        seed: factories of one model and one seed make up the same values.

    Raises:
        ImportError: polyfactory is not installed.
    """
    return Factory(model, database, seed=seed)


class Factory(Generic[ModelT]):
    """Creates records of one model; made by `factory`."""

    def __init__(self, model: type[ModelT], database: BaseClient, *, seed: int) -> None:
        self._actions: Any = database._actions_of(model)
        self._datamodel = database.client_schema.datamodel
        self._model = self._datamodel.model[model.__prisma_model__]  # type: ignore[attr-defined]
        chance = random.Random(f"{self._model.name} {seed}")  # noqa: S311 - the same for a seed
        self._values = _values(self._model, self._datamodel, chance)

    def build(self, **given: Any) -> dict[str, Any]:
        """The data of a new record, not stored: what is given, and what the schema demands.

        Args:
            given: values by field. A relation takes a record, or records where it is a list.
        """
        data = dict(next(self._values))
        for name, value in given.items():
            data |= self._as_data(name, value)
        return data

    async def create(self, **given: Any) -> ModelT:
        """Create a record; takes what `build` takes.

        Raises:
            prisma.errors.PrismaError: as `create` of the client.
        """
        record: ModelT = await self._actions.create(data=self.build(**given))
        return record

    async def create_batch(self, size: int, **given: Any) -> list[ModelT]:
        """Create several records, one after the other; all have the values that are given."""
        return [await self.create(**given) for _ in range(size)]

    def _as_data(self, name: str, value: Any) -> dict[str, Any]:
        field = self._model.by_name.get(name)
        if field is None or field.relation is None or not _are_records(value):
            return {name: value}
        if field.is_list:
            key = self._datamodel.model[field.type].id_field.name
            return {name: {"connect": [{key: getattr(record, key)} for record in value]}}
        if not field.relation.fields:
            key = self._datamodel.model[field.type].id_field.name
            return {name: {"connect": {key: getattr(value, key)}}}
        keys = zip(field.relation.fields, field.relation.references, strict=True)
        return {own: getattr(value, other) for own, other in keys}


def _are_records(value: Any) -> bool:
    return isinstance(value, BaseModel) or (
        isinstance(value, list | tuple) and all(isinstance(item, BaseModel) for item in value)
    )


def _required(owner: Model | CompositeType) -> Iterator[SchemaField]:
    for item in owner.fields:
        has_default = item.default is not None and not (
            item.is_unique and isinstance(item.default, Literals)  # twice the same would collide
        )
        is_set = item.is_list or item.is_updated_at or has_default
        if item.is_required and not is_set and item.kind != "relation" and not item.ignored:
            yield item


def _values(
    owner: Model | CompositeType, datamodel: Datamodel, chance: random.Random
) -> Iterator[dict[str, Any]]:
    """The made up data of one record after the other."""
    try:
        from polyfactory import Use
        from polyfactory.factories.pydantic_factory import ModelFactory
    except ImportError as error:
        raise ImportError("Factories need polyfactory: pip install prismongo[factories]") from error
    needed = list(_required(owner))
    shape = {item.name: (_type(item, datamodel), ...) for item in needed}
    ours = {item.name: _maker(item, datamodel, chance) for item in needed}
    made = ModelFactory.create_factory(
        create_model(owner.name, **shape),  # type: ignore[call-overload]
        __random_seed__=chance.getrandbits(32),
        **{name: Use(make) for name, make in ours.items() if make is not None},
    )
    uniques = [item.name for item in needed if item.is_unique and item.type == "String"]
    for number in count(1):
        data = made.build().model_dump()
        yield data | {name: f"{data[name]}{number}" for name in uniques}


def _type(field: SchemaField, datamodel: Datamodel) -> Any:
    """The type that polyfactory makes a value for; Any where `_maker` does."""
    if field.kind == "enum":
        return Literal[tuple(item.name for item in datamodel.enum[field.type].values)]
    return Any if field.is_object_id else _TYPES.get(field.type, Any)


def _maker(
    field: SchemaField, datamodel: Datamodel, chance: random.Random
) -> Callable[[], Any] | None:
    """What makes a value that polyfactory has no type for."""
    if field.kind == "composite":
        return _values(datamodel.type[field.type], datamodel, chance).__next__
    if field.is_object_id:
        return lambda: chance.randbytes(12).hex()
    match field.type:
        case "DateTime":
            return lambda: _FIRST_MOMENT + timedelta(seconds=chance.randrange(_MOMENTS))
        case "Json":
            return lambda: Json({"number": chance.randrange(1_000)})
        case "Bytes":
            return lambda: Base64.encode(chance.randbytes(16))
        case _:
            return None
