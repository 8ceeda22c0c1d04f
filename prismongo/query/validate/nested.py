"""Validation of nested writes: the value of a relation in `data` → NestedWrite nodes.

Source: Prisma Client reference, "Nested queries".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from prismongo.query.errors.input import ArgumentPath, invalid, missing, unknown, unsupported
from prismongo.query.nodes.filters import EVERYTHING, Filter
from prismongo.query.nodes.operations import (
    ConnectOrCreateReferenced,
    ConnectOrCreateRelated,
    ConnectReferenced,
    ConnectRelated,
    CreateReferenced,
    CreateRelated,
    DeleteManyRelated,
    DeleteReferenced,
    DeleteRelated,
    DisconnectReferenced,
    DisconnectRelated,
    NestedWrite,
    NewRecord,
    RecordUpdates,
    SetRelated,
    UpdateManyRelated,
    UpdateReferenced,
    UpdateRelated,
    UpsertReferenced,
    UpsertRelated,
)
from prismongo.query.nodes.selections import Unique
from prismongo.query.validate.select import SelectValidator
from prismongo.query.validate.values import Values, as_boolean, as_object, as_objects
from prismongo.query.validate.where import WhereValidator
from prismongo.query.validate.words import by_canonical, spelled
from prismongo.schema.datamodel import Link

if TYPE_CHECKING:
    from prismongo.query.validate.data import DataValidator

T = TypeVar("T")

_ADDING: Final = (
    CreateReferenced,
    ConnectReferenced,
    ConnectOrCreateReferenced,
    CreateRelated,
    ConnectRelated,
    ConnectOrCreateRelated,
)
_CREATING: Final = ("create", "connect", "connectOrCreate")
_UPDATING: Final = ("update", "upsert", "delete", "disconnect")
_UPDATING_MANY: Final = ("set", "updateMany", "deleteMany")


def operators(link: Link, *, creating: bool) -> tuple[str, ...]:
    """The nested writes that are allowed on a relation."""
    names: tuple[str, ...] = _CREATING
    if link.field.is_list:
        names = names if link.is_many_to_many else (*names, "createMany")
        return names if creating else (*names, *_UPDATING, *_UPDATING_MANY)
    if creating:
        return names
    return (*names, "update", "upsert") if link.field.is_required else (*names, *_UPDATING)


def _combined(write: NestedWrite) -> tuple[Filter, ...]:
    """The filters that one query of a nested write combines."""
    if isinstance(write, ConnectRelated | SetRelated):
        return tuple(unique.filter for unique in write.uniques)
    return write.filters if isinstance(write, DisconnectRelated | DeleteManyRelated) else ()


class NestedValidator:
    """Validates nested writes; `data` validates the records in them."""

    def __init__(
        self,
        data: DataValidator,
        values: Values,
        wheres: WhereValidator,
        selects: SelectValidator,
    ) -> None:
        self._data = data
        self._words = values.words
        self._wheres = wheres
        self._selects = selects

    def writes(
        self, link: Link, value: object, path: ArgumentPath, *, creating: bool
    ) -> list[NestedWrite]:
        """The nested writes of one relation, in the order of the input."""
        allowed = operators(link, creating=creating)
        found: list[NestedWrite] = []
        for name, (key, item) in by_canonical(as_object(value, path), path).items():
            if name not in allowed:
                known, owner = spelled(allowed, self._words), link.model.name
                raise unknown((*path, key), known, f"relation {owner}.{link.field.name}")
            if item is None:
                raise missing((*path, key))
            if link.holds_key and not link.is_many_to_many:
                found += self._referenced(link, name, item, (*path, key))
            else:
                found += self._related(link, name, item, (*path, key))
        self._at_most_one(link, found, path)
        for write in found:
            self._wheres.searches.check_several(_combined(write), path)
        return found

    def _at_most_one(self, link: Link, found: list[NestedWrite], path: ArgumentPath) -> None:
        if not link.field.is_list and sum(isinstance(item, _ADDING) for item in found) > 1:
            names = ", ".join(spelled(_CREATING, self._words))
            raise invalid(path, f"expected one of {names}")

    def _referenced(
        self, link: Link, name: str, value: object, path: ArgumentPath
    ) -> list[NestedWrite]:
        """A write on the record that a foreign key of the outer record refers to."""
        match name:
            case "create":
                return [CreateReferenced(link, self._new(link, value, path))]
            case "connect":
                return [ConnectReferenced(link, self._unique(link, value, path))]
            case "connectOrCreate":
                return [
                    ConnectOrCreateReferenced(link, *self._connect_or_create(link, value, path))
                ]
            case "disconnect":
                return [
                    DisconnectReferenced(link, item) for item in self._targets(link, value, path)
                ]
            case "delete":
                return [DeleteReferenced(link, item) for item in self._targets(link, value, path)]
            case "update":
                return [UpdateReferenced(link, *self._update(link, value, path))]
            case "upsert":
                return [UpsertReferenced(link, *self._upsert(link, value, path))]
            case _:
                raise unknown(path, operators(link, creating=False), "a relation to one record")

    def _related(
        self, link: Link, name: str, value: object, path: ArgumentPath
    ) -> list[NestedWrite]:
        """A write on records that hold the foreign key, or a list of ids."""
        match name:
            case "create":
                records = self._each(self._new, link, value, path)
                return [CreateRelated(link, records)] if records else []
            case "createMany":
                records = self._create_many(link, as_object(value, path), path)
                return [CreateRelated(link, records)] if records else []
            case "connect":
                uniques = self._each(self._unique, link, value, path)
                return [ConnectRelated(link, uniques)] if uniques else []
            case "connectOrCreate":
                items = self._each(self._connect_or_create, link, value, path)
                return [ConnectOrCreateRelated(link, items)] if items else []
            case "set":
                return [SetRelated(link, self._each(self._unique, link, value, path))]
            case "disconnect":
                filters = self._targets(link, value, path)
                return [DisconnectRelated(link, filters)] if filters else []
            case "delete":
                filters = self._targets(link, value, path)
                return [DeleteRelated(link, filters)] if filters else []
            case "update":
                return [UpdateRelated(link, self._each(self._update, link, value, path))]
            case "upsert":
                return [UpsertRelated(link, self._each(self._upsert, link, value, path))]
            case "updateMany":
                return [UpdateManyRelated(link, self._each(self._update_many, link, value, path))]
            case "deleteMany":
                return [DeleteManyRelated(link, self._each(self._filter, link, value, path))]
            case _:
                raise unknown(path, operators(link, creating=False), "a relation")

    def _each(
        self,
        validate: Callable[[Link, object, ArgumentPath], T],
        link: Link,
        value: object,
        path: ArgumentPath,
    ) -> tuple[T, ...]:
        """What `validate` makes of each item; to-one has a single item and no list."""
        if not link.field.is_list:
            return (validate(link, value, path),)
        return tuple(validate(link, item, item_path) for item_path, item in as_objects(value, path))

    def _new(self, link: Link, value: object, path: ArgumentPath) -> NewRecord:
        return self._data.create(link.target, value, path, through=link)

    def _unique(self, link: Link, value: object, path: ArgumentPath) -> Unique:
        return self._selects.unique(link.target, value, path)

    def _filter(self, link: Link, value: object, path: ArgumentPath) -> Filter:
        return self._wheres.where(link.target, value, path)

    def _create_many(
        self, link: Link, given: Mapping[str, Any], path: ArgumentPath
    ) -> tuple[NewRecord, ...]:
        for key in given:
            if key not in ("data", "skipDuplicates"):
                raise unknown((*path, key), ("data", "skipDuplicates"), str(path[-1]))
        if given.get("skipDuplicates"):
            raise unsupported("skipDuplicates", "MongoDB cannot skip duplicates")
        if "data" not in given:
            raise missing((*path, "data"))
        return tuple(
            self._data.create(link.target, item, item_path, through=link, flat=True)
            for item_path, item in as_objects(given["data"], (*path, "data"))
        )

    def _connect_or_create(
        self, link: Link, value: object, path: ArgumentPath
    ) -> tuple[Unique, NewRecord]:
        given = self._parts(value, ("where", "create"), path)
        unique = self._selects.unique(link.target, given["where"], (*path, "where"))
        return unique, self._new(link, given["create"], (*path, "create"))

    def _targets(self, link: Link, value: object, path: ArgumentPath) -> tuple[Filter, ...]:
        if link.field.is_list:
            uniques = self._each(self._unique, link, value, path)
            return tuple(unique.filter for unique in uniques)
        if isinstance(value, Mapping):
            return (self._filter(link, value, path),)
        return (EVERYTHING,) if as_boolean(value, path) else ()

    def _update(
        self, link: Link, value: object, path: ArgumentPath
    ) -> tuple[Filter, RecordUpdates]:
        given = as_object(value, path)
        wrapped = "data" in given and set(given) <= {"where", "data"}
        if link.field.is_list:
            self._parts(value, ("where", "data"), path)
            where = self._selects.unique(link.target, given["where"], (*path, "where")).filter
        elif wrapped and "data" not in link.target.by_name:
            where = self._where(link, given, path)
        else:
            return EVERYTHING, self._data.update(link.target, given, path, through=link)
        data = self._data.update(link.target, given["data"], (*path, "data"), through=link)
        return where, data

    def _where(self, link: Link, given: Mapping[str, Any], path: ArgumentPath) -> Filter:
        if given.get("where") is None:
            return EVERYTHING
        return self._wheres.where(link.target, given["where"], (*path, "where"))

    def _upsert(
        self, link: Link, value: object, path: ArgumentPath
    ) -> tuple[Filter, NewRecord, RecordUpdates]:
        if link.field.is_list:
            given = self._parts(value, ("where", "create", "update"), path)
            where = self._selects.unique(link.target, given["where"], (*path, "where")).filter
        else:
            given = self._parts(value, ("create", "update"), path, optional=("where",))
            where = self._where(link, given, path)
        create = self._new(link, given["create"], (*path, "create"))
        update = self._data.update(link.target, given["update"], (*path, "update"), through=link)
        return where, create, update

    def _update_many(
        self, link: Link, value: object, path: ArgumentPath
    ) -> tuple[Filter, tuple[Any, ...]]:
        given = self._parts(value, ("where", "data"), path)
        where = self._wheres.where(link.target, given["where"], (*path, "where"))
        return where, self._data.update_all(link.target, given["data"], (*path, "data"))

    def _parts(
        self,
        value: object,
        names: tuple[str, ...],
        path: ArgumentPath,
        *,
        optional: tuple[str, ...] = (),
    ) -> Mapping[str, Any]:
        given = as_object(value, path)
        for key in given:
            if key not in (*names, *optional):
                raise unknown((*path, key), (*names, *optional), "this object")
        for name in names:
            if given.get(name) is None:
                raise missing((*path, name))
        return given
