"""Validation of filters: `where` → Filter, in which only the leaves are negated.

Here: objects, AND, OR and NOT, composites and relations. `condition.py`: single fields.
Source: Prisma Client reference, "Filter conditions and operators"; for MongoDB's null and missing,
"Null and undefined in Prisma Client (MongoDB)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from prismongo.query.errors.input import ArgumentPath, missing, unknown, unsupported
from prismongo.query.nodes.filters import (
    EVERYTHING,
    Compare,
    Comparison,
    Complement,
    Elements,
    Filter,
    IsEmpty,
    IsSet,
    Path,
    Related,
    is_search,
    join,
    joined,
    or_missing,
    quantified,
)
from prismongo.query.validate.condition import ConditionValidator, FilterContext
from prismongo.query.validate.operators import QUANTIFIERS, operators
from prismongo.query.validate.search import SEARCH, SearchValidator, refuse_below
from prismongo.query.validate.values import (
    Values,
    as_boolean,
    as_object,
    as_objects,
)
from prismongo.query.validate.words import by_canonical, canonical
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Link, Model

COMBINATIONS: Final = ("AND", "OR", "NOT")


class WhereValidator:
    """Validates filters against one datamodel."""

    def __init__(self, datamodel: Datamodel, values: Values) -> None:
        self._datamodel = datamodel
        self._values = values
        self.searches = SearchValidator(datamodel, values)
        self._conditions = ConditionValidator(datamodel, values, self.searches)

    def where(
        self,
        owner: Model | CompositeType,
        value: object,
        path: ArgumentPath,
        *,
        negated: bool = False,
        prefix: Path = (),
    ) -> Filter:
        """The filter of a `where` object on records (or elements) of `owner`.

        An empty AND or NOT is true and an empty OR is false. Inside another AND, OR or NOT they are
        ignored, like an empty object. Both rules are Prisma's.
        """
        latest = self.searches.latest
        found = self._where(owner, value, path, negated, prefix, 0)
        if found is None:
            return EVERYTHING
        if self.searches.latest is not latest and isinstance(owner, Model):
            self.searches.check(owner, found, path)
        return found

    def unchecked(self, model: Model, value: object, path: ArgumentPath) -> Filter:
        """The filter of a part of a `where`; the caller checks the searches of the whole."""
        found = self._where(model, value, path, False, (), 0)
        return EVERYTHING if found is None else found

    def _where(
        self,
        owner: Model | CompositeType,
        value: object,
        path: ArgumentPath,
        negated: bool,
        prefix: Path,
        depth: int,
    ) -> Filter | None:
        parts = [
            self._entry(owner, key, item, (*path, key), negated, prefix, depth)
            for key, item in as_object(value, path).items()
        ]
        return joined(parts, negated=negated)

    def _entry(
        self,
        owner: Model | CompositeType,
        key: str,
        value: object,
        path: ArgumentPath,
        negated: bool,
        prefix: Path,
        depth: int,
    ) -> Filter | None:
        if key in COMBINATIONS:
            return self._combination(owner, key, value, path, negated, prefix, depth)
        field = owner.by_name.get(key)
        if field is None or field.ignored:
            if key == SEARCH and isinstance(owner, Model):
                return self.searches.whole(owner, value, path, negated=negated)
            raise unknown(path, [*owner.by_name, *COMBINATIONS], owner.name)
        if field.kind == "relation" and isinstance(owner, Model):
            return self._relation(self._datamodel.link(owner, key), value, path, negated)
        return self._stored(
            field, value, path, FilterContext(owner, (*prefix, field.db_name), negated, negated)
        )

    def _combination(
        self,
        owner: Model | CompositeType,
        key: str,
        value: object,
        path: ArgumentPath,
        negated: bool,
        prefix: Path,
        depth: int,
    ) -> Filter | None:
        inner, any_of = negated != (key == "NOT"), negated != (key == "OR")
        parts = [
            self._where(owner, item, item_path, inner, prefix, depth + 1)
            for item_path, item in as_objects(value, path)
        ]
        found = joined(parts, negated=any_of)
        return join([], negated=any_of) if found is None and depth == 0 else found

    def _stored(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter | None:
        if field.kind == "composite":
            return self._composite(field, value, path, context)
        return self._conditions.condition(field, value, path, context)

    # --- composites ---

    def _composite(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter:
        given = isinstance(value, Mapping) and {canonical(key) for key in value}
        if not given or not given <= set(operators(field)):
            return self._composite_equals(field, value, path, context)
        parts = [
            self._composite_operator(field, key, item, (*path, written), context)
            for key, (written, item) in by_canonical(as_object(value, path), path).items()
        ]
        return join(parts, negated=context.negated)

    def _composite_operator(
        self, field: Field, key: str, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter:
        kind = self._datamodel.type[field.type]
        match key:
            case "equals":
                return self._composite_equals(field, value, path, context)
            case "isSet":
                return IsSet(context.path, as_boolean(value, path) != context.negated)
            case "isEmpty":
                empty = as_boolean(value, path) != context.negated
                return IsEmpty(context.path, empty)
            case "some" | "every" | "none":
                inner, lenient = self.where(kind, value, path), key == "none"
                return Elements(context.path, QUANTIFIERS[key], inner, context.negated, lenient)
            case "is" | "isNot":
                negated = context.negated != (key == "isNot")
                if value is None:
                    here = replace(context, negated=negated)
                    return self._composite_equals(field, None, path, here)
                return self.where(kind, value, path, negated=negated, prefix=context.path)
            case _:
                raise unknown(path, operators(field), f"a filter of {field.type}")

    def _composite_equals(
        self, field: Field, value: object, path: ArgumentPath, context: FilterContext
    ) -> Filter:
        operator: Comparison = "ne" if context.negated else "eq"
        if value is None:
            if field.is_required:
                raise missing(path)
            return Compare(context.path, operator, None)
        stored = self._values.whole(field, value, path, defaults=False)
        if stored == []:
            return IsEmpty(context.path, not context.negated)
        return Compare(context.path, operator, stored, exact=field.is_list)

    # --- relations ---

    def _relation(
        self, link: Link, value: object, path: ArgumentPath, negated: bool
    ) -> Filter | None:
        if link.field.is_list:
            return self._to_many(link, value, path, negated)
        if value is None:
            return Related(link, EVERYTHING, exists=negated)
        given = as_object(value, path)
        if not given or not {canonical(key) for key in given} <= {"is", "isNot"}:
            return self._to_one(link, "is", given, path, negated)
        parts = [
            self._to_one(link, key, item, (*path, written), negated)
            for key, (written, item) in by_canonical(given, path).items()
        ]
        return join(parts, negated=negated)

    def _to_one(
        self, link: Link, key: str, value: object, path: ArgumentPath, negated: bool
    ) -> Filter:
        wanted = (key == "is") != negated
        if value is None:
            return Related(link, EVERYTHING, exists=not wanted)
        inner = self._where(link.target, value, path, False, (), 0)
        if inner is None:
            return Related(link, EVERYTHING, exists=wanted)
        if wanted:
            return Related(link, inner, exists=True)
        refuse_below("is_not" if key == "isNot" else "NOT", inner, path)
        return Related(link, Complement(or_missing(inner)), exists=True)

    def _to_many(
        self, link: Link, value: object, path: ArgumentPath, negated: bool
    ) -> Filter | None:
        parts: list[Filter | None] = []
        for key, item in as_object(value, path).items():
            if key not in QUANTIFIERS:
                raise unknown((*path, key), QUANTIFIERS, f"a filter of {link.field.type}[]")
            inner = self.where(link.target, item, (*path, key))
            if key == "every":
                refuse_below(key, inner, (*path, key))
            parts.append(quantified(link, QUANTIFIERS[key], inner, negated=negated))
        return joined(parts, negated=negated)

    def having(
        self,
        model: Model,
        field: Field,
        value: object,
        path: ArgumentPath,
        name: str,
        negated: bool,
    ) -> Filter:
        """A filter on the value `name` in the row of a group."""
        context = FilterContext(model, (name,), negated, negated)
        found = self._conditions.condition(field, value, path, context)
        if found is not None and is_search(found):
            raise unsupported("A search in `having`", "search in the `where`")
        return EVERYTHING if found is None else found
