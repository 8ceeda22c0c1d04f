"""The classes of answers: which fields each declares, and how its instances are built.

The declared fields of a class are its selection, as in prisma-client-py. Instances of generated
models and partials are built here; any other subclass receives JSON, which pydantic validates. The
client passes the classes in: nothing here imports generated code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, Final, ForwardRef, get_args

from prisma.errors import InvalidModelError, UnknownRelationalFieldError
from pydantic import BaseModel

from prismongo.query.decode.columns import Column, Reader
from prismongo.query.decode.decoder import WIRE, Form
from prismongo.query.decode.instances import compile_ready
from prismongo.query.errors.input import shown
from prismongo.query.nodes.requests import DeclaredFields

_GENERATED: Final = ("models", "partials")


class Shape:
    """What one class of the client declares."""

    def __init__(self, kind: type[BaseModel]) -> None:
        name = getattr(kind, "__prisma_model__", None)
        if name is None:
            raise InvalidModelError(kind)
        self.kind = kind
        self.model: str = name

    @cached_property
    def declared(self) -> DeclaredFields:
        """The declared fields that are stored; those that hold other records are relations."""
        names = self.kind.model_fields
        return DeclaredFields(tuple(name for name in names if self._relation(name) is None))

    def related(self, name: str) -> Shape:
        """The shape of the records under a relation.

        Raises:
            prisma.errors.UnknownRelationalFieldError: the class declares no such relation.
        """
        known = name in self.kind.model_fields
        found = self._relation(name) if known else None
        if found is None:
            raise UnknownRelationalFieldError(self.kind.__name__, shown(name))
        return shape_of(found)

    @cached_property
    def form(self) -> Form:
        """How answers of this class are built."""
        return ModelForm(self) if _is_generated(self.kind) else WIRE

    def nested(self, name: str) -> Form:
        """The form of what stands under a relation or a composite field."""
        found = self._class_of(name)
        if found is None or hasattr(found, "__prisma_model__"):
            return self.related(name).form
        return CompositeForm(found)

    def made(self, found: Any) -> Any:
        """Records of the class, of what an engine or a stub answered; None stays None."""
        if isinstance(found, list):
            return [self.made(item) for item in found]
        if found is None or isinstance(found, self.kind):
            return found
        return self.kind.model_validate(found)

    def _relation(self, name: str) -> type[BaseModel] | None:
        found = self._class_of(name)
        return found if hasattr(found, "__prisma_model__") else None

    def _class_of(self, name: str) -> type[BaseModel] | None:
        return class_in(self.kind, name)


def class_in(kind: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The class that a field holds: alone, optional or in a list; None where it holds values."""
    if not kind.__pydantic_fields_complete__ and not _is_generated(kind):
        kind.model_rebuild()
    return _class_in(kind.model_fields[name].annotation, kind.__module__)


def _class_in(annotation: Any, module: str) -> type[BaseModel] | None:
    if isinstance(annotation, ForwardRef):  # of a generated class, which is not built yet
        found: Any = sys.modules[module]
        for part in annotation.__forward_arg__.split("."):
            found = getattr(found, part)
        return _class_in(found, module)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = (_class_in(part, module) for part in get_args(annotation))
    return next((part for part in parts if part is not None), None)


def _is_generated(kind: type[BaseModel]) -> bool:
    """Whether the class is defined in `models` or `partials` of the generated package.

    A module `models` of the user may define subclasses with their own fields and validators.
    """
    packages = {
        base.__module__.rpartition(".")[0]
        for base in kind.__mro__
        if base.__name__ == "_PrismaModel"
    }
    package, _, module = kind.__module__.rpartition(".")
    return package in packages and module in _GENERATED


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

    def compile(self, columns: Sequence[Column]) -> Reader:
        """A reader that makes instances with all fields, of which the selected ones are set."""
        return compile_ready(self._shape.kind, columns)

    def nested(self, name: str) -> Form:
        """The form of what stands under a relation or a composite field."""
        return self._shape.nested(name)


class CompositeForm:
    """Ready values of a composite type's class."""

    is_wire = False

    def __init__(self, kind: type[BaseModel]) -> None:
        self._kind = kind

    def compile(self, columns: Sequence[Column]) -> Reader:
        """Instances with all their fields in the class's order, the selected ones set."""
        return compile_ready(self._kind, columns)

    def nested(self, name: str) -> Form:
        """The form of a composite value inside."""
        found = class_in(self._kind, name)
        return WIRE if found is None else CompositeForm(found)
