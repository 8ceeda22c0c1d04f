"""Validation of filters: the client's filter language → `filters`, negation pushed to the leaves.

Source: Prisma Client reference, "Filter conditions and operators"; for MongoDB's null and missing,
"Null and undefined in Prisma Client (MongoDB)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from prisma.errors import DataError
from prisma.fields import Json

from database.query.filters import (
    EVERYTHING,
    And,
    Compare,
    Comparison,
    Complement,
    Elements,
    Filter,
    Has,
    In,
    IsEmpty,
    IsSet,
    Or,
    Path,
    Quantifier,
    Reference,
    Related,
    Text,
    TextMatch,
    or_missing,
)
from database.query.operators import COMPARISONS, OPPOSITE, QUANTIFIERS, TEXTS, operators
from database.query.refusals import ArgumentPath, invalid, missing, unknown, unsupported
from database.query.requests import FieldReference
from database.query.validate_values import (
    Values,
    as_boolean,
    as_list,
    as_object,
    as_objects,
    canonical,
)
from database.query.values import kind_of
from database.schema.datamodel import CompositeType, Datamodel, Field, Link, Model


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one filter stands: in the document, in the request, and under how many NOTs."""

    owner: Model | CompositeType
    path: Path
    negated: bool
    any_of: bool
    """Whether a NOT around the field turns its operators' "and" into "or"; `not` does not."""
    insensitive: bool = False


class WhereValidator:
    """Validates filters against one datamodel."""

    def __init__(self, datamodel: Datamodel, values: Values) -> None:
        self._datamodel = datamodel
        self._values = values

    def where(
        self,
        owner: Model | CompositeType,
        value: object,
        path: ArgumentPath,
        *,
        negated: bool = False,
        prefix: Path = (),
    ) -> Filter:
        """The filter that a `where` object says about records (or elements) of `owner`.

        Without conditions AND and NOT hold and OR does not, but inside another AND, OR or NOT they
        say nothing at all, as an empty object does: so Prisma has it.
        """
        found = self._where(owner, value, path, negated, prefix, 0)
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
            self._entry(owner, canonical(key), item, (*path, key), negated, prefix, depth)
            for key, item in as_object(value, path).items()
        ]
        return _joined(parts, negated=negated)

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
        if key in ("AND", "OR", "NOT"):
            return self._combination(owner, key, value, path, negated, prefix, depth)
        field = owner.by_name.get(key)
        if field is None or field.ignored:
            raise unknown(path, [*owner.by_name, "AND", "OR", "NOT"], owner.name)
        if field.kind == "relation" and isinstance(owner, Model):
            return self._relation(self._datamodel.link(owner, key), value, path, negated)
        return self.field(
            field, value, path, _Place(owner, (*prefix, field.db_name), negated, negated)
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
            self._where(owner, item, place, inner, prefix, depth + 1)
            for place, item in as_objects(value, path)
        ]
        found = _joined(parts, negated=any_of)
        return join([], negated=any_of) if found is None and depth == 0 else found

    def field(
        self, field: Field, value: object, path: ArgumentPath, place: _Place
    ) -> Filter | None:
        """The filter that one stored field's entry says; None where it says nothing."""
        if field.kind == "composite":
            return self._composite(field, value, path, place)
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
        return _joined(parts, negated=place.any_of)

    def _mode(
        self, given: Mapping[str, tuple[str, object]], path: ArgumentPath, place: _Place
    ) -> _Place:
        if "mode" not in given:
            return place
        mode = given["mode"][1]
        if mode not in ("default", "insensitive"):
            raise invalid((*path, "mode"), "expected default or insensitive")
        return replace(place, insensitive=mode == "insensitive")

    def _operator(
        self, field: Field, key: str, value: object, path: ArgumentPath, place: _Place
    ) -> Filter | None:
        negated = place.negated
        if key == "equals":
            return self._equals(field, value, path, place)
        if key == "not":
            return self._not(field, value, path, place)
        if key == "isSet":
            return IsSet(place.path, as_boolean(value, path) != negated)
        if key == "isEmpty":
            return IsEmpty(place.path, as_boolean(value, path) != negated)
        if key in ("in", "notIn"):
            return self._in(field, value, path, place, negated != (key == "notIn"))
        if key in ("has", "hasEvery", "hasSome"):
            return self._has(field, key, value, path, place)
        if key in TEXTS:
            return self._text(field, TEXTS[key], value, path, place)
        operator = COMPARISONS[key]
        return Compare(  # Prisma orders by the texts as they are, whatever the mode
            place.path,
            OPPOSITE[operator] if negated else operator,
            self._operand(field, value, path, place),
        )

    def _equals(self, field: Field, value: object, path: ArgumentPath, place: _Place) -> Filter:
        operator: Comparison = "ne" if place.negated else "eq"
        if value is None:
            if field.is_required and not field.is_list:
                raise missing(path)
            return Compare(place.path, operator, None)
        stored = self._operand(field, value, path, place)
        exact = field.type == "Json" and field.kind == "scalar"
        return Compare(place.path, operator, stored, place.insensitive, exact)

    def _operand(self, field: Field, value: object, path: ArgumentPath, place: _Place) -> object:
        reference = self._reference(field, value, path, place, is_list=field.is_list)
        if reference is not None:
            return reference
        if field.is_list:
            return list(self._values.many(field, value, path))
        return self._values.one(field, value, path)

    def _reference(
        self, field: Field, value: object, path: ArgumentPath, place: _Place, *, is_list: bool
    ) -> Reference | None:
        """The value of another field of the same record; None where `value` is none."""
        if not isinstance(value, FieldReference):
            return None
        owner = place.owner
        if value.model != owner.name:
            raise invalid(path, f"expected a reference to a field of {owner.name}")
        other = owner.by_name.get(value.field)
        if other is None or other.type != field.type or other.is_list != is_list:
            wanted = f"{field.type}[]" if is_list else field.type
            raise invalid(path, f"expected a reference to a field of type {wanted}")
        return Reference((*place.path[:-1], other.db_name))

    def _not(self, field: Field, value: object, path: ArgumentPath, place: _Place) -> Filter | None:
        flipped = replace(place, negated=not place.negated)
        if field.type == "Json" or not isinstance(value, Mapping):
            return self._equals(field, value, path, flipped)
        return self.field(field, value, path, flipped)

    def _in(
        self, field: Field, value: object, path: ArgumentPath, place: _Place, negated: bool
    ) -> Filter:
        if value is None:
            return self._equals(field, None, path, replace(place, negated=negated))
        values = self._reference(field, value, path, place, is_list=True)
        return In(
            place.path,
            values if values is not None else self._nullable(field, value, path),
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

    def _has(
        self, field: Field, key: str, value: object, path: ArgumentPath, place: _Place
    ) -> Filter:
        values = self._reference(field, value, path, place, is_list=key != "has")
        if key == "has":
            item = values if values is not None else self._values.one(field, value, path)
            return Has(place.path, (item,), every=True, negated=place.negated)
        if values is None:
            return Has(
                place.path, self._values.many(field, value, path), key == "hasEvery", place.negated
            )
        return Has(place.path, values, key == "hasEvery", place.negated)

    def _text(
        self, field: Field, match: TextMatch, value: object, path: ArgumentPath, place: _Place
    ) -> Filter:
        text = self._reference(field, value, path, place, is_list=False)
        if text is None and field.is_object_id:
            raise unsupported("Searching text in an ObjectId", "compare it as a whole")
        if text is None:
            stored = self._values.one(field, value, path)
            if "\0" in str(stored):
                raise invalid(path, "the text holds a NUL character, which no search can find")
            return Text(place.path, match, str(stored), place.negated, place.insensitive)
        return Text(place.path, match, text, place.negated, place.insensitive)

    # --- composites ---

    def _composite(self, field: Field, value: object, path: ArgumentPath, place: _Place) -> Filter:
        given = isinstance(value, Mapping) and {canonical(key) for key in value}
        if not given or not given <= set(operators(field)):
            return self._composite_equals(field, value, path, place)
        parts = [
            self._composite_operator(field, canonical(key), item, (*path, key), place)
            for key, item in as_object(value, path).items()
        ]
        return join(parts, negated=place.negated)

    def _composite_operator(
        self, field: Field, key: str, value: object, path: ArgumentPath, place: _Place
    ) -> Filter:
        kind = self._datamodel.type[field.type]
        if key == "equals":
            return self._composite_equals(field, value, path, place)
        if key == "isSet":
            return IsSet(place.path, as_boolean(value, path) != place.negated)
        if key == "isEmpty":
            empty = as_boolean(value, path) != place.negated
            return IsEmpty(place.path, empty, null_is_empty=False)
        if key in QUANTIFIERS:
            inner = self.where(kind, value, path)
            if key == "none":
                inner = or_missing(inner)
            return Elements(place.path, QUANTIFIERS[key], inner, place.negated)
        if value is None:
            negated = place.negated != (key == "isNot")
            return self._composite_equals(field, None, path, replace(place, negated=negated))
        negated = place.negated != (key == "isNot")
        return self.where(kind, value, path, negated=negated, prefix=place.path)

    def _composite_equals(
        self, field: Field, value: object, path: ArgumentPath, place: _Place
    ) -> Filter:
        operator: Comparison = "ne" if place.negated else "eq"
        if value is None:
            if field.is_required:
                raise missing(path)
            return Compare(place.path, operator, None)
        stored = self._values.whole(field, value, path, defaults=False)
        return Compare(place.path, operator, stored, exact=field.is_list)

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
            self._to_one(link, canonical(key), item, (*path, key), negated)
            for key, item in given.items()
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
        return Related(link, Complement(or_missing(inner)), exists=True)

    def _to_many(
        self, link: Link, value: object, path: ArgumentPath, negated: bool
    ) -> Filter | None:
        parts: list[Filter | None] = []
        for key, item in as_object(value, path).items():
            if key not in QUANTIFIERS:
                raise unknown((*path, key), QUANTIFIERS, f"a filter of {link.field.type}[]")
            inner = self.where(link.target, item, (*path, key))
            parts.append(_quantified(link, QUANTIFIERS[key], inner, negated))
        return _joined(parts, negated=negated)

    def having(
        self,
        model: Model,
        field: Field,
        value: object,
        path: ArgumentPath,
        name: str,
        negated: bool,
    ) -> Filter:
        """A filter on a value that stands under `name` in the row of a group."""
        found = self.field(field, value, path, _Place(model, (name,), negated, negated))
        return EVERYTHING if found is None else found


def _bare_json(value: object, path: ArgumentPath) -> DataError:
    """Prisma takes Json behind an operator alone: a text could be an operator's object as well.

    `prisma.Json` cannot be mistaken and needs none.
    """
    if value is None:
        return missing(path, alone=len(path) == 2)  # at the top of a where
    return invalid(path, f"expected an object with operators, got {kind_of(value)}")


def _quantified(link: Link, quantifier: Quantifier, inner: Filter, negated: bool) -> Filter:
    match quantifier:
        case "some" | "none":
            exists = (quantifier == "some") != negated
            return Related(link, inner if exists else or_missing(inner), exists)
        case "every":
            return Related(link, Complement(inner), exists=negated)
        case _:
            assert_never(quantifier)


def _joined(parts: Sequence[Filter | None], *, negated: bool) -> Filter | None:
    """What the parts say together; None where none of them says anything."""
    kept = [part for part in parts if part is not None]
    return join(kept, negated=negated) if kept else None


def join(parts: list[Filter], *, negated: bool) -> Filter:
    """All of them; under a NOT, any of them."""
    if len(parts) == 1:
        return parts[0]
    return Or(tuple(parts)) if negated else And(tuple(parts))
