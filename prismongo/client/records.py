"""The bases of what generated packages hold: records of a model, values of a composite type."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, field_validator
from pydantic_core import CoreSchema

from prismongo.client.building import count_class, deep
from prismongo.query.decode.selected_names import SharingNames

_CONFIG: Final = ConfigDict(
    arbitrary_types_allowed=True,
    populate_by_name=True,
    # Validators are built when the first value is validated, which reads need not do.
    defer_build=True,
    protected_namespaces=(),
)
_DEPRECATED: Final = (
    "The `warn_subclass` argument is deprecated as it is no longer necessary and will be removed "
    "in the next release"
)
"""Upstream's words."""


class _Selected(SharingNames):
    """What holds the fields that are selected, and no other."""

    model_config = _CONFIG

    def __init_subclass__(cls, **kwargs: Any) -> None:
        count_class()
        super().__init_subclass__(**kwargs)

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """pydantic's, for any number of models that lead to each other."""
        with deep():
            return super().model_rebuild(
                force=force,
                raise_errors=raise_errors,
                _parent_namespace_depth=_parent_namespace_depth + 1,
                _types_namespace=_types_namespace,
            )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The same where a class of another library holds records."""
        with deep():
            return handler(source)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            kind = type(self)
            if name in kind.model_fields:
                words = f"{kind.__name__}.{name} was not selected"
                if name in getattr(kind, "__prisma_omitted__", ()):
                    words += f': ask for it by omit={{"{name}": False}}'
                raise AttributeError(words)
            return super().__getattr__(name)


class Composite(_Selected):
    """A value of a composite type."""


def type_name(kind: type[Composite]) -> str:
    """The name in the schema of the type that a class holds; one of the user's own derives it."""
    return next(base.__name__ for base in kind.__mro__ if Composite in base.__bases__)


class Record(_Selected):
    """A record of a model, or a part of one: its fields are what is selected."""

    __prisma_model__: ClassVar[str]
    __prisma_package__: ClassVar[str]
    __prisma_relations__: ClassVar[tuple[str, ...]] = ()
    __prisma_omitted__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, warn_subclass: bool | None = None, **kwargs: Any) -> None:
        if warn_subclass is not None:
            warnings.warn(_DEPRECATED, DeprecationWarning, stacklevel=3)
        for base in cls.__bases__:
            # What is inherited is resolved in the module of the base, not in that of the subclass.
            if issubclass(base, Record) and not base.__pydantic_fields_complete__:
                base.model_rebuild()
        super().__init_subclass__(**kwargs)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [
            (name, value)
            for name, value in super().__repr_args__()
            if value is not None or name is None or not _is_counts(type(self), name)
        ]

    @classmethod
    def prisma(cls, client: Any = None) -> Any:
        """The actions of this model, whose answers are of this class.

        Args:
            client: the client to ask; the registered one where it is left out.

        Raises:
            prisma.errors.ClientNotRegisteredError: no client is registered.
        """
        package = cls.__prisma_package__
        if client is None:
            client = import_module(f"{package}._registry").get_client()
        return client._actions_of(cls)

    @classmethod
    def create_partial(
        cls,
        name: str,
        include: Iterable[Any] | None = None,
        exclude: Iterable[Any] | None = None,
        required: Iterable[Any] | None = None,
        optional: Iterable[Any] | None = None,
        relations: Mapping[Any, str] | None = None,
        exclude_relational_fields: bool = False,
    ) -> None:
        """Generate a class of some of this model's fields, in `partials`.

        Only a schema's `partial_type_generator` calls it.

        Args:
            name: the class's.
            include: the fields that it has.
            exclude: the fields that it has not, of all.
            required: fields that shall not be None.
            optional: fields that may be None.
            relations: the partial classes of relations, by field.
            exclude_relational_fields: leave out all relations.

        Raises:
            RuntimeError: no client is being generated.
            ValueError: a name is wrong, or stands where it must not.
            TypeError: two arguments exclude each other.
        """
        from prismongo.client.partial import create_partial

        create_partial(
            cls,
            name,
            include=include,
            exclude=exclude,
            required=required,
            optional=optional,
            relations=relations,
            without_relations=exclude_relational_fields,
        )


def _is_counts(kind: type[BaseModel], name: str) -> bool:
    info = kind.model_fields.get(name)
    return info is not None and info.alias == "_count"


def counts() -> Any:
    """The field for the numbers of related records; it is dumped where they were asked for."""
    return Field(default=None, alias="_count", exclude_if=_is_none)


def _is_none(value: object) -> bool:
    return value is None


def no_nulls(*names: str) -> Any:
    """A validator by which a list that is null is an empty one, as Prisma reads it."""

    def transform(cls: type[BaseModel], value: object) -> object:
        return [] if value is None else value

    validator: Callable[[Any], Any] = field_validator(*names, mode="before")
    return validator(classmethod(transform))
