"""compile, reads: Find, FindPerParent, CountPerParent, Aggregate, Group → find or aggregate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, assert_never

from prismongo.query.nodes.filters import After, has_relations
from prismongo.query.nodes.steps import (
    Aggregate,
    Aggregation,
    CountPerParent,
    Find,
    FindPerParent,
    Group,
    OrderKey,
)
from prismongo.schema.datamodel import Field, Link
from prismongo.stores.mongo.compile.after import compile_after
from prismongo.stores.mongo.compile.commands import AggregateCommand, Document, FindCommand
from prismongo.stores.mongo.compile.filter import (
    compile_filter,
    dotted,
    match_stages,
    merge,
)
from prismongo.stores.mongo.compile.lookup import lookup

PARENT = "p"
CHILD = "c"


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """A Find some of whose order keys are known: number of the key → expression of its value."""

    find: Find
    values: Mapping[int, Any]


def compile_known_order(step: KnownOrder) -> AggregateCommand:
    """A pipeline that sorts by the expressions, instead of joins."""
    return AggregateCommand(step.find.model.db_name, find_pipeline(step.find, known=step.values))


def compile_find(step: Find) -> FindCommand | AggregateCommand:
    """A `find` if possible, otherwise a pipeline."""
    plain = not step.order or all(key.is_plain for key in step.order)
    if step.distinct or not plain or has_relations(step.where):
        return AggregateCommand(step.model.db_name, find_pipeline(step))
    match = compile_filter(step.where, [])
    if step.after is not None:
        match = merge([match, compile_after(_after(step))])
    return FindCommand(
        step.model.db_name,
        match,
        _projection(step.fields),
        (_sort(step) or None) if step.order else None,
        step.skip,
        step.limit or 0,
    )


def order_names(step: Find) -> list[str]:
    """The names of the values in a row by which this step sorts."""
    return [
        dotted(key.path) if key.is_plain else f"_o{number}" for number, key in enumerate(step.order)
    ]


def _after(step: Find) -> After:
    names = order_names(step)
    keys = tuple(((name,), key.descending) for name, key in zip(names, step.order, strict=True))
    return After(keys, step.after or (), step.after_inclusive)


def _sort(step: Find) -> list[tuple[str, int]]:
    names = order_names(step)
    pairs = [
        (name, -1 if key.descending else 1) for name, key in zip(names, step.order, strict=True)
    ]
    return pairs[:-1] if step.skip_id_sort else pairs


def _projection(fields: Sequence[Field] | None) -> Document | None:
    if fields is None:
        return None
    names = {field.db_name: 1 for field in fields}
    return names if "_id" in names else names | {"_id": 0}


def find_pipeline(
    step: Find, *, project: bool = True, known: Mapping[int, Any] = MappingProxyType({})
) -> list[Document]:
    """The stages that yield the rows of a Find; `known` are order values that need no join."""
    stages = match_stages(step.where)
    computed = [number for number, key in enumerate(step.order) if not key.is_plain]
    for number in computed:
        name = f"_o{number}"
        stages += (
            [{"$set": {name: known[number]}}]
            if number in known
            else _order_value(step.order[number], name)
        )
    sort = [{"$sort": dict(_sort(step))}] if step.order else []
    if step.distinct:
        stages += [*sort, *_distinct(step.distinct)]
    if step.after is not None:
        stages.append({"$match": compile_after(_after(step))})
    stages += sort
    if step.skip:
        stages.append({"$skip": step.skip})
    if step.limit is not None:
        stages.append({"$limit": step.limit})
    return stages + _shape(step, computed) if project else stages


def _shape(step: Find, computed: list[int]) -> list[Document]:
    names = [f"_o{number}" for number in computed]
    projection = _projection(step.fields)
    if projection is not None:
        kept = dict.fromkeys(names, 1) if step.order_values else {}
        return [{"$project": projection | kept}]
    return [{"$unset": names}] if names and not step.order_values else []


def _distinct(fields: Sequence[Field]) -> list[Document]:
    """Keep the first document of each combination of values; null and missing are equal."""
    key = {field.db_name: {"$ifNull": ["$" + field.db_name, None]} for field in fields}
    return [
        {"$group": {"_id": key, "first": {"$first": "$$ROOT"}}},
        {"$replaceRoot": {"newRoot": "$first"}},
    ]


def _order_value(key: OrderKey, name: str) -> list[Document]:
    """The stages that add a related value, or a count, as the field `name`."""
    if key.relevance:
        return [{"$set": {name: {"$meta": "textScore"}}}]
    if not key.links:
        elements = "$" + dotted(key.path)
        count = {"$cond": [{"$isArray": elements}, {"$size": elements}, 0]}
        return [{"$set": {name: count}}]
    link, rest = key.links[0], key.links[1:]
    if rest or (key.count and key.path):
        inner = _order_value(OrderKey(key.path, key.descending, rest, key.count), "_v")
    elif key.count:
        inner = [{"$count": "_v"}]
    else:
        inner = [{"$set": {"_v": "$" + dotted(key.path)}}]
    joined = lookup(link, name, [*inner, {"$project": {"_id": 0, "_v": 1}}])
    nothing = 0 if key.count else None
    return [joined, {"$set": {name: {"$ifNull": [{"$first": f"${name}._v"}, nothing]}}}]


# --- per parent ---


def compile_find_per_parent(step: FindPerParent) -> AggregateCommand:
    """One pipeline over the parents. The server cuts the pages; each row has one child."""
    link = step.link
    stages = _parents(link, step.parents)
    stages.append(lookup(link, CHILD, find_pipeline(step.find)))
    stages += [
        {"$unwind": "$" + CHILD},  # right behind the join, the list is never one document
        {"$project": {"_id": 0, PARENT: "$_id", CHILD: 1}},
    ]
    return AggregateCommand(link.model.db_name, stages)


def compile_count_per_parent(step: CountPerParent) -> AggregateCommand:
    """One pipeline over the parents that counts on the server."""
    link = step.link
    stages = _parents(link, step.parents)
    stages.append(lookup(link, CHILD, [*match_stages(step.where), {"$count": "n"}]))
    stages += [
        {"$unwind": "$" + CHILD},
        {"$project": {"_id": 0, PARENT: "$_id", CHILD: f"${CHILD}.n"}},
    ]
    return AggregateCommand(link.model.db_name, stages)


def _parents(link: Link, ids: Sequence[object]) -> list[Document]:
    fields = {field.db_name: 1 for field in link.local}
    return [
        {"$match": {"_id": {"$in": list(ids)}}},
        {"$project": {"_id": 1} | fields},
    ]


# --- aggregates ---


def compile_aggregate(step: Aggregate) -> AggregateCommand:
    """One row with every aggregate."""
    stages = find_pipeline(step.find, project=False)
    stages.append({"$group": {"_id": None} | _accumulators(step.aggregations)})
    return AggregateCommand(step.find.model.db_name, stages)


def compile_group(step: Group) -> AggregateCommand:
    """One row per group: the values by their stored names, the aggregates by their keys."""
    key = {f"g{i}": {"$ifNull": ["$" + item.db_name, None]} for i, item in enumerate(step.by)}
    values = {item.db_name: f"$_id.g{i}" for i, item in enumerate(step.by)}
    stages = match_stages(step.where)
    stages.append({"$group": {"_id": key} | _accumulators(step.aggregations)})
    row = {"$mergeObjects": ["$$ROOT", {"_id": None}, values]}
    stages.append({"$replaceRoot": {"newRoot": row}})
    having = compile_filter(step.having, [])
    if having:
        stages.append({"$match": having})
    stages += _group_order(step)
    if step.skip:
        stages.append({"$skip": step.skip})
    if step.limit is not None:
        stages.append({"$limit": step.limit})
    return AggregateCommand(step.model.db_name, stages)


def _group_order(step: Group) -> list[Document]:
    """The stages that sort groups. In a document a list is compared as a value."""
    longest = max(len(item.db_name) for item in step.by)
    wholes: Document = {}
    sort: Document = {}
    for key in step.order:
        name = key.key
        if key.is_whole:
            name = "_" * (longest + 1 + len(wholes))  # longer than the names of fields
            wholes[name] = {"v": f"${key.key}"}
        sort[name] = -1 if key.descending else 1
    stages = [{"$set": wholes}] if wholes else []
    return [*stages, {"$sort": sort}] if sort else stages


def _accumulators(aggregations: Sequence[Aggregation]) -> Document:
    return {item.key: _accumulator(item) for item in aggregations}


def _accumulator(item: Aggregation) -> Document:
    if item.field is None:
        return {"$sum": 1}
    value: Any = "$" + item.field.db_name
    match item.kind:
        case "count":
            return {"$sum": {"$cond": [{"$gt": [value, None]}, 1, 0]}}
        case "sum":
            return {"$sum": value}
        case "avg":
            return {"$avg": value}
        case "min":
            return {"$min": value}
        case "max":
            return {"$max": value}
        case _:
            assert_never(item.kind)
