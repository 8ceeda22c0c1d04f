"""What is calculated: counts, sums, averages, groups, and the conditions on groups."""

from __future__ import annotations

from prismongo.generator.fields import (
    answered,
    averaged,
    numbers,
    optional,
    ordered,
    scalars,
    value,
)
from prismongo.generator.inputs.where import combinations
from prismongo.generator.source import Source
from prismongo.schema.datamodel import Model


def write_aggregate(source: Source, model: Model) -> None:
    """`UserCountAggregateInput`, `UserGroupByOutput` and what belongs to them."""
    _write_inputs(source, model)
    _write_outputs(source, model)
    _write_groups(source, model)


def _write_inputs(source: Source, model: Model) -> None:
    name = model.name
    source.typed_dict(f"{name}CountAggregateInput", [("_all", "_bool")], f"_{name}Bools")
    number, largest = f"{name}NumberAggregateInput", f"{name}MaxAggregateInput"
    source.typed_dict(number, [(field.name, "_bool") for field in numbers(model)])
    source.typed_dict(largest, [(field.name, "_bool") for field in ordered(model)])
    source.alias(f"{name}MinAggregateInput", largest)
    source.alias(f"{name}AvgAggregateInput", number)
    source.alias(f"{name}SumAggregateInput", number)


def _write_outputs(source: Source, model: Model) -> None:
    name = model.name
    count, scalar = f"{name}CountAggregateOutput", f"{name}ScalarAggregateOutput"
    average, total = f"{name}AvgAggregateOutput", f"{name}SumAggregateOutput"
    plain, counted = scalars(model), numbers(model)
    source.typed_dict(count, [*((f.name, "_int") for f in plain), ("_all", "_int")], total=True)
    source.typed_dict(
        average, [(field.name, optional(field, averaged(field))) for field in counted], total=True
    )
    source.typed_dict(
        total, [(field.name, optional(field, answered(field))) for field in counted], total=True
    )
    source.typed_dict(
        scalar, [(field.name, optional(field, answered(field))) for field in plain], total=True
    )
    source.alias(f"{name}MinAggregateOutput", scalar)
    source.alias(f"{name}MaxAggregateOutput", scalar)
    source.typed_dict(
        f"{name}AggregateOutput",
        [
            ("_sum", total),
            ("_avg", average),
            ("_min", scalar),
            ("_max", scalar),
            ("_count", count),
        ],
        total=True,
    )
    source.typed_dict(f"{name}GroupByOutput", [], scalar, f"{name}AggregateOutput", total=True)


def _write_groups(source: Source, model: Model) -> None:
    name = model.name
    sort, having = f"_{name}Sort", f"{name}ScalarWhereWithAggregatesInput"
    source.typed_dict(f"_{name}CountSort", [("_all", "_SortOrder")], sort)
    source.typed_dict(
        f"{name}GroupByOrderByInput",
        [
            ("_count", f"_{name}CountSort"),
            *((key, sort) for key in ("_sum", "_avg", "_min", "_max")),
        ],
        sort,
    )
    conditions = [
        (field.name, f"_Union[{value(field)}, {field.type}WithAggregatesFilter]")
        for field in scalars(model)
        if not field.is_list
    ]
    source.typed_dict(having, [*conditions, *combinations(having)])
