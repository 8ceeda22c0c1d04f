"""Validation of writes: the entries of an update on stored fields → FieldUpdates.

Source: Prisma Client reference, "Atomic number operations", "Scalar list methods", "Composite type
methods".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from prismongo.query.errors.input import ArgumentPath, invalid, missing, unknown
from prismongo.query.nodes.updates import (
    AddValues,
    Arithmetic,
    DeleteElements,
    FieldUpdate,
    Push,
    RemoveValues,
    Set,
    Unset,
    UpdateElements,
    UpsertComposite,
)
from prismongo.query.validate.operators import described
from prismongo.query.validate.values import (
    Values,
    as_boolean,
    as_object,
    as_objects,
    single_key,
)
from prismongo.query.validate.where import WhereValidator
from prismongo.query.validate.words import canonical
from prismongo.query.values.decimal import comparable
from prismongo.query.values.scalars import SCALARS, is_any, is_number
from prismongo.schema.datamodel import CompositeType, Datamodel, Field

ARITHMETIC: Final = ("increment", "decrement", "multiply", "divide")
_LIST_CHANGES: Final = ("set", "push", "updateMany", "deleteMany")
_REQUIRED_CHANGES: Final = ("set", "update")
_OPTIONAL_CHANGES: Final = ("set", "upsert", "unset")
_COMPOSITE_CHANGES: Final = {*_LIST_CHANGES, *_REQUIRED_CHANGES, *_OPTIONAL_CHANGES}


class UpdateValidator:
    """Validates the updates of single fields, including composites."""

    def __init__(self, datamodel: Datamodel, values: Values, wheres: WhereValidator) -> None:
        self._datamodel = datamodel
        self._values = values
        self._wheres = wheres

    def field_updates(
        self, field: Field, value: object, path: ArgumentPath, prefix: tuple[str, ...]
    ) -> list[FieldUpdate]:
        """The updates of one stored field."""
        here = (*prefix, field.db_name)
        if field.kind == "composite":
            return self._composite_updates(field, value, path, here)
        if not isinstance(value, Mapping):
            return [Set(here, self._values.whole(field, value, path))]
        operators = self._change_operators(field)
        if is_any(field) and not field.is_list:
            _refuse_plain_json(field, value, path, operators)
        operator = single_key(value, path, operators, self._values.words)
        operand, path = next(iter(value.values())), (*path, operator)
        if operator == "unset":
            return [Unset(here)] if as_boolean(operand, path) else []
        if operator == "set":
            return [Set(here, self._values.whole(field, operand, path))]
        if operator == "push":
            return [Push(here, self._pushed(field, operand, path))]
        if operator == "add":
            return [AddValues(here, self._some(field, operand, path))]
        if operator == "remove":
            return [RemoveValues(here, self._some(field, operand, path))]
        return [self._arithmetic(field, operator, operand, path, here)]

    def _change_operators(self, field: Field) -> tuple[str, ...]:
        names: tuple[str, ...] = ("set",)
        if field.is_list:
            names += ("push", "add", "remove")
        elif is_number(field):
            names += ARITHMETIC
        return names if field.is_required or field.is_list else (*names, "unset")

    def _pushed(self, field: Field, value: object, path: ArgumentPath) -> tuple[object, ...]:
        if isinstance(value, list | tuple | set):
            return self._some(field, value, path)
        stored = self._values.one(field, value, path)
        # a Json array pushes its elements: so Prisma has it on MongoDB (prisma/prisma#18019)
        return tuple(stored) if isinstance(stored, list) else (stored,)

    def _some(self, field: Field, value: object, path: ArgumentPath) -> tuple[object, ...]:
        """One value, or a list of them."""
        if isinstance(value, list | tuple | set):
            return self._values.many(field, value, path)
        return (self._values.one(field, value, path),)

    def _arithmetic(
        self,
        field: Field,
        operator: str,
        operand: object,
        path: ArgumentPath,
        here: tuple[str, ...],
    ) -> Arithmetic:
        number = self._values.one(field, operand, path)
        if operator == "divide" and comparable(number) == 0:
            raise invalid(path, "division by zero")
        match operator:
            case "increment" | "decrement" | "multiply" | "divide":
                whole = SCALARS[field.type].is_whole
                return Arithmetic(here, operator, number, whole, not field.is_required)
            case _:
                raise unknown(path, ARITHMETIC, field.type)

    # --- composites ---

    def _composite_updates(
        self, field: Field, value: object, path: ArgumentPath, here: tuple[str, ...]
    ) -> list[FieldUpdate]:
        members = self._datamodel.type[field.type].members
        keys = {canonical(key) for key in value} if isinstance(value, Mapping) else set()
        if not keys or not keys <= _COMPOSITE_CHANGES - members.keys():
            return [Set(here, self._values.whole(field, value, path))]
        given = as_object(value, path)
        operator = single_key(given, path, _composite_operators(field), self._values.words)
        [(key, operand)] = given.items()
        return self._composite_operator(field, operator, operand, (*path, key), here)

    def _composite_operator(
        self, field: Field, operator: str, value: object, path: ArgumentPath, here: tuple[str, ...]
    ) -> list[FieldUpdate]:
        kind = self._datamodel.type[field.type]
        match operator:
            case "set":
                return [Set(here, self._values.whole(field, value, path))]
            case "unset":
                return [Unset(here)] if as_boolean(value, path) else []
            case "update":
                return self._members(kind, _not_empty(value, path), path, here)
            case "upsert":
                return [self._upsert(field, kind, as_object(value, path), path, here)]
            case "push":
                pushed = [
                    self._values.composite(field, item, item_path, defaults=True)
                    for item_path, item in as_objects(value, path)
                ]
                return [Push(here, tuple(pushed))]
            case "updateMany":
                return [self._update_elements(kind, as_object(value, path), path, here)]
            case "deleteMany":
                return [self._delete_elements(kind, as_object(value, path), path, here)]
            case _:
                raise unknown(path, _composite_operators(field), field.type)

    def _members(
        self,
        kind: CompositeType,
        given: Mapping[str, Any],
        path: ArgumentPath,
        here: tuple[str, ...],
    ) -> list[FieldUpdate]:
        updates: list[FieldUpdate] = []
        for key, item in given.items():
            if key not in kind.members:
                raise unknown((*path, key), kind.members, kind.name)
            updates += self.field_updates(kind.members[key], item, (*path, key), here)
        return updates

    def _upsert(
        self,
        field: Field,
        kind: CompositeType,
        given: Mapping[str, Any],
        path: ArgumentPath,
        here: tuple[str, ...],
    ) -> UpsertComposite:
        parts = _exactly(given, ("set", "update"), path)
        value = self._values.whole(field, parts["set"], (*path, "set"))
        update = as_object(parts["update"], (*path, "update"))
        updates = self._members(kind, update, (*path, "update"), here)
        return UpsertComposite(here, value, tuple(updates))

    def _update_elements(
        self,
        kind: CompositeType,
        given: Mapping[str, Any],
        path: ArgumentPath,
        here: tuple[str, ...],
    ) -> UpdateElements:
        parts = _exactly(given, ("where", "data"), path)
        where = self._wheres.where(kind, parts["where"], (*path, "where"))
        data = as_object(parts["data"], (*path, "data"))
        updates = self._members(kind, data, (*path, "data"), ())
        return UpdateElements(here, where, tuple(updates))

    def _delete_elements(
        self,
        kind: CompositeType,
        given: Mapping[str, Any],
        path: ArgumentPath,
        here: tuple[str, ...],
    ) -> DeleteElements:
        parts = _exactly(given, ("where",), path)
        return DeleteElements(here, self._wheres.where(kind, parts["where"], (*path, "where")))


def unfold(updates: Iterable[FieldUpdate]) -> list[FieldUpdate]:
    """Upserts of composites one after the other, as Prisma runs them.

    An upsert inside the `update` of another one always runs after it: also if the outer one has
    stored its `set`.
    """
    found: list[FieldUpdate] = []
    for update in updates:
        if not isinstance(update, UpsertComposite):
            found += [update]
            continue
        inner = [item for item in update.updates if isinstance(item, UpsertComposite)]
        rest = tuple(item for item in update.updates if item not in inner)
        found += [replace(update, updates=rest), *unfold(inner)]
    return found


def _refuse_plain_json(
    field: Field, value: Mapping[str, Any], path: ArgumentPath, operators: tuple[str, ...]
) -> None:
    """Refuse a dict that was meant as the value, in words that say what to do."""
    if not value:
        raise invalid(path, "expected Json, got an object: wrap it in prisma.Json")
    for key in value:
        if canonical(key) not in operators:
            raise unknown((*path, key), operators, f"an update of {described(field)}")


def _composite_operators(field: Field) -> tuple[str, ...]:
    if field.is_list:
        return _LIST_CHANGES
    return _REQUIRED_CHANGES if field.is_required else _OPTIONAL_CHANGES


def _not_empty(value: object, path: ArgumentPath) -> Mapping[str, Any]:
    given = as_object(value, path)
    if not given:
        raise invalid(path, "expected at least one field, got none")
    return given


def _exactly(
    given: Mapping[str, Any], names: tuple[str, ...], path: ArgumentPath
) -> Mapping[str, Any]:
    for key in given:
        if key not in names:
            raise unknown((*path, key), names, "this object")
    for name in names:
        if name not in given:
            raise missing((*path, name))
    return given
