"""Reads in memory: Find, FindPerParent, CountPerParent, Aggregate and Group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, assert_never

from bson import ObjectId

from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.filters import (
    After,
    And,
    Compare,
    Complement,
    Elements,
    Filter,
    Has,
    In,
    IsEmpty,
    IsSet,
    Or,
    Related,
    Search,
    Text,
)
from prismongo.query.nodes.rows import Row, Rows
from prismongo.query.nodes.steps import (
    ORDER_VALUES,
    Aggregate,
    CountPerParent,
    Find,
    FindPerParent,
    Group,
    GroupOrder,
    OrderKey,
)
from prismongo.schema.datamodel import Field, Link, Model
from prismongo.stores.errors import sorts_by_lists
from prismongo.stores.memory.aggregate import aggregated
from prismongo.stores.memory.compare import NULL, ComparisonKey, key, order_value
from prismongo.stores.memory.predicate import MISSING, predicate, value_at
from prismongo.stores.memory.tables import Table, Tables


class Evaluator:
    """Evaluates the reads of one step on the tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._joined: dict[tuple[str, str], dict[ComparisonKey, Rows]] = {}

    # --- relations ---

    def related(self, link: Link, row: Row) -> Rows:
        """The documents that are related to a row."""
        by_key = self._by_key(link)
        if link.is_many_to_many:
            values = row.get(link.local[0].db_name)
            keys = [(key(value),) for value in values] if isinstance(values, list) else []
            wanted = {id(child) for each in keys for child in by_key.get(each, ())}
            return [child for child in self._tables[link.target.db_name] if id(child) in wanted]
        wanted_key = _key(row, link.local)
        return [] if NULL in wanted_key else by_key.get(wanted_key, [])

    def _by_key(self, link: Link) -> dict[Any, Rows]:
        name = (link.model.name, link.field.name)
        if name not in self._joined:
            groups: dict[ComparisonKey, Rows] = {}
            for child in self._tables[link.target.db_name]:
                groups.setdefault(_key(child, link.remote), []).append(child)
            self._joined[name] = groups
        return self._joined[name]

    # --- find ---

    def matching(self, model: Model, where: Filter) -> Rows:
        """The stored documents that match, in natural order."""
        table = self._tables[model.db_name]
        candidates = _candidates(table, where)
        holds = predicate(where, self)
        return [row for row in candidates if holds(row)]

    def current(self, model: Model, row_id: ComparisonKey) -> Row | None:
        """The document with this id, as it is now."""
        return self._tables[model.db_name].rows.get(row_id)

    def find(self, step: Find) -> Rows:
        """The rows of a Find: copies with the requested fields."""
        rows = self._page(step, self.matching(step.model, step.where), sorts=not _is_by_id(step))
        return [self._shaped(step, row) for row in rows]

    def _page(self, step: Find, rows: Rows, *, sorts: bool = True) -> Rows:
        if any(key.relevance for key in step.order):
            raise unsupported(
                "`_relevance` on the fake", "the server has the scores; test it on a real server"
            )
        values = {id(row): self._order_values(step.order, row) for row in rows}
        if sorts:
            _check_lists(values.values())
        rows = _sorted(rows, step.order, values)
        if step.distinct:
            rows = _distinct(rows, step.distinct)
        if step.after is not None:
            rows = [row for row in rows if _is_after(step, values[id(row)])]
        end = None if step.limit is None else step.skip + step.limit
        return rows[step.skip : end]

    def _shaped(self, step: Find, row: Row) -> Row:
        shaped = projected(row, step.fields)
        if step.order_values:
            shaped[ORDER_VALUES] = self._order_values(step.order, row)
        return shaped

    def _order_values(self, order: Sequence[OrderKey], row: Row) -> list[Any]:
        return [self._order_value(key, key.links, row) for key in order]

    def _order_value(self, key: OrderKey, links: tuple[Link, ...], row: Row) -> Any:
        if links:
            children = self.related(links[0], row)
            if key.count and len(links) == 1 and not key.path:
                return len(children)
            if not children:
                return 0 if key.count else None
            return self._order_value(key, links[1:], children[0])
        value = value_at(row, key.path)
        if key.count:
            return len(value) if isinstance(value, list) else 0
        return None if value is MISSING else value

    # --- per parent ---

    def find_per_parent(self, step: FindPerParent) -> list[tuple[Any, Row]]:
        """Pairs: the id of a parent, and a row of its page."""
        holds = predicate(step.find.where, self)
        pairs: list[tuple[Any, Row]] = []
        for parent in self._parents(step.link, step.parents):
            children = [row for row in self.related(step.link, parent) if holds(row)]
            page = self._page(step.find, children)
            pairs += [(parent["_id"], self._shaped(step.find, row)) for row in page]
        return pairs

    def count_per_parent(self, step: CountPerParent) -> dict[Any, int]:
        """The number of related records by the id of the parent."""
        holds = predicate(step.where, self)
        return {
            parent["_id"]: sum(map(holds, self.related(step.link, parent)))
            for parent in self._parents(step.link, step.parents)
        }

    def _parents(self, link: Link, ids: Sequence[object]) -> Iterable[Row]:
        rows = self._tables[link.model.db_name].rows
        return [rows[each] for each in map(key, ids) if each in rows]

    # --- aggregates ---

    def aggregate(self, step: Aggregate) -> Row:
        """One row of aggregates; empty if there are no records."""
        find = step.find
        rows = self._page(find, self.matching(find.model, find.where), sorts=not _is_by_id(find))
        return aggregated(step.aggregations, rows) if rows else {}

    def group(self, step: Group) -> Rows:
        """One row per group."""
        members: dict[ComparisonKey, Rows] = {}
        for row in self.matching(step.model, step.where):
            members.setdefault(_key(row, step.by), []).append(row)
        groups = [
            aggregated(step.aggregations, rows)
            | {field.db_name: rows[0].get(field.db_name) for field in step.by}
            for rows in members.values()
        ]
        holds = predicate(step.having, self)
        groups = [row for row in groups if holds(row)]
        names = [order.key for order in step.order if not order.is_whole]
        _check_lists([row.get(name) for name in names] for row in groups)
        for order in reversed(step.order):
            groups.sort(key=_in_order(order), reverse=order.descending)
        end = None if step.limit is None else step.skip + step.limit
        return groups[step.skip : end]


def projected(row: Row, fields: Sequence[Field] | None) -> Row:
    """A copy of a stored document with the requested fields."""
    names = row if fields is None else [field.db_name for field in fields if field.db_name in row]
    return {name: _copied(row[name]) for name in names}


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return {k: _copied(v) for k, v in value.items()} if isinstance(value, dict) else value


def _key(row: Row, fields: Sequence[Field]) -> ComparisonKey:
    return tuple(key(row.get(field.db_name)) for field in fields)


def _candidates(table: Table, where: Filter) -> Iterable[Row]:
    """All documents, or those that a unique index or a list of ids finds."""
    match where:
        case In(("_id",), tuple(values), negated=False, insensitive=False):
            keys = {key(value): None for value in values}
            return [table.rows[each] for each in keys if each in table.rows]
        case (
            And()
            | Or()
            | Complement()
            | Compare()
            | In()
            | Text()
            | Search()
            | IsSet()
            | Has()
            | IsEmpty()
            | Elements()
            | Related()
            | After()
        ):
            found = table.by_unique(_equal_values(where))
            return table if found is None else found
        case _:
            assert_never(where)


def _equal_values(where: Filter) -> dict[str, Any]:
    """The values of the fields that must be equal to one value."""
    match where:
        case Compare((name,), "eq", value, insensitive=False, exact=False):
            return {name: value} if isinstance(value, str | int | bytes | ObjectId) else {}
        case And(filters):
            values: dict[str, Any] = {}
            for part in filters:
                values |= _equal_values(part)
            return values
        case Compare() | Or() | Complement() | In() | Text() | IsSet() | Has() | IsEmpty():
            return {}
        case Search() | Elements() | Related() | After():
            return {}
        case _:
            assert_never(where)


def _is_by_id(step: Find) -> bool:
    """Whether MongoDB finds one record by its id alone: then it sorts nothing."""
    where = step.where
    is_id = isinstance(where, Compare) and (where.path, where.operator) == (("_id",), "eq")
    return is_id and not (step.skip or step.distinct or any(key.links for key in step.order))


def _sorted(rows: Rows, order: Sequence[OrderKey], values: dict[int, list[Any]]) -> Rows:
    rows = list(rows)
    for position in range(len(order) - 1, -1, -1):
        descending = order[position].descending
        rows.sort(key=_by(position, values, descending=descending), reverse=descending)
    return rows


def _check_lists(orders: Iterable[Sequence[Any]]) -> None:
    """Refuse what MongoDB does not sort: an order in which a record holds two lists.

    Args:
        orders: of each record the values by which it is sorted.

    Raises:
        DataError: P2026.
    """
    if any(sum(isinstance(value, list) for value in each) > 1 for each in orders):
        raise sorts_by_lists()


def _by(
    position: int, values: dict[int, list[Any]], *, descending: bool
) -> Callable[[Row], ComparisonKey]:
    return lambda row: order_value(values[id(row)][position], descending=descending)


def _in_order(order: GroupOrder) -> Callable[[Row], ComparisonKey]:
    name, descending = order.key, order.descending
    if order.is_whole:
        return lambda row: key(row.get(name))
    return lambda row: order_value(row.get(name), descending=descending)


def _is_after(step: Find, values: list[Any]) -> bool:
    for by, mine, cursor in zip(step.order, values, step.after or (), strict=True):
        here = order_value(mine, descending=by.descending)
        there = order_value(cursor, descending=by.descending)
        if here != there:
            return (here > there) != by.descending
    return step.after_inclusive


def _distinct(rows: Rows, fields: Sequence[Field]) -> Rows:
    first: dict[ComparisonKey, Row] = {}
    for row in rows:
        first.setdefault(_key(row, fields), row)
    return list(first.values())
