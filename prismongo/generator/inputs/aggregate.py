"""What is calculated: counts, sums, averages, groups, and the conditions on groups."""

from __future__ import annotations

from prismongo.generator.fields import (
    averaged,
    numbers,
    optional,
    ordered,
    scalars,
    whole,
)
from prismongo.generator.inputs.where import combinations, compared
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
    """Of groups, each of which has a record; and of aggregates, where there may be none."""
    name = model.name
    count, scalar = f"{name}CountAggregateOutput", f"{name}ScalarAggregateOutput"
    average, total = f"{name}AvgAggregateOutput", f"{name}SumAggregateOutput"
    plain, counted = scalars(model), numbers(model)
    source.typed_dict(count, [*((f.name, "_int") for f in plain), ("_all", "_int")], total=True)
    source.typed_dict(average, [(f.name, optional(f, averaged(f))) for f in counted], total=True)
    source.typed_dict(total, [(f.name, optional(f, whole(f))) for f in counted], total=True)
    source.typed_dict(scalar, [(f.name, optional(f, whole(f))) for f in plain], total=True)
    source.alias(f"{name}MinAggregateOutput", scalar)
    source.alias(f"{name}MaxAggregateOutput", scalar)
    group = _calculated(f"_{name}GroupCalculations", total, average, scalar, count)
    source.typed_dict(*group, total=True)
    source.typed_dict(f"{name}GroupByOutput", [], scalar, group[0], total=True)
    averages, totals, extremes = f"_{name}Averages", f"_{name}Totals", f"_{name}Extremes"
    for each, fields in (
        (averages, [(f.name, f"_Optional[{averaged(f)}]") for f in counted]),
        (totals, [(f.name, f"_Optional[{whole(f)}]") for f in counted]),
        (extremes, [(f.name, f"_Optional[{whole(f)}]") for f in ordered(model)]),
    ):
        source.typed_dict(each, fields, total=True)
    source.typed_dict(
        *_calculated(f"{name}Aggregates", totals, averages, extremes, count), total=True
    )


def _calculated(
    name: str, total: str, average: str, extreme: str, count: str
) -> tuple[str, list[tuple[str, str]]]:
    return name, [
        ("_sum", total),
        ("_avg", average),
        ("_min", extreme),
        ("_max", extreme),
        ("_count", count),
    ]


def _write_groups(source: Source, model: Model) -> None:
    name = model.name
    sort, having = f"_{name}Sort", f"{name}ScalarWhereWithAggregatesInput"
    counts = f"_{name}SortOfCounts"
    source.typed_dict(counts, [("_all", "_SortOrder")], sort)
    source.typed_dict(
        f"{name}GroupOrderInput",
        [
            ("_count", counts),
            *((key, sort) for key in ("_sum", "_avg", "_min", "_max")),
        ],
        sort,
    )
    grouped = [field for field in scalars(model) if not field.is_list]
    conditions = [(field.name, compared(field, "WithAggregates")) for field in grouped]
    source.typed_dict(having, [*conditions, *combinations(having)])
