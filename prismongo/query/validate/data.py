"""Validation of writes: the `data` of creates and updates → documents, updates, nested writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from prismongo.query.errors.input import ArgumentPath, invalid, missing, unknown
from prismongo.query.nodes.operations import (
    NestedWrite,
    NewRecord,
    RecordUpdates,
    ReferencedWrite,
)
from prismongo.query.nodes.updates import FieldUpdate, Set
from prismongo.query.validate.layouts import NO_DEFAULT, Layouts
from prismongo.query.validate.moment import Moment
from prismongo.query.validate.nested import NestedValidator
from prismongo.query.validate.select import SelectValidator
from prismongo.query.validate.updates import UpdateValidator, unfold
from prismongo.query.validate.values import Values, as_object, as_objects
from prismongo.query.validate.where import WhereValidator
from prismongo.query.validate.words import spelled
from prismongo.query.validate.writers import Writers
from prismongo.schema.datamodel import Datamodel, Field, Link, Model


class DataValidator:
    """Validates the data of one request, in which `now()` always has the same value."""

    def __init__(
        self,
        datamodel: Datamodel,
        values: Values,
        wheres: WhereValidator,
        selects: SelectValidator,
        layouts: Layouts,
        writers: Writers,
    ) -> None:
        self._datamodel = datamodel
        self._values = values
        self._layouts = layouts
        self._writers = writers
        self._wheres = wheres
        self._selects = selects
        self._present = Moment()

    @cached_property
    def _updates(self) -> UpdateValidator:
        return UpdateValidator(self._datamodel, self._values, self._wheres)

    @cached_property
    def _nested(self) -> NestedValidator:
        return NestedValidator(self, self._values, self._wheres, self._selects)

    def _word(self, name: str) -> str:
        return spelled((name,), self._values.words)[0]

    # --- create ---

    def create(
        self,
        model: Model,
        value: object,
        path: ArgumentPath,
        *,
        through: Link | None = None,
        flat: bool = False,
    ) -> NewRecord:
        """A new record; `through` is the relation of a nested create, `flat` forbids relations."""
        given = as_object(value, path)
        if through is None:
            document = self._writers.document(model, given, self._present)
            if document is not None:
                return NewRecord(model, document)
        outer_fields = self._fields_of_outer(through)
        is_related = False
        for key in given:
            field = model.by_name.get(key)
            if field is None or key in outer_fields or field.ignored:
                raise unknown((*path, key), self._input_fields(model, outer_fields), model.name)
            if field.kind == "relation":
                if flat:
                    names = self._input_fields(model, outer_fields)
                    known = [name for name in names if model.by_name[name].kind != "relation"]
                    raise unknown((*path, key), known, self._word("createMany"))
                is_related = True
        if not is_related:
            return NewRecord(model, self._document(model, given, path, outer_fields))
        self._refuse_key_beside_relation(model, given, path)
        writes = self._create_relations(model, given, path)
        supplied = set(outer_fields) | _keys_of(writes)
        return NewRecord(model, self._document(model, given, path, supplied), writes)

    def create_all(
        self, model: Model, value: object, path: ArgumentPath
    ) -> tuple[dict[str, Any], ...]:
        """The documents of many new records, or of one: only stored fields."""
        documents = self._writers.documents(model, value, self._present)
        if documents is not None:
            return documents
        return tuple(
            self.create(model, item, path_of_item, flat=True).document
            for path_of_item, item in as_objects(value, path)
        )

    def _fields_of_outer(self, through: Link | None) -> tuple[str, ...]:
        """The fields that the outer record of a nested write sets."""
        if through is None or through.is_many_to_many:
            return ()
        if through.holds_key:
            return (through.opposite.name,)
        return (through.opposite.name, *(field.name for field in through.remote))

    def _input_fields(self, model: Model, outer_fields: tuple[str, ...]) -> list[str]:
        return [
            item.name for item in model.fields if item.name not in outer_fields and not item.ignored
        ]

    def _refuse_key_beside_relation(
        self, model: Model, given: Mapping[str, Any], path: ArgumentPath
    ) -> None:
        """Reject data that sets foreign keys by value and by relation at the same time."""
        if not any(model.by_name[key].kind == "relation" for key in given):
            return
        holding = [item for item in model.fields if item.relation and item.relation.fields]
        related = [item.name for item in holding if item.name in given and not item.is_list]
        if not related:
            return
        keys = {name for item in holding if item.relation for name in item.relation.fields}
        both = sorted(keys & given.keys() - {model.id_field.name})
        if both:
            names = ", ".join(f"`{name}`" for name in both)
            raise invalid(path, f"{names} cannot stand beside `{related[0]}`: keys or relations")

    def _create_relations(
        self, model: Model, given: Mapping[str, Any], path: ArgumentPath
    ) -> tuple[NestedWrite, ...]:
        writes: list[NestedWrite] = []
        for key, item in given.items():
            if model.by_name[key].kind == "relation":
                link = self._datamodel.link(model, key)
                writes += self._nested.writes(link, item, (*path, key), creating=True)
        return tuple(writes)

    def _document(
        self,
        model: Model,
        given: Mapping[str, Any],
        path: ArgumentPath,
        supplied: Collection[str],
    ) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for name, db_name, field, fixed, make, is_now, is_needed in self._layouts.of(model):
            if name in given:
                document[db_name] = self._values.whole(field, given[name], (*path, name))
            elif fixed is not NO_DEFAULT:
                document[db_name] = fixed
            elif make is not None:
                document[db_name] = make()
            elif is_now:
                document[db_name] = self._present(field)
            elif is_needed and name not in supplied:
                raise missing((*path, name))
        return document

    # --- update ---

    def update(
        self, model: Model, value: object, path: ArgumentPath, *, through: Link | None = None
    ) -> RecordUpdates:
        """The updates of one record."""
        given = as_object(value, path)
        outer_fields = self._fields_of_outer(through)
        updates: list[FieldUpdate] = []
        writes: list[NestedWrite] = []
        for key, item in given.items():
            field = self._updated_field(model, key, outer_fields, (*path, key))
            if field.kind == "relation":
                link = self._datamodel.link(model, key)
                writes += self._nested.writes(link, item, (*path, key), creating=False)
            else:
                updates += self._updates.field_updates(field, item, (*path, key), ())
        self._refuse_key_beside_relation(model, given, path)
        return RecordUpdates(
            model, self._with_updated_at(model, given, unfold(updates)), tuple(writes)
        )

    def update_all(
        self, model: Model, value: object, path: ArgumentPath
    ) -> tuple[FieldUpdate, ...]:
        """The updates of many records: only stored fields."""
        given = as_object(value, path)
        updates: list[FieldUpdate] = []
        for key, item in given.items():
            field = self._updated_field(model, key, (), (*path, key))
            if field.kind == "relation":
                known = [item.name for item in model.stored_fields if not item.is_id]
                raise unknown((*path, key), known, self._word("updateMany"))
            updates += self._updates.field_updates(field, item, (*path, key), ())
        return self._with_updated_at(model, given, unfold(updates))

    def _updated_field(
        self, model: Model, key: str, outer_fields: tuple[str, ...], path: ArgumentPath
    ) -> Field:
        field = model.by_name.get(key)
        if field is None or field.is_id or key in outer_fields or field.ignored:
            names = self._input_fields(model, outer_fields)
            known = [name for name in names if not model.by_name[name].is_id]
            raise unknown(path, known, f"an update of {model.name}")
        return field

    def _with_updated_at(
        self, model: Model, given: Mapping[str, Any], updates: list[FieldUpdate]
    ) -> tuple[FieldUpdate, ...]:
        if updates:
            updates += [
                Set((field.db_name,), self._present(field))
                for field in model.stored_fields
                if field.is_updated_at and field.name not in given
            ]
        return tuple(updates)


def _keys_of(writes: tuple[NestedWrite, ...]) -> set[str]:
    """The foreign keys that nested writes set."""
    return {
        field.name
        for write in writes
        if isinstance(write, ReferencedWrite)
        for field in write.link.local
    }
