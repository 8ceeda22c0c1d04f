"""The typed dicts that the actions take and answer: `_inputs.py` of the generated package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from prismongo.client import inputs
from prismongo.errors import SchemaError
from prismongo.generator.inputs.aggregate import write_aggregate
from prismongo.generator.inputs.composite import write_composite
from prismongo.generator.inputs.create import write_create
from prismongo.generator.inputs.enum import write_enum
from prismongo.generator.inputs.select import write_select
from prismongo.generator.inputs.update import write_update
from prismongo.generator.inputs.where import write_where
from prismongo.generator.source import NameTakenError, Source
from prismongo.schema.datamodel import Datamodel, Model, Position

__all__ = ["inputs_module"]

_OPENING: Final = '''"""The typed dicts that the actions take and answer; import them from `types`."""

# ruff: noqa
# pyright: reportUnusedClass=false, reportIncompatibleVariableOverride=false
from __future__ import annotations

from builtins import bool as _bool, float as _float, int as _int, str as _str
from datetime import datetime as _datetime
from decimal import Decimal as _Decimal
from typing import TYPE_CHECKING, List as _List, Literal as _Literal
from typing import Optional as _Optional, Union as _Union

from typing_extensions import Required as _Required

from prismongo.client.inputs import *
from prismongo.client.inputs import CountOrder as _CountOrder, ListChange as _ListChange
from prismongo.client.inputs import FieldReference as _FieldReference
from prismongo.client.inputs import ListFilter as _ListFilter, NoneType as _NoneType
from prismongo.client.inputs import SortOrder as _SortOrder, Unset as _Unset

import prismongo.fields as _fields

from . import enums as _enums

if TYPE_CHECKING:
    from typing_extensions import TypedDict as _TypedDict
else:
    from prismongo.client.typed_dict import TypedDict as _TypedDict
'''

# Where the definitions of all models stand by family, mypy needs less time than model by model.
_FAMILIES: Final[tuple[Callable[[Source, Model], None], ...]] = (
    write_where,
    write_create,
    write_update,
    write_select,
    write_aggregate,
)


def inputs_module(datamodel: Datamodel) -> str:
    """The text of `_inputs.py`.

    Raises:
        SchemaError: two definitions would have one name.
    """
    source = Source(_OPENING, dir(inputs))
    errors: list[SchemaError] = []
    for enum in datamodel.enums:
        with _placed(enum.position, errors):
            write_enum(source, enum, datamodel)
    for kind in datamodel.types:
        with _placed(kind.position, errors):
            write_composite(source, kind)
    for write in _FAMILIES:
        for model in datamodel.models:
            if not model.ignored:
                with _placed(model.position, errors):
                    write(source, model)
    if errors:
        raise SchemaError.joined(errors)
    return source.text()


@contextmanager
def _placed(place: Position, errors: list[SchemaError]) -> Iterator[None]:
    """Around definitions: a name that is taken is an error at the place in the schema."""
    try:
        yield
    except NameTakenError as error:
        remedy = "Give this one another name; `@@map` keeps the name that is stored."
        errors.append(SchemaError(f"{error.reason}. {remedy}", place.line, place.column))
