"""Validation of filters on one field: a value or an object of operators → Filter.

For scalars, enums and lists of them; `where.py` has the rest.
Source: Prisma Client reference, "Filter conditions and operators".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from prisma.errors import DataError

from prismongo.fields import Json
from prismongo.query.errors.input import ArgumentPath, invalid, missing, unknown, unsupported
from prismongo.query.nodes.filters import (
    And,
    Compare,
    Comparison,
    Filter,
    Has,
    In,
    IsEmpty,
    IsSet,
    Or,
    Path,
    Reference,
    Text,
    TextMatch,
    joined,
)
from prismongo.query.nodes.requests import FieldReference
from prismongo.query.validate.operators import (
    COMPARISONS,
    OPPOSITE,
    TEXTS,
    described,
    operators,
)
from prismongo.query.validate.reference import referenced
from prismongo.query.validate.search import SearchValidator
from prismongo.query.validate.values import Values, as_boolean, as_list
from prismongo.query.validate.words import by_canonical, spelled
from prismongo.query.values.scalar_type import kind_of
from prismongo.query.values.scalars import is_any
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The place of a filter: owner and stored path, and the effects of NOT and `mode`."""

    owner: Model | CompositeType
    path: Path
    negated: bool
    any_of: bool
    """Whether a NOT around the field turns its operators' "and" into "or"; `not` does not."""
    insensitive: bool = False


class ConditionValidator:
    """Validates filters on single fields."""

    def __init__(self, datamodel: Datamodel, values: Values, searches: SearchValidator) -> None:
        self._datamodel = datamodel
        self._values = values
        self._searches = searches

    def condition(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter | None:
        """The filter of one field; None if the object of operators is empty."""
        if not isinstance(value, Mapping):
            if not self._is_whole(field, value):
                raise _json_without_operator(value, path)
            return self._equals(field, value, path, context)
        allowed = operators(field)
        given = by_canonical(value, path)
        for key, (written, _) in given.items():
            if key not in allowed and (key != "search" or field.type != "String"):
                names = spelled(allowed, self._values.words)
                raise unknown((*path, written), names, f"a filter of {described(field)}")
        context = self._mode(given, path, context)
        parts = [
            self._operator(field, key, item, (*path, written), context)
            for key, (written, item) in given.items()
            if key != "mode"
        ]
        return joined(parts, negated=context.any_of)

    def _is_whole(self, field: Field, value: object) -> bool:
        """Whether a value needs no operator: of Json only a `prisma.Json`, and Python's None."""
        if not is_any(field) or field.is_list:
            return True
        nothing = value is None and (not field.is_required or self._values.words == "python")
        return nothing or isinstance(value, Json | FieldReference)

    def _mode(
        self, given: Mapping[str, tuple[str, object]], path: ArgumentPath, context: FilterContext
    ) -> FilterContext:
        if "mode" not in given:
            return context
        mode = given["mode"][1]
        if mode not in ("default", "insensitive"):
            raise invalid((*path, "mode"), "expected default or insensitive")
        return replace(context, insensitive=mode == "insensitive")

    def _operator(
        self, field: Field, key: str, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter | None:
        negated = context.negated
        match key:
            case "equals":
                return self._equals(field, value, path, context)
            case "not":
                return self._not(field, value, path, context)
            case "isSet":
                return IsSet(context.path, as_boolean(value, path) != negated)
            case "isEmpty":
                return IsEmpty(context.path, as_boolean(value, path) != negated)
            case "in" | "notIn":
                return self._in(field, value, path, context, negated != (key == "notIn"))
            case "has":
                return self._has(field, value, path, context)
            case "hasEvery" | "hasSome":
                return self._has_several(field, value, path, context, every=key == "hasEvery")
            case "contains" | "startsWith" | "endsWith":
                return self._text(field, TEXTS[key], value, path, context)
            case "search":
                return self._search(field, value, path, context)
            case "lt" | "lte" | "gt" | "gte":
                return self._ordered(field, COMPARISONS[key], value, path, context)
            case _:
                raise unknown(path, operators(field), f"a filter of {field.type}")

    def _search(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter:
        index = self._searches.field_index(context.owner, field)
        if index is None:
            raise self._searches.not_covered(context.owner, field, path)
        return self._searches.search(index, value, path, negated=context.negated)

    def _ordered(
        self,
        field: Field,
        operator: Comparison,
        value: object,
        path: ArgumentPath,
        context: FilterContext,
    ) -> Filter:
        return Compare(
            context.path,
            OPPOSITE[operator] if context.negated else operator,
            self._operand(field, value, path, context),
            context.insensitive,
        )

    def _equals(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter:
        operator: Comparison = "ne" if context.negated else "eq"
        exact = is_any(field)
        if value is None:
            if field.is_required and not field.is_list:
                raise missing(path)
            return Compare(context.path, operator, None, exact=exact)
        stored = self._operand(field, value, path, context)
        if field.is_list and stored == []:
            return IsEmpty(context.path, not context.negated)
        if context.insensitive:
            stored = self._values.searchable(stored, path)
        found = Compare(context.path, operator, stored, context.insensitive, exact)
        if field.is_list and isinstance(stored, Reference):
            return _null_is_empty(found, stored)
        return found

    def _operand(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> object:
        reference = self._reference(field, value, context, is_list=field.is_list)
        if reference is not None:
            return reference
        if field.is_list:
            return list(self._values.many(field, value, path))
        return self._values.one(field, value, path)

    def _reference(
        self, field: Field, value: object, context: FilterContext, *, is_list: bool
    ) -> Reference | None:
        """The other field that `value` refers to; None if `value` is no reference."""
        if not isinstance(value, FieldReference):
            return None
        wanted = f"{field.type}[]" if is_list else field.type
        other = referenced(self._datamodel, value, context.owner, wanted)
        return Reference((*context.path[:-1], other.db_name))

    def _not(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter | None:
        flipped = replace(context, negated=not context.negated)
        if is_any(field) or not isinstance(value, Mapping):
            return self._equals(field, value, path, flipped)
        return self.condition(field, value, path, flipped)

    def _in(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext, negated: bool
    ) -> Filter:
        if value is None:
            return self._equals(field, None, path, replace(context, negated=negated))
        values = self._reference(field, value, context, is_list=True)
        given = self._nullable(field, value, path) if values is None else ()
        if context.insensitive:
            given = tuple(self._values.searchable(each, path) for each in given)
        return In(
            context.path,
            given if values is None else values,
            negated,
            context.insensitive,
        )

    def _nullable(self, field: Field, value: object, path: ArgumentPath) -> tuple[object, ...]:
        return tuple(
            None
            if item is None and not field.is_required
            else self._values.one(field, item, (*path, index))
            for index, item in enumerate(as_list(value, path))
        )

    def _has(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter:
        reference = self._reference(field, value, context, is_list=False)
        item = self._values.one(field, value, path) if reference is None else reference
        return Has(context.path, (item,), every=True, negated=context.negated)

    def _has_several(
        self,
        field: Field,
        value: object,
        path: ArgumentPath,
        context: FilterContext,
        *,
        every: bool,
    ) -> Filter:
        reference = self._reference(field, value, context, is_list=True)
        values = self._values.many(field, value, path) if reference is None else reference
        return Has(context.path, values, every, context.negated)

    def _text(
        self,
        field: Field,
        match: TextMatch,
        value: object,
        path: ArgumentPath,
        context: FilterContext,
    ) -> Filter:
        text = self._reference(field, value, context, is_list=False)
        if text is None and field.is_object_id:
            raise unsupported("Searching text in an ObjectId", "compare it as a whole")
        if text is None:
            stored = self._values.searchable(self._values.one(field, value, path), path)
            return Text(context.path, match, str(stored), context.negated, context.insensitive)
        return Text(context.path, match, text, context.negated, context.insensitive)


def _null_is_empty(found: Compare, other: Reference) -> Filter:
    """A comparison of two lists that finds null equal to an empty list."""
    lists = (found.path, other.path)
    if found.operator == "eq":
        return Or((found, And(tuple(IsEmpty(path, is_empty=True) for path in lists))))
    return And((found, Or(tuple(IsEmpty(path, is_empty=False) for path in lists))))


def _json_without_operator(value: object, path: ArgumentPath) -> DataError:
    """Json needs an operator: without it, a value could be meant as an object of operators."""
    if value is None:
        return missing(path, alone=len(path) == 2)  # at the top of a where
    return invalid(
        path,
        f"expected an object with operators, got {kind_of(value)}; if it is the value, wrap it in "
        "prisma.Json",
    )
