"""How a record is built: as JSON (`WIRE`), as Python's values in dicts (`PYTHON`), or as instances.

`shapes.py` has the forms of classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prismongo.query.decode.columns import Column, Reader


class Form(Protocol):
    """How a record is built: as JSON, or as an instance of a class."""

    is_wire: bool

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """A reader of rows into records of these columns.

        Args:
            columns: what the records hold.
            is_whole: whether a class selects them; else a call does, name by name.
        """

    def nested(self, name: str) -> Form:
        """The form of what stands under `name`: records of a relation, or composite values."""


class WireForm:
    """Records as JSON objects."""

    is_wire = True

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """Plain dicts, in the order of the selection."""
        pairs = tuple((column.name, column.read) for column in columns)
        return Reader(
            lambda row: {name: read(row) for name, read in pairs},
            lambda rows: [{name: read(row) for name, read in pairs} for row in rows],
        )

    def nested(self, name: str) -> Form:
        """The same."""
        return self


class PythonForm(WireForm):
    """Python's values in dicts: of an aggregate, and of raw operations, as they are stored."""

    is_wire = False


WIRE = WireForm()
PYTHON = PythonForm()
