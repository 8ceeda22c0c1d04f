"""Validation of aggregate and groupBy: selected aggregates, having, order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, assert_never

from prismongo.query.errors.input import (
    ArgumentPath,
    empty_selection,
    missing,
    not_combined,
    not_grouped,
    unknown,
    unknown_selection,
)
from prismongo.query.nodes.filters import EVERYTHING, Filter, join
from prismongo.query.nodes.operations import Aggregated, AggregateRecords, GroupRecords
from prismongo.query.nodes.prefixed import paths
from prismongo.query.nodes.requests import Selection
from prismongo.query.nodes.steps import Aggregation, AggregationKind, GroupOrder
from prismongo.query.validate.operators import operators
from prismongo.query.validate.order import descending
from prismongo.query.validate.select import SelectValidator
from prismongo.query.validate.values import as_integer, as_list, as_object, as_objects
from prismongo.query.validate.where import COMBINATIONS, WhereValidator
from prismongo.query.validate.words import canonical, written_as
from prismongo.query.values.scalars import SCALARS, is_number, is_ordered
from prismongo.schema.datamodel import Field, Model

_KINDS: Final[Mapping[str, AggregationKind]] = {
    "_count": "count",
    "count": "count",
    "_sum": "sum",
    "_avg": "avg",
    "_min": "min",
    "_max": "max",
}
_SELECTED: Final = (
    "Every selected scalar field that is not part of an aggregation must be included in the "
    "by-arguments of the query."
)
_FILTERED: Final = (
    "Every field used in `having` filters must either be an aggregation filter or be included in "
    "the selection of the query."
)
_ORDERED: Final = "Every field used for {} must be included in the by-arguments of the query."
_NONE_BY: Final = "At least one selection is required for the `by` argument."
_NOTHING: Final = "At least one is required of a count, an average, a sum, a minimum and a maximum."
AGGREGATE_ARGUMENTS: Final = ("where", "orderBy", "take", "skip", "cursor")
GROUP_ARGUMENTS: Final = ("where", "orderBy", "by", "having", "take", "skip")


class AggregateValidator:
    """Validates aggregations against one datamodel."""

    def __init__(self, wheres: WhereValidator, selects: SelectValidator) -> None:
        self._wheres = wheres
        self._selects = selects
        # By the identity of a field of the schema, which is there as long as this.
        self._results: dict[tuple[AggregationKind, int], Field] = {}

    def aggregate(
        self,
        model: Model,
        arguments: Mapping[str, Any],
        selections: tuple[Selection, ...],
        path: ArgumentPath,
    ) -> AggregateRecords:
        """aggregate: a page of records, and its aggregates."""
        page = self._selects.page(model, arguments, path, AGGREGATE_ARGUMENTS)
        if not selections:
            raise not_combined(_NOTHING)
        outputs = []
        for item in selections:
            if item.name not in _KINDS:
                raise unknown_selection((*path, item.name), f"Aggregate{model.name}")
            outputs.append((item.name, self._members(model, item, (*path, item.name))))
        return AggregateRecords(model, page, Aggregated(tuple(outputs)))

    def group(
        self,
        model: Model,
        arguments: Mapping[str, Any],
        selections: tuple[Selection, ...],
        path: ArgumentPath,
    ) -> GroupRecords:
        """groupBy: the fields, the aggregates, having, order and page of groups."""
        given = self._selects.arguments(arguments, GROUP_ARGUMENTS, path)
        by = self._by(model, given, path)
        outputs: list[Field] = []
        calculated = []
        for item in selections:
            if item.name in _KINDS:
                calculated.append((item.name, self._members(model, item, (*path, item.name))))
            else:
                item_path = (*path, item.name)
                outputs.append(self._grouped(model, by, item.name, item_path, _SELECTED))
        having, extra = self._having(model, by, given, path)
        written = written_as("orderBy", arguments)
        order = self._order(model, by, given.get("orderBy"), (*path, written))
        where = given.get("where")
        return GroupRecords(
            model=model,
            where=EVERYTHING
            if where is None
            else self._wheres.where(model, where, (*path, "where")),
            by=by,
            outputs=tuple(outputs),
            aggregated=Aggregated(tuple(calculated)),
            having=having,
            having_aggregations=(
                *extra,
                *(key.by for key in order if isinstance(key.by, Aggregation)),
            ),
            order=order,
            take=as_integer(given["take"], (*path, "take")) if "take" in given else None,
            skip=self._selects.skip(given["skip"], (*path, "skip")) if "skip" in given else 0,
        )

    def _by(self, model: Model, given: Mapping[str, Any], path: ArgumentPath) -> tuple[Field, ...]:
        if "by" not in given:
            raise missing((*path, "by"))
        value = given["by"]
        names = [value] if isinstance(value, str) else list(as_list(value, (*path, "by")))
        if not names:
            raise not_combined(_NONE_BY)
        return tuple(self._selects.stored_field(model, name, (*path, "by")) for name in names)

    def _grouped(
        self, model: Model, by: tuple[Field, ...], name: str, path: ArgumentPath, rule: str
    ) -> Field:
        for field in by:
            if field.name == name:
                return field
        if name in model.by_name:
            raise not_grouped(rule, (name,))
        raise unknown_selection(path, model.name)

    def _members(
        self, model: Model, item: Selection, path: ArgumentPath
    ) -> tuple[tuple[str, Aggregation], ...] | Aggregation:
        kind = _KINDS[item.name]
        if kind == "count" and not item.selections:
            return Aggregation("count", None)
        if not item.selections:
            raise empty_selection(path)
        return tuple(
            (inner.name, self._aggregation(model, kind, inner.name, (*path, inner.name)))
            for inner in item.selections
        )

    def _aggregation(
        self, model: Model, kind: AggregationKind, name: str, path: ArgumentPath
    ) -> Aggregation:
        if kind == "count" and name == "_all":
            return Aggregation(kind, None)
        field = model.by_name.get(name)
        known = [item.name for item in model.stored_fields if _aggregates(kind, item)]
        if field is None or field.name not in known:
            raise unknown_selection(path, f"{model.name}'s {kind}", known)
        return Aggregation(kind, field)

    # --- having ---

    def _having(
        self, model: Model, by: tuple[Field, ...], given: Mapping[str, Any], path: ArgumentPath
    ) -> tuple[Filter, tuple[Aggregation, ...]]:
        if "having" not in given:
            return EVERYTHING, ()
        used: dict[str, Aggregation] = {}
        found = self._having_object(
            model, by, given["having"], (*path, "having"), negated=False, used=used
        )
        known = {field.db_name for field in by} | used.keys()
        strange = {path[0] for path in paths(found)} - known
        if strange:
            names = [field.name for field in model.stored_fields if field.db_name in strange]
            raise not_grouped(_FILTERED, names)
        return found, tuple(used.values())

    def _having_object(
        self,
        model: Model,
        by: tuple[Field, ...],
        value: object,
        path: ArgumentPath,
        *,
        negated: bool,
        used: dict[str, Aggregation],
    ) -> Filter:
        given = as_object(value, path)
        if not given:
            return EVERYTHING
        parts: list[Filter] = []
        for key, item in given.items():
            item_path = (*path, key)
            if key in COMBINATIONS:
                inner = [
                    self._having_object(
                        model, by, one, at, negated=negated != (key == "NOT"), used=used
                    )
                    for at, one in as_objects(item, item_path)
                ]
                parts.append(join(inner, negated=negated != (key == "OR")))
            else:
                parts.append(self._having_field(model, by, key, item, item_path, negated, used))
        return join(parts, negated=negated)

    def _having_field(
        self,
        model: Model,
        by: tuple[Field, ...],
        key: str,
        value: object,
        path: ArgumentPath,
        negated: bool,
        used: dict[str, Aggregation],
    ) -> Filter:
        field = self._selects.stored_field(model, key, path[:-1])
        entries = value if isinstance(value, Mapping) else {"equals": value}
        parts: list[Filter] = []
        plain = {name: item for name, item in entries.items() if name not in _KINDS}
        if isinstance(value, Mapping) and field not in by:
            for name in plain:
                if canonical(name) not in operators(field):
                    names = [each for each in _KINDS if each.startswith("_")]
                    raise unknown((*path, name), names, "a field that is not in `by`")
        if plain or not entries:
            self._grouped(model, by, key, path, _FILTERED)
            whole = value if not isinstance(value, Mapping) else plain
            parts.append(self._wheres.having(model, field, whole, path, field.db_name, negated))
        for name in entries:
            if name in _KINDS:
                aggregation = self._aggregation(model, _KINDS[name], key, (*path, name))
                used[aggregation.key] = aggregation
                parts.append(
                    self._wheres.having(
                        model,
                        self._result_field(aggregation.kind, field),
                        entries[name],
                        (*path, name),
                        aggregation.key,
                        negated,
                    )
                )
        return join(parts, negated=negated)

    def _result_field(self, kind: AggregationKind, field: Field) -> Field:
        """The type of an aggregate, as a field: one for each, since its encoder is kept."""
        known = self._results.get((kind, id(field)))
        if known is None:
            known = self._results[kind, id(field)] = _new_result_field(kind, field)
        return known

    # --- order ---

    def _order(
        self, model: Model, by: tuple[Field, ...], value: object, path: ArgumentPath
    ) -> tuple[GroupOrder, ...]:
        if value is None:
            return ()
        keys: dict[object, GroupOrder] = {}
        for item_path, item in as_objects(value, path):
            for name, direction in item.items():
                for key in self._order_keys(model, by, name, direction, (*item_path, name)):
                    keys.setdefault(key.by, key)  # one that was given before decides nothing
        return tuple(keys.values())

    def _order_keys(
        self, model: Model, by: tuple[Field, ...], name: str, value: object, path: ArgumentPath
    ) -> list[GroupOrder]:
        if name not in _KINDS:
            field = self._selects.stored_field(model, name, path[:-1])
            self._grouped(model, by, name, path, _ORDERED.format(path[0]))
            return [GroupOrder(field, descending(value, path))]
        return [
            GroupOrder(
                self._aggregation(model, _KINDS[name], inner, (*path, inner)),
                descending(direction, (*path, inner)),
            )
            for inner, direction in as_object(value, path).items()
        ]


def _aggregates(kind: AggregationKind, field: Field) -> bool:
    if field.kind == "composite" or field.ignored:
        return False
    match kind:
        case "count":
            return True
        case "sum" | "avg":
            return is_number(field) and not field.is_list
        case "min" | "max":
            return is_ordered(field) and not field.is_list
        case _:
            assert_never(kind)


def _new_result_field(kind: AggregationKind, field: Field) -> Field:
    """A count is an Int, an average mostly a Float, the others are as the field."""
    match kind:
        case "count":
            return _optional(field, "scalar", "Int")
        case "avg":
            return _optional(field, "scalar", SCALARS[field.type].average or field.type)
        case "sum" | "min" | "max":
            return _optional(field, field.kind, field.type)
        case _:
            assert_never(kind)


def _optional(field: Field, kind: Any, name: str) -> Field:
    native = field.native_type if name == field.type else None
    return Field(field.name, kind, name, field.db_name, is_required=False, native_type=native)
