"""Validation of nested writes: what `data` says about one relation → NestedWrite nodes.

Source: Prisma Client reference, "Nested queries".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from prismongo.query.errors.input import ArgumentPath, invalid, missing, unknown, unsupported
from prismongo.query.nodes.filters import EVERYTHING, Filter
from prismongo.query.nodes.operations import (
    NestedConnect,
    NestedConnectOrCreate,
    NestedCreate,
    NestedDelete,
    NestedDeleteMany,
    NestedDisconnect,
    NestedSet,
    NestedUpdate,
    NestedUpdateMany,
    NestedUpsert,
    NestedWrite,
    NewRecord,
    RecordUpdates,
)
from prismongo.query.nodes.selections import Unique
from prismongo.query.validate.select import SelectValidator
from prismongo.query.validate.values import as_boolean, as_object, as_objects, canonical
from prismongo.query.validate.where import WhereValidator
from prismongo.schema.datamodel import Link

if TYPE_CHECKING:
    from prismongo.query.validate.data import DataValidator

_CREATING: Final = ("create", "connect", "connectOrCreate")
_UPDATING: Final = ("update", "upsert", "delete", "disconnect")
_UPDATING_MANY: Final = ("set", "updateMany", "deleteMany")


def operators(link: Link, *, creating: bool) -> tuple[str, ...]:
    """The nested writes that a relation takes."""
    names: tuple[str, ...] = _CREATING
    if link.field.is_list:
        names = names if link.is_many_to_many else (*names, "createMany")
        return names if creating else (*names, *_UPDATING, *_UPDATING_MANY)
    if creating:
        return names
    return (*names, "update", "upsert") if link.field.is_required else (*names, *_UPDATING)


class NestedValidator:
    """Validates nested writes; `data` validates what stands inside them."""

    def __init__(
        self, data: DataValidator, wheres: WhereValidator, selects: SelectValidator
    ) -> None:
        self._data = data
        self._wheres = wheres
        self._selects = selects

    def writes(
        self, link: Link, value: object, path: ArgumentPath, *, creating: bool
    ) -> list[NestedWrite]:
        """The nested writes of one relation, in the order in which they were said."""
        allowed = operators(link, creating=creating)
        found: list[NestedWrite] = []
        for key, item in as_object(value, path).items():
            name = canonical(key)
            if name not in allowed:
                raise unknown(
                    (*path, key), allowed, f"relation {link.model.name}.{link.field.name}"
                )
            if item is None:
                raise missing((*path, key))
            found += self._write(link, name, item, (*path, key))
        self._at_most_one(link, found, path)
        return found

    def _at_most_one(self, link: Link, found: list[NestedWrite], path: ArgumentPath) -> None:
        adding = (NestedCreate, NestedConnect, NestedConnectOrCreate)
        if not link.field.is_list and sum(isinstance(item, adding) for item in found) > 1:
            raise invalid(path, "expected one of create, connect, connectOrCreate")

    def _write(self, link: Link, name: str, value: object, path: ArgumentPath) -> list[NestedWrite]:
        match name:
            case "create":
                records = tuple(
                    self._new(link, item, place) for place, item in self._items(link, value, path)
                )
                return [NestedCreate(link, records)] if records else []
            case "createMany":
                return self._create_many(link, as_object(value, path), path)
            case "connect":
                uniques = self._uniques(link, value, path)
                return [NestedConnect(link, uniques)] if uniques else []
            case "connectOrCreate":
                items = tuple(
                    self._connect_or_create(link, item, place)
                    for place, item in self._items(link, value, path)
                )
                return [NestedConnectOrCreate(link, items)] if items else []
            case "set":
                return [NestedSet(link, self._uniques(link, value, path))]
            case _:
                return self._update_write(link, name, value, path)

    def _update_write(
        self, link: Link, name: str, value: object, path: ArgumentPath
    ) -> list[NestedWrite]:
        match name:
            case "disconnect":
                filters = self._targets(link, value, path)
                return [NestedDisconnect(link, filters)] if filters else []
            case "delete":
                filters = self._targets(link, value, path)
                return [NestedDelete(link, filters)] if filters else []
            case "update":
                updates = [self._update(link, i, p) for p, i in self._items(link, value, path)]
                return [NestedUpdate(link, tuple(updates))]
            case "upsert":
                upserts = [self._upsert(link, i, p) for p, i in self._items(link, value, path)]
                return [NestedUpsert(link, tuple(upserts))]
            case "updateMany":
                many = [self._update_many(link, i, p) for p, i in as_objects(value, path)]
                return [NestedUpdateMany(link, tuple(many))]
            case _:
                wheres = [
                    self._wheres.where(link.target, item, place)
                    for place, item in as_objects(value, path)
                ]
                return [NestedDeleteMany(link, tuple(wheres))]

    def _items(
        self, link: Link, value: object, path: ArgumentPath
    ) -> list[tuple[ArgumentPath, Mapping[str, Any]]]:
        if link.field.is_list:
            return as_objects(value, path)
        return [(path, as_object(value, path))]

    def _new(self, link: Link, value: object, path: ArgumentPath) -> NewRecord:
        return self._data.create(link.target, value, path, through=link)

    def _uniques(self, link: Link, value: object, path: ArgumentPath) -> tuple[Unique, ...]:
        return tuple(
            self._selects.unique(link.target, item, place)
            for place, item in self._items(link, value, path)
        )

    def _create_many(
        self, link: Link, given: Mapping[str, Any], path: ArgumentPath
    ) -> list[NestedWrite]:
        for key in given:
            if key not in ("data", "skipDuplicates"):
                raise unknown((*path, key), ("data", "skipDuplicates"), "createMany")
        if given.get("skipDuplicates"):
            raise unsupported("skipDuplicates", "MongoDB cannot skip duplicates")
        if "data" not in given:
            raise missing((*path, "data"))
        records = tuple(
            self._data.create(link.target, item, place, through=link, flat=True)
            for place, item in as_objects(given["data"], (*path, "data"))
        )
        return [NestedCreate(link, records)] if records else []

    def _connect_or_create(
        self, link: Link, value: object, path: ArgumentPath
    ) -> tuple[Unique, NewRecord]:
        given = self._parts(value, ("where", "create"), path)
        unique = self._selects.unique(link.target, given["where"], (*path, "where"))
        return unique, self._new(link, given["create"], (*path, "create"))

    def _targets(self, link: Link, value: object, path: ArgumentPath) -> tuple[Filter, ...]:
        if link.field.is_list:
            return tuple(unique.filter for unique in self._uniques(link, value, path))
        if isinstance(value, Mapping):
            return (self._wheres.where(link.target, value, path),)
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
