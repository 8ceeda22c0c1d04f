"""Reads that join collections, in two steps where MongoDB forbids the `$lookup`.

A `$lookup` cannot search: `$text` must be the first stage of a pipeline. Before 5.1 it cannot read
a sharded collection, and in a transaction not before 8.0 (manual, "$lookup", "Sharded
Collections"). Then the related records are read first, by their own filter, and what they say
becomes part of the filter or of the order (`apart`). Their keys and values must fit into one
command, which has 16 MB at most.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never

from prismongo.query.nodes.filters import (
    And,
    Compare,
    Complement,
    Filter,
    In,
    Or,
    Related,
    both,
    has_relations,
    is_search,
    related_filters,
    with_related,
)
from prismongo.query.nodes.rows import Row, Rows
from prismongo.query.nodes.steps import (
    ORDER_VALUES,
    Aggregate,
    Aggregation,
    CountPerParent,
    Find,
    FindPerParent,
    Group,
    OrderKey,
    ReadStep,
)
from prismongo.schema.datamodel import Field, Link, Model
from prismongo.stores.mongo.compile.find import KnownOrder

MONGODB_5_1: Final = 14
MONGODB_8_0: Final = 25
"""The wire versions with which these releases answer `hello`."""

_COUNT: Final = Aggregation("count", None)

Key = tuple[Any, ...]
Reading = Generator[ReadStep | KnownOrder, Any, Any]
"""Yields reads without joins, receives their rows, returns what the step asks for."""


@dataclass(frozen=True, slots=True)
class Joins:
    """Which joins a server forbids.

    Attributes:
        wire_version: what the server says in `hello`.
    """

    wire_version: int

    def forbid(self, step: ReadStep, *, in_transaction: bool) -> bool:
        """Whether a step cannot be one command."""
        least = MONGODB_8_0 if in_transaction else MONGODB_5_1
        return self.wire_version < least and any(link.target.shard_key for link in _links(step))


def joins_search(step: ReadStep) -> bool:
    """Whether a read would search in a collection that it joins."""
    match step:
        case Find(where=where) | Group(where=where):
            return has_relations(where) and _searches_related(where)
        case FindPerParent(find=Find(where=where)) | CountPerParent(where=where):
            return is_search(where) or _searches_related(where)
        case Aggregate(find):
            return joins_search(find)
        case _:
            assert_never(step)


def _searches_related(item: Filter) -> bool:
    return any(
        is_search(related.filter) or _searches_related(related.filter)
        for related in related_filters(item)
    )


def _links(step: ReadStep) -> Iterator[Link]:
    """The relations that a read joins."""
    match step:
        case Find():
            yield from _links_of_filter(step.where)
            for key in step.order:
                yield from key.links
        case FindPerParent():
            yield step.link
            yield from _links(step.find)
        case CountPerParent():
            yield step.link
            yield from _links_of_filter(step.where)
        case Aggregate():
            yield from _links(step.find)
        case Group():
            yield from _links_of_filter(step.where)
        case _:
            assert_never(step)


def _links_of_filter(item: Filter) -> Iterator[Link]:
    for related in related_filters(item):
        yield related.link
        yield from _links_of_filter(related.filter)


def apart(step: ReadStep) -> Reading:
    """The reads without joins that answer a step."""
    match step:
        case Find():
            return (yield from _find(step))
        case FindPerParent():
            return (yield from _find_per_parent(step))
        case CountPerParent():
            return (yield from _count_per_parent(step))
        case Aggregate(find, aggregations):
            if any(key.links for key in find.order):
                rows = yield from _find(replace(find, fields=(find.model.id_field,)))
                ids = tuple(row["_id"] for row in rows)
                return (yield Aggregate(Find(find.model, In(("_id",), ids)), aggregations))
            where = yield from _without_joins(find.where)
            return (yield Aggregate(replace(find, where=where), aggregations))
        case Group():
            where = yield from _without_joins(step.where)
            return (yield replace(step, where=where))
        case _:
            assert_never(step)


# --- filters ---


def _without_joins(item: Filter) -> Generator[Any, Any, Filter]:
    """The filter, in which the keys of the related records stand for relations."""
    return with_related(item, _by_keys)


def _by_keys(item: Related) -> Generator[Any, Any, Filter]:
    link = item.link
    where = yield from _without_joins(item.filter)
    found = yield Group(link.target, where, link.remote, ())
    matching = _among(link.local, _keys(link.remote, found))
    return matching if item.exists else Complement(matching)


def _keys(fields: Sequence[Field], rows: Iterable[Row]) -> list[Key]:
    """The keys in rows; a null or a list refers to nothing."""
    keys: dict[Key, None] = {}
    for row in rows:
        key = tuple(row.get(field.db_name) for field in fields)
        if not any(part is None or isinstance(part, list | dict) for part in key):
            keys[key] = None
    return list(keys)


def _among(fields: Sequence[Field], keys: Sequence[Key]) -> Filter:
    """The records whose fields have one of the keys; a list, if one of its values is a key."""
    if len(fields) == 1:
        return In((fields[0].db_name,), tuple(key[0] for key in keys))
    names = [(field.db_name,) for field in fields]
    pairs = [zip(names, key, strict=True) for key in keys]
    return Or(tuple(And(tuple(Compare(n, "eq", v) for n, v in pair)) for pair in pairs))


# --- orders ---


def _find(step: Find) -> Reading:
    where = yield from _without_joins(step.where)
    step = replace(step, where=where)
    known: dict[int, Any] = {}
    for number, key in enumerate(step.order):
        if key.links:
            known[number] = yield from _order_value(step.model, where, key)
    return (yield KnownOrder(step, known) if known else step)


def _order_value(model: Model, where: Filter, key: OrderKey) -> Generator[Any, Any, Any]:
    """The expression of a key's value: what related records say, looked up in a constant."""
    link, rest = key.links[0], key.links[1:]
    if link.is_many_to_many and key.count and not rest:
        return (yield from _number_in_list(model, where, link))
    found = yield Group(model, where, link.local, ())
    related = _among(link.remote, _keys(link.local, found))
    values: dict[Key, Any] = {}
    if key.count and not key.path and not rest:
        for row in (yield Group(link.target, related, link.remote, (_COUNT,))):
            values[_key(link.remote, row)] = row[_COUNT.key]
    else:
        inner = replace(key, links=rest)
        rows = yield from _find(Find(link.target, related, order=(inner,), order_values=True))
        for row in rows:
            values.setdefault(_key(link.remote, row), row[ORDER_VALUES][0])
    return _looked_up(link.local, values, 0 if key.count else None)


def _number_in_list(model: Model, where: Filter, link: Link) -> Generator[Any, Any, Any]:
    """How many of the ids in a list are those of records that exist."""
    name = link.local[0].db_name
    rows = yield Find(model, where, fields=(model.id_field, link.local[0]))
    ids = {value for row in rows for value in _values(row, name)}
    found = yield Find(link.target, In(("_id",), tuple(ids)), fields=(link.target.id_field,))
    held = {"$cond": [{"$isArray": ["$" + name]}, "$" + name, []]}
    there = {"$literal": [row["_id"] for row in found]}
    return {"$size": {"$setIntersection": [held, there]}}


def _looked_up(fields: Sequence[Field], values: dict[Key, Any], nothing: Any) -> Any:
    """The value of the record's key among `values`; `nothing` where it has none."""
    place = {"$indexOfArray": [{"$literal": [list(key) for key in values]}, _own_key(fields)]}
    value = {"$arrayElemAt": [{"$literal": list(values.values())}, "$$place"]}
    chosen = {"$cond": [{"$gte": ["$$place", 0]}, value, nothing]}
    return {"$let": {"vars": {"place": place}, "in": chosen}}


def _own_key(fields: Sequence[Field]) -> list[str]:
    return ["$" + field.db_name for field in fields]


# --- per parent ---


def _find_per_parent(step: FindPerParent) -> Reading:
    """One page after the other: only a join could cut them all at once."""
    link, find = step.link, step.find
    where = yield from _without_joins(find.where)
    pairs: list[tuple[Any, Row]] = []
    for parent in (yield _parents(link, step.parents)):
        mine = _among(link.remote, _keys_of_parent(link, parent))
        rows = yield from _find(replace(find, where=both(mine, where)))
        pairs += [(parent["_id"], row) for row in rows]
    return pairs


def _count_per_parent(step: CountPerParent) -> Reading:
    link = step.link
    where = yield from _without_joins(step.where)
    parents: Rows = yield _parents(link, step.parents)
    keys = dict.fromkeys(key for parent in parents for key in _keys_of_parent(link, parent))
    mine = both(_among(link.remote, list(keys)), where)
    found = yield Group(link.target, mine, link.remote, (_COUNT,))
    numbers = {_key(link.remote, row): row[_COUNT.key] for row in found}
    return {
        parent["_id"]: sum(numbers.get(key, 0) for key in _keys_of_parent(link, parent))
        for parent in parents
    }


def _parents(link: Link, ids: tuple[object, ...]) -> Find:
    return Find(link.model, In(("_id",), ids), fields=(link.model.id_field, *link.local))


def _keys_of_parent(link: Link, parent: Row) -> list[Key]:
    if link.is_many_to_many:
        return [(value,) for value in dict.fromkeys(_values(parent, link.local[0].db_name))]
    return _keys(link.local, [parent])


def _values(row: Row, name: str) -> list[Any]:
    """The ids in a list; null and missing have none."""
    held = row.get(name)
    return [each for each in held if not isinstance(each, list | dict)] if held else []


def _key(fields: Sequence[Field], row: Row) -> Key:
    return tuple(row.get(field.db_name) for field in fields)
