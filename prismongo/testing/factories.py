"""`factory`: records for tests, with values made up where a test does not care.

    people = factory(User, database)
    ada = await people.create(username="ada")
    messages = await factory(Message, database).create_batch(3, author=ada)

The values are polyfactory's (`pip install prismongo[factories]`). This module knows the schema:
which fields and which related records a new record needs, and what they may hold.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from prismongo.client.returning import SELECTED
from prismongo.schema.datamodel import Field, Model
from prismongo.testing.values import Values, values_of

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient, Identity

ModelT = TypeVar("ModelT", bound=BaseModel)
_MADE: Final[WeakKeyDictionary[Identity, dict[tuple[str, int], Values]]] = WeakKeyDictionary()
"""Database → model and seed → what its factories still make up; so no two make up the same."""


def factory(model: type[ModelT], database: BaseClient, *, seed: int = 0) -> Factory[ModelT]:
    """A factory of records of a model, on a server or on a fake.

    Args:
        model: a class of `prisma.models`.
        database: where the records are created; connected, or a fake.
        seed: the values of a seed are the same in every run, in the order in which they are made.
            All factories of a model, a database and a seed go on where the others are.

    Raises:
        ImportError: polyfactory is not installed; `build` and `create` raise it.
    """
    return Factory(model, database, seed=seed)


class Factory(Generic[ModelT]):
    """Creates records of one model; made by `factory`."""

    def __init__(self, model: type[ModelT], database: BaseClient, *, seed: int) -> None:
        self._actions: Any = database._actions_of(model)
        self._database = database
        self._seed = seed
        self._datamodel = database.client_schema.datamodel
        self._model = self._datamodel.model[model.__prisma_model__]  # type: ignore[attr-defined]
        made = _MADE.setdefault(database._database, {})
        key = (self._model.name, seed)
        if key not in made:
            chance = random.Random(f"{self._model.name} {seed}")  # noqa: S311 - the same for a seed
            made[key] = values_of(self._model, self._datamodel, chance)
        self._values = made[key]

    def build(self, **given: Any) -> dict[str, Any]:
        """The data of a new record, not stored: what is given, and what the schema demands.

        Nothing is read or written, so the key of a required relation that is not given is made up:
        no record has it.

        Args:
            given: values by field. A relation takes a record, or records where it is a list: of the
                relation's model, or of a class that `@selects` it.

        Raises:
            TypeError: a relation was given a record of another model.
        """
        data = dict(next(self._values))
        for name in given:
            field = self._model.by_name.get(name)
            for key in field.relation.fields if field and field.relation else ():
                data.pop(key, None)
        for name, value in given.items():
            data |= self._as_data(name, value)
        return data

    async def create(self, **given: Any) -> ModelT:
        """Create a record; takes what `build` takes.

        First it creates the records of required relations that are not given, each by its own
        factory, one after the other.

        Raises:
            TypeError: a relation was given a record of another model, or a required one must be
                given: a new record of it needs another one, and so on without end.
            prisma.errors.PrismaError: as `create` of the client.
        """
        self._refuse_endless(self._model, given, ())
        data = self.build(**given)
        for field in _absent(self._model, given):
            kind = self._database._generated("models", field.type)
            related = await factory(kind, self._database, seed=self._seed).create()
            data |= self._as_data(field.name, related)
        record: ModelT = await self._actions.create(data=data)
        return record

    async def create_batch(self, size: int, **given: Any) -> list[ModelT]:
        """Create several records, one after the other; all have the values that are given."""
        return [await self.create(**given) for _ in range(size)]

    def _as_data(self, name: str, value: Any) -> dict[str, Any]:
        field = self._model.by_name.get(name)
        if field is None or field.relation is None or not _are_records(value):
            return {name: value}
        records = self._records(field, value)
        if field.relation.fields and not field.is_list:
            keys = zip(field.relation.fields, field.relation.references, strict=True)
            return {own: getattr(records[0], other) for own, other in keys}
        key = self._datamodel.model[field.type].id_field.name
        found = [{key: getattr(record, key)} for record in records]
        return {name: {"connect": found if field.is_list else found[0]}}

    def _records(self, field: Field, value: Any) -> Sequence[BaseModel]:
        """The records that a relation was given, all of its model."""
        records = [value] if isinstance(value, BaseModel) else value
        kinds = {_model_of(record) for record in records} - {field.type}
        if kinds or field.is_list == isinstance(value, BaseModel):
            wanted = "a list of records of" if field.is_list else "a record of"
            raise TypeError(
                f"factory({self._model.name}): `{field.name}` takes {wanted} {field.type}, "
                f"not {_told(value)}."
            )
        return records

    def _refuse_endless(
        self, model: Model, given: Mapping[str, Any], way: tuple[Field, ...]
    ) -> None:
        """Raise if the required relations of a model lead back to a model on the way."""
        for field in _absent(model, given):
            further = (*way, field)
            if field.type in (self._model.name, *(each.type for each in way)):
                raise TypeError(_endless(self._model, further))
            self._refuse_endless(self._datamodel.model[field.type], {}, further)


def _absent(model: Model, given: Mapping[str, Any]) -> Iterator[Field]:
    """The required relations of which neither the record nor its key is given."""
    for field in model.fields:
        if field.relation is not None and field.is_required and not field.is_list:
            keys = field.relation.fields
            if keys and given.keys().isdisjoint((field.name, *keys)):
                yield field


def _endless(model: Model, way: tuple[Field, ...]) -> str:
    first = way[0]
    names = " → ".join((model.name, *(f"{each.name}: {each.type}" for each in way)))
    keys = ", ".join(first.relation.fields if first.relation else ())
    return (
        f"factory({model.name}): give `{first.name}` a record, or its key ({keys}). A new one "
        f"would need others without end: {names}."
    )


def _are_records(value: Any) -> bool:
    return isinstance(value, BaseModel) or (
        isinstance(value, list | tuple) and all(isinstance(item, BaseModel) for item in value)
    )


def _model_of(record: BaseModel) -> str | None:
    """The model of a record, or of what a class of the user's own selects of one."""
    kind = type(record)
    return getattr(getattr(kind, SELECTED, kind), "__prisma_model__", None)


def _told(value: BaseModel | Sequence[BaseModel]) -> str:
    if isinstance(value, BaseModel):
        return type(value).__name__
    return "a list of " + (", ".join(sorted({type(each).__name__ for each in value})) or "nothing")
