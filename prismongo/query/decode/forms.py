"""How a record is built: as JSON (`WIRE`), as Python's values in dicts (`PYTHON`), or as instances.

`shapes.py` has the forms of classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from prismongo.query.decode.columns import Column, Reader
from prismongo.schema.datamodel import Enum, Field


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

    def members(self, field: Field, enum: Enum) -> Mapping[str, str]:
        """What a field of an enum holds for each stored text: members of a class, or names."""


class NamesForm:
    """The part of a form whose enums are names."""

    def members(self, field: Field, enum: Enum) -> Mapping[str, str]:
        """Stored text → name."""
        return enum.members


class WireForm(NamesForm):
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
    """Python's values in dicts: of an aggregate, and of raw operations, as they are stored.

    Args:
        enums: the classes of enums, by name; without its class an enum's values are names.
    """

    is_wire = False

    def __init__(self, enums: Mapping[str, type[StrEnum]] | None = None) -> None:
        self._enums = enums or {}

    def members(self, field: Field, enum: Enum) -> Mapping[str, str]:
        """Members of the enum's class."""
        return members_of(self._enums.get(enum.name), enum)


def members_of(kind: type[StrEnum] | None, enum: Enum) -> Mapping[str, str]:
    """Stored text → member of the class; its name if there is no class."""
    if kind is None:
        return enum.members
    return {stored: kind(name) for stored, name in enum.members.items()}


WIRE = WireForm()
PYTHON = PythonForm()
