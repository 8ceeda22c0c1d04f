"""The classes of answers: which fields each declares, and how its instances are built.

The declared fields of a class are its selection, as in prisma-client-py; a field with `/// @omit`
is not part of it, unless a class of the user's own declares it. Instances of generated models and
partials are built here; any other subclass is validated by pydantic. The client passes the classes
in: nothing here imports generated code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, Final, ForwardRef, TypeVar, get_args, get_origin

from prisma.errors import InvalidModelError, UnknownRelationalFieldError
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from prismongo.query.decode.accelerated import accelerated
from prismongo.query.decode.columns import Column, Reader
from prismongo.query.decode.forms import WIRE, Form, NamesForm, members_of
from prismongo.query.errors.input import shown
from prismongo.query.nodes.requests import DeclaredFields, Selection
from prismongo.schema.datamodel import Enum, Field

T = TypeVar("T")

_GENERATED: Final = ("models", "partials")

OMISSIONS: Final = 100
"""How many `omit` of calls a class remembers. They come from code, which has fewer."""

_TEXTS: Final = {str}
_BOOLEANS: Final = {bool}

COUNTS: Final = "_count"
"""The alias of the field that holds the numbers of related records."""


class Shape:
    """What one class of the client declares.

    Attributes:
        model: the model's name in the schema.
        selections: what the class selects beside its declared fields; None: the call says it.
    """

    selections: tuple[Selection, ...] | None = None

    def __init__(self, kind: type[BaseModel]) -> None:
        name = getattr(kind, "__prisma_model__", None)
        if name is None:
            raise InvalidModelError(kind)
        self.kind = kind
        self.model: str = name
        self._selected: dict[frozenset[str], DeclaredFields] = {}
        self._omitting: dict[tuple[tuple[str, bool], ...], DeclaredFields] = {}

    @cached_property
    def declared(self) -> DeclaredFields:
        """The fields of every answer, unless a call says otherwise."""
        return self._without(self._omitted)

    def omitting(self, omit: Mapping[str, bool]) -> DeclaredFields:
        """The same after the `omit` of a call, which was looked at.

        False brings back what `@omit` leaves out.
        """
        back = {name for name, is_omitted in omit.items() if not is_omitted}
        names = (self._omitted - back) | (omit.keys() - back)
        found = self._without(frozenset(names))
        if _types(omit) == _TEXTS:
            if len(self._omitting) >= OMISSIONS:
                self._omitting.clear()
            self._omitting[tuple(omit.items())] = found
        return found

    def seen_omitting(self, omit: object) -> DeclaredFields | None:
        """The same of an `omit` that a call had before; None: it is to be looked at."""
        if type(omit) is dict and _types(omit) == _TEXTS and _types(omit.values()) == _BOOLEANS:
            return self._omitting.get(tuple(omit.items()))
        return None

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """The declared fields that are stored; those that hold other records are relations."""
        names = self.kind.model_fields
        return tuple(name for name in names if name != self.counts and self._relation(name) is None)

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The relations to many records."""
        fields = self.kind.model_fields
        return tuple(
            name
            for name in fields
            if self._relation(name) is not None and is_list(fields[name].annotation)
        )

    @cached_property
    def counts(self) -> str | None:
        """The field that holds the numbers of related records, if the class has one."""
        fields = self.kind.model_fields.items()
        return next((name for name, info in fields if info.alias == COUNTS), None)

    @cached_property
    def unselected(self) -> dict[str, Any]:
        """The values of what no answer holds unless it is asked for: relations and counts."""
        fields = self.kind.model_fields.items()
        return {
            name: info.default
            for name, info in fields
            if name not in self.stored and info.default is not PydanticUndefined
        }

    def related(self, name: str) -> Shape:
        """The shape of the records under a relation.

        Raises:
            prisma.errors.UnknownRelationalFieldError: the class declares no such relation.
        """
        found = self._relation(name)
        if found is None:
            raise UnknownRelationalFieldError(self.kind.__name__, shown(name))
        return shape_of(found)

    def is_relation(self, name: str) -> bool:
        """Whether the class declares a relation of this name."""
        return self._relation(name) is not None

    @cached_property
    def form(self) -> Form:
        """How answers of this class are built."""
        return ModelForm(self) if _is_generated(self.kind) else ValidatedForm(self)

    def nested(self, name: str) -> Form:
        """The form of what stands under a relation or a composite field."""
        found = self._classes[name]
        if found is None or hasattr(found, "__prisma_model__"):
            return self.related(name).form
        return CompositeForm(found)

    def made(self, found: Any) -> Any:
        """Records of the class, of what a stub answered; None stays None.

        A mapping may lack fields with `@omit`, as answers do.
        """
        if isinstance(found, list):
            return [self.made(item) for item in found]
        if found is None or isinstance(found, self.kind):
            return found
        absent = self._omitted - found.keys() if isinstance(found, Mapping) else frozenset()
        return _validator(self.kind, frozenset(absent))(found)

    @cached_property
    def _omitted(self) -> frozenset[str]:
        """The fields with `@omit` that the user did not declare again."""
        declared = {
            name
            for base in self.kind.__mro__
            if issubclass(base, BaseModel) and not _is_generated(base, ("models",))
            for name in vars(base).get("__annotations__", ())
        }
        return frozenset(getattr(self.kind, "__prisma_omitted__", ())) - declared

    def _without(self, names: frozenset[str]) -> DeclaredFields:
        known = self._selected.get(names)
        if known is None:
            kept = tuple(name for name in self.stored if name not in names)
            known = self._selected[names] = DeclaredFields(kept)
        return known

    def _relation(self, name: str) -> type[BaseModel] | None:
        found = self._classes.get(name)
        return found if hasattr(found, "__prisma_model__") else None

    @cached_property
    def _classes(self) -> dict[str, type[BaseModel] | None]:
        """What each field holds, where that is of a class."""
        return classes_in(self.kind)


def classes_in(kind: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """The class that each field holds: alone, optional or in a list; None where it holds values."""
    complete(kind)
    module = kind.__module__
    return {
        name: _class_in(BaseModel, info.annotation, module)
        for name, info in kind.model_fields.items()
    }


def class_in(kind: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The class that a field holds: alone, optional or in a list; None where it holds values."""
    complete(kind)
    return _class_in(BaseModel, kind.model_fields[name].annotation, kind.__module__)


def enum_in(kind: type[BaseModel], name: str) -> type[StrEnum] | None:
    """The class of the enum that a field of a generated class holds: alone, or in a list."""
    return _class_in(StrEnum, kind.model_fields[name].annotation, kind.__module__)


def complete(kind: type[BaseModel]) -> None:
    """Resolve the names in the annotations of a class that a user wrote."""
    if not kind.__pydantic_fields_complete__ and not _is_generated(kind):
        kind.model_rebuild()


def _class_in(base: type[T], annotation: Any, module: str) -> type[T] | None:
    if isinstance(annotation, ForwardRef):  # of a generated class, which is not built yet
        found: Any = sys.modules[module]
        for part in annotation.__forward_arg__.split("."):
            found = getattr(found, part)
        return _class_in(base, found, module)
    if isinstance(annotation, type) and issubclass(annotation, base):
        return annotation
    parts = (_class_in(base, part, module) for part in get_args(annotation))
    return next((part for part in parts if part is not None), None)


def is_list(annotation: Any) -> bool:
    """Whether a type is a list, or an optional one."""
    return get_origin(annotation) is list or any(map(is_list, get_args(annotation)))


def _types(values: Iterable[object]) -> set[type]:
    return set(map(type, values))


def _is_generated(kind: type[BaseModel], modules: Collection[str] = _GENERATED) -> bool:
    """Whether the class is defined in `models` or `partials` of the generated package.

    A module `models` of the user may define subclasses with their own fields and validators.
    """
    packages = {
        base.__module__.rpartition(".")[0]
        for base in kind.__mro__
        if base.__name__ == "_PrismaModel"
    }
    package, _, module = kind.__module__.rpartition(".")
    return package in packages and module in modules


@cache
def shape_of(kind: type[BaseModel]) -> Shape:
    """The shape of a class; one for each.

    Raises:
        prisma.errors.InvalidModelError: the class is not of the generated client.
    """
    return Shape(kind)


class ModelForm:
    """Ready instances of a generated class."""

    is_wire = False

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """A reader that makes instances; what is not selected is not in them."""
        shape = self._shape
        if shape.counts is not None:
            columns = [_renamed(column, shape.counts) for column in columns]
        return accelerated(shape.kind, columns, shape.unselected if is_whole else {})

    def nested(self, name: str) -> Form:
        """The form of what stands under a relation or a composite field."""
        return self._shape.nested(name)

    def members(self, field: Field, enum: Enum) -> Mapping[str, str]:
        """Members of the class that the field has in the generated class."""
        return members_of(enum_in(self._shape.kind, field.name), enum)


def _renamed(column: Column, counts: str) -> Column:
    return replace(column, name=counts) if column.name == COUNTS else column


@dataclass(frozen=True)
class CompositeForm:
    """Ready values of a composite type's class, the same for all that hold them."""

    kind: type[BaseModel]
    is_wire = False

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """Instances with the selected fields, in the class's order."""
        return accelerated(self.kind, columns, {})

    def nested(self, name: str) -> Form:
        """The form of a composite value inside."""
        found = class_in(self.kind, name)
        return WIRE if found is None else CompositeForm(found)

    def members(self, field: Field, enum: Enum) -> Mapping[str, str]:
        """Members of the class that the field has in the class of the composite."""
        return members_of(enum_in(self.kind, field.name), enum)


class ValidatedForm(NamesForm):
    """Instances of a class that the user wrote, which pydantic validates: it may have validators.

    The values are JSON's, as prisma-client-py validates them; the records of relations are ready.
    """

    is_wire = True

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """A reader that makes instances; what is not selected is not in them."""
        shape = self._shape
        selected = {column.name for column in columns}
        if COUNTS in selected and shape.counts is not None:
            selected.add(shape.counts)
        absent = shape.kind.model_fields.keys() - selected
        if is_whole:
            absent -= shape.unselected.keys()
        validate = _validator(shape.kind, frozenset(absent))
        read = WIRE.compile(columns, is_whole=is_whole)
        return Reader(
            lambda row: validate(read.one(row)),
            lambda rows: list(map(validate, read.many(rows))),
        )

    def nested(self, name: str) -> Form:
        """The form of the records of a relation; a composite value is validated in its record."""
        return self._shape.related(name).form if self._shape.is_relation(name) else WIRE


def _validator(kind: type[BaseModel], absent: frozenset[str]) -> Callable[[Any], Any]:
    """Makes an instance of what is selected; `absent` are the fields that are not."""
    if not absent:
        return kind.model_validate
    metaclass: Any = type(kind)
    lenient = metaclass(
        kind.__name__,
        (kind,),
        {
            "__module__": kind.__module__,
            "__annotations__": dict.fromkeys(absent, Any),
            **dict.fromkeys(absent, None),
        },
    )

    def validate(value: Any) -> Any:
        instance = lenient.model_validate(value)
        for name in absent:
            del instance.__dict__[name]
        instance.__class__ = kind
        return instance

    return validate
