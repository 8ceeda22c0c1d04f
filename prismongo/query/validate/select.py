"""Validation of reads: uniques, pages (where, order, take, skip, cursor, distinct), selections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from prismongo.query.errors.input import (
    ArgumentPath,
    empty_selection,
    given_twice,
    invalid,
    missing,
    selection_of_scalar,
    unknown,
    unknown_selection,
    unsupported,
)
from prismongo.query.nodes.filters import EVERYTHING, And, Compare, Filter, both
from prismongo.query.nodes.requests import DeclaredFields, Selection
from prismongo.query.nodes.selections import (
    CompositeOutput,
    CountOutput,
    Output,
    Page,
    RelationOutput,
    ScalarOutput,
    Selected,
    Unique,
    whole,
)
from prismongo.query.nodes.steps import OrderKey
from prismongo.query.validate.order import OrderValidator
from prismongo.query.validate.search import SEARCH
from prismongo.query.validate.values import (
    Values,
    as_integer,
    as_list,
    as_object,
)
from prismongo.query.validate.where import COMBINATIONS, WhereValidator
from prismongo.query.validate.words import arguments_spelled, canonical, written_as
from prismongo.query.values.scalars import is_any, may_be_list
from prismongo.schema.datamodel import Datamodel, Field, Link, Model

COUNT: Final = "_count"
PAGE_ARGUMENTS: Final = ("where", "orderBy", "take", "skip", "cursor", "distinct")


class SelectValidator:
    """Validates uniques, pages and selections against one datamodel."""

    def __init__(self, datamodel: Datamodel, values: Values, wheres: WhereValidator) -> None:
        self._datamodel = datamodel
        self._values = values
        self._wheres = wheres
        self._orders = OrderValidator(datamodel, wheres.searches)
        self._classes: WeakKeyDictionary[DeclaredFields, Selected] = WeakKeyDictionary()

    # --- uniques ---

    def unique(self, model: Model, value: object, path: ArgumentPath) -> Unique:
        """One record by a unique; further entries are more conditions (extended where-unique)."""
        given = as_object(value, path)
        if len(given) == 1:
            [(name, item)] = given.items()
            members = model.uniques.get(name, ())
            if len(members) == 1:
                found = self._unique_value(members[0], item, (*path, name))
                return Unique(((members[0], found),), Compare((members[0].db_name,), "eq", found))
        for key in given:
            if key not in model.uniques:
                continue
            members = model.uniques[key]
            if len(members) > 1 or not isinstance(given[key], Mapping):
                return self._unique(model, given, key, path)
        if any(key in model.uniques for key in given):
            key = next(key for key in given if key in model.uniques)
            return self._unique(model, given, key, path)
        compound = [name for name in model.uniques if name not in model.by_name]
        names = [*model.by_name, *compound, *COMBINATIONS]
        for name in given:  # an unknown name is said first
            if name not in names and name != SEARCH:
                raise unknown((*path, name), names, model.name)
        self._wheres.where(model, given, path)
        known = ", ".join(model.uniques)
        raise invalid(path, f"{model.name} needs at least one of its uniques: {known}")

    def _unique(
        self, model: Model, given: Mapping[str, Any], key: str, path: ArgumentPath
    ) -> Unique:
        members = model.uniques[key]
        pairs: tuple[tuple[Field, object], ...]
        if len(members) == 1:
            pairs = ((members[0], self._unique_value(members[0], given[key], (*path, key))),)
        else:
            pairs = self._compound(members, as_object(given[key], (*path, key)), (*path, key))
        equal = And(tuple(Compare((field.db_name,), "eq", value) for field, value in pairs))
        rest = {name: item for name, item in given.items() if name != key}
        latest = self._wheres.searches.latest
        extra = self._extra(model, rest, path) if rest else EVERYTHING
        found = both(equal.filters[0] if len(pairs) == 1 else equal, extra)
        if self._wheres.searches.latest is not latest:
            self._wheres.searches.check(model, found, path)
        return Unique(pairs, found)

    def _extra(self, model: Model, rest: Mapping[str, Any], path: ArgumentPath) -> Filter:
        found: Filter = EVERYTHING
        for name, item in rest.items():
            if name in model.uniques and name not in model.by_name:
                inner = self._compound(
                    model.uniques[name], as_object(item, (*path, name)), (*path, name)
                )
                for field, value in inner:
                    found = both(found, Compare((field.db_name,), "eq", value))
            else:
                found = both(found, self._wheres.unchecked(model, {name: item}, path))
        return found

    def _compound(
        self, members: tuple[Field, ...], given: Mapping[str, Any], path: ArgumentPath
    ) -> tuple[tuple[Field, object], ...]:
        names = [field.name for field in members]
        for name in given:
            if name not in names:
                raise unknown((*path, name), names, "this unique")
        for name in names:
            if name not in given:
                raise missing((*path, name), alone=True)
        return tuple(
            (field, self._unique_value(field, given[field.name], (*path, field.name)))
            for field in members
        )

    def _unique_value(self, field: Field, value: object, path: ArgumentPath) -> object:
        if value is None:
            raise missing(path, alone=True)
        return self._values.one(field, value, path)

    # --- pages ---

    def page(
        self,
        model: Model,
        arguments: Mapping[str, Any],
        path: ArgumentPath,
        known: Iterable[str] = PAGE_ARGUMENTS,
    ) -> Page:
        """The page that the arguments of a findMany, or of an included list, describe."""
        given = self.arguments(arguments, known, path)
        order, cursor = given.get("orderBy"), given.get("cursor")
        take, skip, distinct = given.get("take"), given.get("skip"), given.get("distinct")
        where = (
            EVERYTHING
            if given.get("where") is None
            else self._wheres.where(model, given["where"], (*path, "where"))
        )
        ordered = (*path, written_as("orderBy", arguments))
        keys = () if order is None else self._orders.order(model, order, where, ordered)
        if cursor is not None and any(key.relevance for key in keys):
            raise unsupported("A cursor in the order of `_relevance`", "use `skip` and `take`")
        if cursor is not None and self.is_mixed(model, keys):
            raise unsupported(
                "A cursor in the order of Json or of a list",
                "order by a field whose values are of one type",
            )
        return Page(
            where=where,
            order=keys,
            take=None if take is None else as_integer(take, (*path, "take")),
            skip=0 if skip is None else self.skip(skip, (*path, "skip")),
            cursor=None if cursor is None else self._cursor(model, cursor, (*path, "cursor")),
            distinct=()
            if distinct is None
            else self._distinct(model, distinct, (*path, "distinct")),
        )

    def _cursor(self, model: Model, value: object, path: ArgumentPath) -> Unique:
        found = self.unique(model, value, path)
        self._wheres.searches.check_cursor(found.filter, path)
        return found

    def is_mixed(self, model: Model, keys: Iterable[OrderKey]) -> bool:
        """Whether an order has values of several types, or lists; the id ends each order."""
        by_id = is_any(model.id_field) and not model.is_view
        return by_id or any(self._is_mixed(model, key) for key in keys)

    def _is_mixed(self, model: Model, key: OrderKey) -> bool:
        if key.count or key.relevance:
            return False
        fields = (key.links[-1].target if key.links else model).fields
        for name in key.path[:-1]:
            composite = next(field.type for field in fields if field.db_name == name)
            fields = self._datamodel.type[composite].fields
        last = next(field for field in fields if field.db_name == key.path[-1])
        return may_be_list(last)

    def arguments(
        self, arguments: Mapping[str, Any], known: Iterable[str], path: ArgumentPath
    ) -> dict[str, Any]:
        """The arguments by Prisma's names; unknown ones are rejected, null ones are dropped."""
        given: dict[str, Any] = {}
        for key, value in arguments.items():
            name = canonical(key)
            if name not in known:
                names = arguments_spelled(known, self._values.words, is_nested=bool(path))
                raise unknown((*path, key), names, "this operation")
            if value is None:
                continue
            if name in given:
                raise given_twice((*path, key))
            given[name] = value
        return given

    def skip(self, value: object, path: ArgumentPath) -> int:
        """A number of records to skip."""
        number = as_integer(value, path)
        if number < 0:
            raise invalid(path, "a skip cannot be negative")
        return number

    def _distinct(self, model: Model, value: object, path: ArgumentPath) -> tuple[Field, ...]:
        names = [value] if isinstance(value, str) else as_list(value, path)
        return tuple(self.stored_field(model, name, path) for name in names)

    def stored_field(self, model: Model, name: object, path: ArgumentPath) -> Field:
        """A scalar or enum field by its name."""
        field = model.by_name.get(str.__str__(name)) if isinstance(name, str) else None
        if field is None or field.kind in ("relation", "composite") or field.ignored:
            known = [item.name for item in model.stored_fields if item.kind != "composite"]
            raise unknown((*path, str(name)), known, model.name)
        return field

    # --- selections ---

    def selected(
        self,
        model: Model,
        declared: DeclaredFields | None,
        selections: tuple[Selection, ...],
        path: ArgumentPath,
    ) -> Selected:
        """The selected fields of a model; all stored fields if nothing is selected."""
        if declared is None:
            if not selections:
                return self.everything(model)
            return Selected(model, tuple(self._output(model, item, path) for item in selections))
        stored = self._declared(model, declared, path)
        if not selections:
            return stored
        more = tuple(self._output(model, item, path) for item in selections)
        return Selected(model, stored.outputs + more, declared)

    def _declared(self, model: Model, declared: DeclaredFields, path: ArgumentPath) -> Selected:
        """The stored fields that a class declares, validated once a class."""
        known = self._classes.get(declared)
        if known is None:
            fields = map(Selection, declared.names)
            outputs = tuple(self._output(model, item, path) for item in fields)
            known = self._classes[declared] = Selected(model, outputs, declared)
        return known

    def everything(self, model: Model) -> Selected:
        """Every stored field of a model."""
        outputs = tuple(whole(item) for item in model.stored_fields if not item.ignored)
        return Selected(model, outputs)

    def _output(self, model: Model, item: Selection, path: ArgumentPath) -> Output:
        item_path = (*path, item.name)
        if item.name == COUNT:
            return self._count_output(model, item, item_path)
        field = model.by_name.get(item.name)
        if field is None or field.ignored:
            raise unknown_selection(item_path, model.name, self._known(model.by_name))
        if field.kind == "relation":
            return self._relation_output(self._datamodel.link(model, field.name), item, item_path)
        return self._stored_output(field, item, item_path)

    def _stored_output(
        self, field: Field, item: Selection, path: ArgumentPath
    ) -> ScalarOutput | CompositeOutput:
        self.arguments(item.arguments, (), path)
        if not item.selections:
            return whole(field)
        if field.kind != "composite":
            raise selection_of_scalar(path)
        kind = self._datamodel.type[field.type]
        outputs = []
        for inner in item.selections:
            member = kind.members.get(inner.name)
            if member is None:
                raise unknown_selection((*path, inner.name), kind.name, self._known(kind.members))
            outputs.append(self._stored_output(member, inner, (*path, inner.name)))
        return CompositeOutput(field, tuple(outputs))

    def _known(self, names: Iterable[str]) -> Iterable[str]:
        return names if self._values.words == "python" else ()  # Prisma's messages list nothing

    def _relation_output(self, link: Link, item: Selection, path: ArgumentPath) -> RelationOutput:
        given = item.arguments
        if not link.field.is_list:
            given = self.arguments(given, ("where",), path)
        page = self.page(link.target, given, path)
        if not item.selections and item.declared is None:
            raise empty_selection(path)
        if self._values.words == "python" and item.selections:
            path = (*path, word_of(item.declared))
        selected = self.selected(link.target, item.declared, item.selections, path)
        return RelationOutput(link, page, selected)

    def _count_output(self, model: Model, item: Selection, path: ArgumentPath) -> CountOutput:
        lists = [field.name for field in model.fields if field.kind == "relation" and field.is_list]
        counts = []
        if not item.selections:
            raise empty_selection(path)
        for inner in item.selections:
            if inner.name not in lists:
                raise unknown_selection((*path, inner.name), model.name, self._known(lists))
            given = self.arguments(inner.arguments, ("where",), (*path, inner.name))
            link = self._datamodel.link(model, inner.name)
            where = (
                self._wheres.where(link.target, given["where"], (*path, inner.name, "where"))
                if "where" in given
                else EVERYTHING
            )
            counts.append((link, where))
        return CountOutput(tuple(counts))


def word_of(declared: DeclaredFields | None) -> str:
    """The argument that selects: beside the fields of a class it is `include`."""
    return "select" if declared is None else "include"
