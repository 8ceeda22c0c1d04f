"""Validation of filters, one field: a value or an object of operators → `filters`.

Scalars, enums and lists of them; `validate_where` has what leads to them.
Source: Prisma Client reference, "Filter conditions and operators".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from prisma.errors import DataError
from prisma.fields import Json

from prismongo.query.errors.input import ArgumentPath, invalid, missing, unknown, unsupported
from prismongo.query.nodes.filters import (
    Compare,
    Comparison,
    Filter,
    Has,
    In,
    IsEmpty,
    IsSet,
    Path,
    Reference,
    Text,
    TextMatch,
    joined,
)
from prismongo.query.nodes.requests import FieldReference
from prismongo.query.validate.operators import COMPARISONS, OPPOSITE, TEXTS, operators
from prismongo.query.validate.reference import referenced
from prismongo.query.validate.values import Values, as_boolean, as_list, canonical
from prismongo.query.values.codecs import kind_of
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model

LONGEST_SEARCH: Final = 32_000
"""Bytes: MongoDB's patterns are of 64 KB once they are compiled, at two bytes a byte of text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one filter stands: in the document, in the request, and under how many NOTs."""

    owner: Model | CompositeType
    path: Path
    negated: bool
    any_of: bool
    """Whether a NOT around the field turns its operators' "and" into "or"; `not` does not."""
    insensitive: bool = False


class ConditionValidator:
    """Validates what filters say about single fields."""

    def __init__(self, datamodel: Datamodel, values: Values) -> None:
        self._datamodel = datamodel
        self._values = values

    def condition(
        self, field: Field, value: object, path: ArgumentPath, place: Place
    ) -> Filter | None:
        """The filter that one field's entry says; None where it says nothing."""
        if not isinstance(value, Mapping):
            if field.type == "Json" and not (field.is_list or isinstance(value, Json)):
                raise _bare_json(value, path)
            return self._equals(field, value, path, place)
        allowed = operators(field)
        given = {canonical(key): (key, item) for key, item in value.items()}
        for key, (written, _) in given.items():
            if key not in allowed:
                raise unknown((*path, written), allowed, f"a filter of {field.type}")
        place = self._mode(given, path, place)
        parts = [
            self._operator(field, key, item, (*path, written), place)
            for key, (written, item) in given.items()
            if key != "mode"
        ]
        return joined(parts, negated=place.any_of)

    def _mode(
        self, given: Mapping[str, tuple[str, object]], path: ArgumentPath, place: Place
    ) -> Place:
        if "mode" not in given:
            return place
        mode = given["mode"][1]
        if mode not in ("default", "insensitive"):
            raise invalid((*path, "mode"), "expected default or insensitive")
        return replace(place, insensitive=mode == "insensitive")

    def _operator(
        self, field: Field, key: str, value: object, path: ArgumentPath, place: Place
    ) -> Filter | None:
        negated = place.negated
        match key:
            case "equals":
                return self._equals(field, value, path, place)
            case "not":
                return self._not(field, value, path, place)
            case "isSet":
                return IsSet(place.path, as_boolean(value, path) != negated)
            case "isEmpty":
                return IsEmpty(place.path, as_boolean(value, path) != negated)
            case "in" | "notIn":
                return self._in(field, value, path, place, negated != (key == "notIn"))
            case "has":
                return self._has(field, value, path, place)
            case "hasEvery" | "hasSome":
                return self._has_several(field, value, path, place, every=key == "hasEvery")
            case "contains" | "startsWith" | "endsWith":
                return self._text(field, TEXTS[key], value, path, place)
            case "lt" | "lte" | "gt" | "gte":
                return self._ordered(field, COMPARISONS[key], value, path, place)
            case _:
                raise unknown(path, operators(field), f"a filter of {field.type}")

    def _ordered(
        self, field: Field, operator: Comparison, value: object, path: ArgumentPath, place: Place
    ) -> Filter:
        return Compare(
            place.path,
            OPPOSITE[operator] if place.negated else operator,
            self._operand(field, value, path, place),
            place.insensitive,
        )

    def _equals(self, field: Field, value: object, path: ArgumentPath, place: Place) -> Filter:
        operator: Comparison = "ne" if place.negated else "eq"
        if value is None:
            if field.is_required and not field.is_list:
                raise missing(path)
            return Compare(place.path, operator, None)
        stored = self._operand(field, value, path, place)
        if place.insensitive:
            stored = _searchable(stored, path)
        exact = field.type == "Json" and field.kind == "scalar"
        return Compare(place.path, operator, stored, place.insensitive, exact)

    def _operand(self, field: Field, value: object, path: ArgumentPath, place: Place) -> object:
        reference = self._reference(field, value, place, is_list=field.is_list)
        if reference is not None:
            return reference
        if field.is_list:
            return list(self._values.many(field, value, path))
        return self._values.one(field, value, path)

    def _reference(
        self, field: Field, value: object, place: Place, *, is_list: bool
    ) -> Reference | None:
        """The value of another field of the same record; None where `value` is none."""
        if not isinstance(value, FieldReference):
            return None
        wanted = f"{field.type}[]" if is_list else field.type
        other = referenced(self._datamodel, value, place.owner, wanted)
        return Reference((*place.path[:-1], other.db_name))

    def _not(self, field: Field, value: object, path: ArgumentPath, place: Place) -> Filter | None:
        flipped = replace(place, negated=not place.negated)
        if field.type == "Json" or not isinstance(value, Mapping):
            return self._equals(field, value, path, flipped)
        return self.condition(field, value, path, flipped)

    def _in(
        self, field: Field, value: object, path: ArgumentPath, place: Place, negated: bool
    ) -> Filter:
        if value is None:
            return self._equals(field, None, path, replace(place, negated=negated))
        values = self._reference(field, value, place, is_list=True)
        given = self._nullable(field, value, path) if values is None else ()
        if place.insensitive:
            given = tuple(_searchable(each, path) for each in given)
        return In(
            place.path,
            given if values is None else values,
            negated,
            place.insensitive,
        )

    def _nullable(self, field: Field, value: object, path: ArgumentPath) -> tuple[object, ...]:
        return tuple(
            None
            if item is None and not field.is_required
            else self._values.one(field, item, (*path, index))
            for index, item in enumerate(as_list(value, path))
        )

    def _has(self, field: Field, value: object, path: ArgumentPath, place: Place) -> Filter:
        reference = self._reference(field, value, place, is_list=False)
        item = self._values.one(field, value, path) if reference is None else reference
        return Has(place.path, (item,), every=True, negated=place.negated)

    def _has_several(
        self, field: Field, value: object, path: ArgumentPath, place: Place, *, every: bool
    ) -> Filter:
        reference = self._reference(field, value, place, is_list=True)
        values = self._values.many(field, value, path) if reference is None else reference
        return Has(place.path, values, every, place.negated)

    def _text(
        self, field: Field, match: TextMatch, value: object, path: ArgumentPath, place: Place
    ) -> Filter:
        text = self._reference(field, value, place, is_list=False)
        if text is None and field.is_object_id:
            raise unsupported("Searching text in an ObjectId", "compare it as a whole")
        if text is None:
            stored = _searchable(self._values.one(field, value, path), path)
            return Text(place.path, match, str(stored), place.negated, place.insensitive)
        return Text(place.path, match, text, place.negated, place.insensitive)


def _searchable(value: object, path: ArgumentPath) -> object:
    """A text that MongoDB can search for, or ignoring case: by a pattern."""
    if isinstance(value, str) and "\0" in value:
        raise invalid(path, "the text holds a NUL character, which no search can find")
    if isinstance(value, str) and len(value.encode()) > LONGEST_SEARCH:
        raise invalid(path, f"the text is longer than a search takes: {LONGEST_SEARCH} bytes")
    return value


def _bare_json(value: object, path: ArgumentPath) -> DataError:
    """Prisma takes Json behind an operator alone: a text could be an operator's object as well.

    `prisma.Json` cannot be mistaken and needs none.
    """
    if value is None:
        return missing(path, alone=len(path) == 2)  # at the top of a where
    return invalid(path, f"expected an object with operators, got {kind_of(value)}")
