"""Readers of the accelerator beside those in Python, which they leave to whatever is not expected.

The accelerator reads the rows that a store has left as bytes (`prismongo.native`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from prismongo import native
from prismongo.query.decode.columns import Column, Reader
from prismongo.query.decode.instances import blank_values, compile_ready
from prismongo.query.decode.selected_names import SharedNames, SharingNames

if TYPE_CHECKING:
    from prismongo.native import _rows

SLOTS: Final = tuple(
    vars(BaseModel)[f"__pydantic_{name}__"] for name in ("fields_set", "extra", "private")
)


def accelerated(
    kind: type[BaseModel], columns: Sequence[Column], unselected: Mapping[str, Any]
) -> Reader:
    """A reader that turns rows into instances of `kind`, by the accelerator if there is one.

    Args:
        kind: a generated class.
        columns: the selected fields.
        unselected: the values of other fields, which are not set; what is neither is not there.
    """
    reader = compile_ready(kind, columns, unselected)
    if not native.IS_BUILT or len(columns) > native.MOST_COLUMNS:
        return reader
    from prismongo.native import _rows

    names = {column.name for column in columns}
    made = _rows.Reader(
        kind,
        blank_values(kind, names, unselected),
        SharedNames(names),
        issubclass(kind, SharingNames),
        SLOTS,
        tuple(map(_column, columns)),
        reader.one,
        reader.many,
    )
    return Reader(made.one, made.many, [made])


def _column(column: Column) -> _rows.Column:
    element = column.element
    if element is None:
        return column.name, b"", "beside", "none", False, column.read, None
    key, more = element.key.encode(), element.more
    if isinstance(more, Mapping):
        more = dict(more)
    return column.name, key, element.kind, element.absence, element.is_list, column.read, more
