"""Layouts: the stored fields of a new document and their defaults, computed once per model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple, assert_never

from prismongo.query.validate.values import Values
from prismongo.query.values.generated import object_id
from prismongo.query.values.scalars import is_any
from prismongo.schema.datamodel import Field, Function, Literals, Model

NO_DEFAULT: Final = object()
"""Stands for a default that does not exist."""


class Part(NamedTuple):
    """A stored field of a new document.

    Attributes:
        name: its name in the schema.
        db_name: its stored name.
        field: the field.
        fixed: its default, if it is the same for all documents; otherwise NO_DEFAULT.
        make: makes its default; None if there is nothing to make.
        is_now: the default is the time of the request.
        is_needed: the field is required and has no default.
    """

    name: str
    db_name: str
    field: Field
    fixed: object
    make: Callable[[], object] | None
    is_now: bool
    is_needed: bool


class Layouts:
    """The layouts of one datamodel's models."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._known: dict[str, tuple[Part, ...]] = {}

    def of(self, model: Model) -> tuple[Part, ...]:
        """The parts of a document, in their order."""
        known = self._known.get(model.name)
        if known is None:
            known = self._known[model.name] = tuple(map(self._part, model.stored_fields))
        return known

    def _part(self, field: Field) -> Part:
        is_now, fixed = False, NO_DEFAULT
        make: Callable[[], object] | None = None
        match field.default:
            case Function(name="now"):
                is_now = True
            case Function(name="auto"):
                make = object_id
            case Literals() if not field.is_list and not is_any(field):
                fixed = self._values.default(field)
            case Function() | Literals():
                make = partial(self._values.default, field)
            case None:
                is_now = field.is_updated_at
            case _:
                assert_never(field.default)
        has_default = field.default is not None or is_now
        is_needed = field.is_required and not field.is_list and not has_default
        return Part(field.name, field.db_name, field, fixed, make, is_now, is_needed)
