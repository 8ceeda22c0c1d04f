"""Finds what documents hold that the schema does not know, as after a rename without `@map`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from prismongo.query.decode.conformance import Misfit
from prismongo.query.nodes.rows import Row
from prismongo.query.values.bson_types import bson_type
from prismongo.schema.datamodel import Datamodel, Field, Model

LONGEST: Final = 60  # characters

Known = Mapping[str, Field]
"""Stored name → field."""


@dataclass(slots=True)
class Stored:
    """The fields of a model's documents, compared with those of the schema.

    Attributes:
        unstored: the fields of the model that no document has had so far, by their stored names.
    """

    datamodel: Datamodel
    model: Model
    unstored: dict[str, str] = field(init=False)
    _known: Known = field(init=False)

    def __post_init__(self) -> None:
        self._known = _by_stored_name(self.model.stored_fields)
        self.unstored = {name: item.name for name, item in self._known.items()}

    def unknown(self, row: Row) -> frozenset[Misfit]:
        """The fields of a document that the schema does not know."""
        for name in row:
            self.unstored.pop(name, None)
        return frozenset(_unknown(row, self._known, "", self._inner))

    def _inner(self, item: Field) -> Known:
        return _by_stored_name(self.datamodel.type[item.type].fields)


def _by_stored_name(fields: Iterable[Field]) -> Known:
    return {item.db_name: item for item in fields}


def shown(value: object) -> str:
    """A stored name or an id as a text, cut, and without control characters for a terminal."""
    text = "null" if value is None else str(value)[:LONGEST]
    return text if text.isprintable() else ascii(text)


def _unknown(
    row: Mapping[str, Any], known: Known, path: str, inner: Callable[[Field], Known]
) -> Iterator[Misfit]:
    for name, value in row.items():
        item = known.get(name)
        if item is None:
            yield Misfit(f"{path}{shown(name)}", "not in the schema", bson_type(value), "")
        elif item.kind == "composite":
            for one in value if isinstance(value, list) else (value,):
                if isinstance(one, Mapping):
                    yield from _unknown(one, inner(item), f"{path}{item.name}.", inner)
