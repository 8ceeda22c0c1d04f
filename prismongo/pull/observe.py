"""Documents → what their fields hold (`Shape`, `Seen`): counts of types, and what tells more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bson import Binary, Code, ObjectId

from prismongo.query.values.bson_types import bson_type
from prismongo.query.values.int import INT32

MOST_TEXTS: Final = 64
"""How many different texts of a field are remembered; with more it is no enum."""

MOST_IDS: Final = 1000
"""How many different ObjectIds of a field are looked up in other collections."""

_EXACT: Final = 2**53
"""Beyond it a double does not hold every whole number."""


@dataclass(slots=True)
class Seen:
    """The values under one name.

    Attributes:
        present: how many documents, objects or lists held one, null included.
        types: how many values of each BSON type.
        objects: the fields of the values that are objects.
        items: the elements of the values that are lists.
        texts: the different texts; None if there are too many.
        ids: some of the ObjectIds.
        is_large: whether a whole number needs more than 32 bits.
        is_huge: whether a double could not hold it.
    """

    present: int = 0
    types: Counter[str] = field(default_factory=Counter)
    objects: Shape | None = None
    items: Seen | None = None
    texts: set[str] | None = field(default_factory=set)
    ids: dict[ObjectId, None] = field(default_factory=dict)
    is_large: bool = False
    is_huge: bool = False

    def add(self, value: Any) -> None:
        """Count a value."""
        self.present += 1
        self.types[_type(value)] += 1
        match value:
            case Mapping():
                self.objects = self.objects or Shape()
                self.objects.add(value)
            case list():
                self.items = self.items or Seen()
                for item in value:
                    self.items.add(item)
            case str() if not isinstance(value, Code):  # which is a str for the driver
                self._add_text(value)
            case ObjectId():
                if len(self.ids) < MOST_IDS:
                    self.ids[value] = None
            case bool():
                pass
            case int():
                self.is_large = self.is_large or not INT32[0] <= value <= INT32[1]
                self.is_huge = self.is_huge or abs(value) > _EXACT
            case _:
                pass

    def merge(self, other: Seen) -> None:
        """Count the values under another name, too."""
        self.present += other.present
        self.types += other.types
        if other.objects is not None:
            self.objects = self.objects or Shape()
            self.objects.merge(other.objects)
        if other.items is not None:
            self.items = self.items or Seen()
            self.items.merge(other.items)
        for text in other.texts or ():
            self._add_text(text)
        if other.texts is None:
            self.texts = None
        self.ids |= other.ids
        self.is_large = self.is_large or other.is_large
        self.is_huge = self.is_huge or other.is_huge

    def _add_text(self, text: str) -> None:
        if self.texts is not None:
            self.texts.add(text)
            if len(self.texts) > MOST_TEXTS:
                self.texts = None


@dataclass(slots=True)
class Shape:
    """The fields of the objects under one name, or of the documents of a collection."""

    count: int = 0
    fields: dict[str, Seen] = field(default_factory=dict)

    def add(self, value: Mapping[str, Any]) -> None:
        """Count the fields of an object."""
        self.count += 1
        for name, item in value.items():
            self.fields.setdefault(name, Seen()).add(item)

    def merge(self, other: Shape) -> None:
        """Count the fields of other objects, too."""
        self.count += other.count
        for name, seen in other.fields.items():
            self.fields.setdefault(name, Seen()).merge(seen)


def _type(value: Any) -> str:
    """The BSON type; of binary data with a meaning, and of what no scalar stands for, the class."""
    if isinstance(value, Binary):  # the driver gives plain bytes for subtype 0
        return f"binData of subtype {value.subtype}"
    found = bson_type(value)
    return type(value).__name__ if found == "another type" else found
