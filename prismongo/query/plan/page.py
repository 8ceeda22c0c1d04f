"""plan, pages: keyset pagination, by one query if possible.

The order of a page is total: the requested keys, then the id, in the direction of the last key: an
index that ends with the id usually has it in that direction. If an index of the schema has the
order of the keys but not of the id, the server does not sort by the id, so that it does not sort in
memory. Records with equal keys are then put in order here (`_order_ties`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final, assert_never

from bson import Decimal128, Int64, ObjectId

from prismongo.query.nodes.filters import (
    After,
    And,
    Compare,
    Comparison,
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
    both,
    is_search,
)
from prismongo.query.nodes.rows import Row, Rows, known_of
from prismongo.query.nodes.selections import Page
from prismongo.query.nodes.steps import ORDER_VALUES, Find, OrderKey, RowsPlan, Step
from prismongo.query.plan.links import equal
from prismongo.query.values.decimal import comparable
from prismongo.schema.datamodel import Field, Model

_KINDS: Final[Mapping[type, type]] = {
    **dict.fromkeys((int, Int64, float, Decimal128), float),
    **{kind: kind for kind in (str, ObjectId, bool, datetime)},
}
"""The types whose values Python orders as MongoDB does, and what they can be compared with."""

Position = tuple[object, ...]
"""The values of a row by which its page is ordered."""


@dataclass(frozen=True, slots=True)
class LocatedPage:
    """A page as one step; its cursor has been looked up.

    Attributes:
        find: the step.
        reversed: whether its rows are in the opposite order.
        cursor_id: the id of the cursor's record.
        matches: whether that record is one of those that the page is about.
    """

    find: Find
    reversed: bool
    cursor_id: object = None
    matches: bool = False


def page_rows(model: Model, page: Page, fields: tuple[Field, ...] | None) -> RowsPlan:
    """The rows of a page, in the requested order."""
    located = yield from locate(model, page, fields)
    if located is None:
        return []
    find = located.find
    if page.distinct and page.cursor is not None:
        rows = yield from _distinct_from_cursor(located)
    elif find.skip_id_sort:
        rows = yield from _order_ties(find)
    else:
        rows = yield find
    return rows[::-1] if located.reversed else rows


def rows_after(
    model: Model, page: Page, fields: tuple[Field, ...] | None, position: Position | None
) -> RowsPlan:
    """The rows of a page without a cursor that begins behind a position; None is the beginning."""
    located = yield from locate(model, page, fields)
    if located is None:
        return []
    find = replace(located.find, after=position, after_inclusive=False, order_values=True)
    if find.skip_id_sort:
        return (yield from _order_ties(find))
    rows: Rows = yield find
    return rows


def position_of(model: Model, page: Page, row: Row) -> Position:
    """The position of a row that `rows_after` has read."""
    if ORDER_VALUES in row:
        return tuple(row[ORDER_VALUES])
    known = known_of(row)
    return tuple(known.get(key.path[0]) for key in _total_order(model, page, reverse=False))


def locate(
    model: Model, page: Page, fields: tuple[Field, ...] | None
) -> Generator[Step, Any, LocatedPage | None]:
    """Look up the cursor and make one step for the page; None if the page is empty."""
    if page.take == 0:
        return None
    reverse = page.take is not None and page.take < 0
    limit = None if page.take is None else abs(page.take)
    order = _total_order(model, page, reverse)
    find = Find(
        model,
        page.where,
        order,
        skip=page.skip,
        limit=limit,
        fields=_with_order(fields, model, order),
        distinct=page.distinct,
    )
    if page.cursor is None:
        return LocatedPage(_without_id_sort(find), reverse)
    inside = both(page.cursor.filter, page.where)
    at_cursor = replace(
        find, where=inside, skip=0, limit=1, fields=None, distinct=(), order_values=True
    )
    found = yield at_cursor
    matches = bool(found)
    if not matches:
        found = yield replace(at_cursor, where=page.cursor.filter)
    if not found:
        return None
    find = replace(find, after=tuple(found[0][ORDER_VALUES]))
    if matches and find.skip and not page.distinct:
        find = replace(find, skip=find.skip - 1, after_inclusive=False)
    return LocatedPage(_without_id_sort(find), reverse, found[0][model.id_field.db_name], matches)


def _total_order(model: Model, page: Page, reverse: bool) -> tuple[OrderKey, ...]:
    order = page.order
    if not page.is_whole and not any(_is_unique(model, key) for key in order):
        descending = bool(order) and order[-1].descending
        order = (*order, OrderKey((model.id_field.db_name,), descending))
    if not reverse:
        return order
    return tuple(replace(key, descending=not key.descending) for key in order)


def _is_unique(model: Model, key: OrderKey) -> bool:
    if not key.is_plain or len(key.path) != 1:
        return False
    return any(
        len(members) == 1 and members[0].db_name == key.path[0] and members[0].is_required
        for members in model.uniques.values()
    )


def _with_order(
    fields: tuple[Field, ...] | None, model: Model, order: tuple[OrderKey, ...]
) -> tuple[Field, ...] | None:
    """The fields, and those of the order."""
    if fields is None:
        return None
    names = {field.db_name for field in fields}
    keys = {key.path[0] for key in order if key.is_plain} - names
    return (*fields, *(field for field in model.stored_fields if field.db_name in keys))


def _without_id_sort(find: Find) -> Find:
    """Do not sort by id if an index has the order of the other keys, and nothing is skipped."""
    keys = find.order[:-1]
    id_field = find.model.id_field
    id_last = bool(keys) and find.order[-1].path == (id_field.db_name,)
    if not id_last or find.limit is None or find.skip or find.distinct:
        return find
    if is_search(find.where):
        return find  # the text index finds the records, in an order of its own
    if id_field.type == "Bytes" and not id_field.is_object_id:
        return find  # MongoDB orders bytes by their number first, Python does not
    equal_fields = _equality_fields(find.where)
    if _is_served(find.model, equal_fields, find.order):
        return find
    if not _is_served(find.model, equal_fields, keys):
        return find
    return replace(find, skip_id_sort=True)


def is_index_ordered(model: Model, where: Filter, order: Sequence[OrderKey]) -> bool:
    """Whether an index of the schema returns the records of the filter in this order."""
    return _is_served(model, _equality_fields(where), order)


def _is_served(model: Model, equal_fields: frozenset[str], order: Sequence[OrderKey]) -> bool:
    if not all(key.is_plain and len(key.path) == 1 for key in order):
        return False
    wanted = [(key.path[0], key.descending) for key in order if key.path[0] not in equal_fields]
    return any(_is_ordered_by(index, equal_fields, wanted) for index in model.index_orders)


def _is_ordered_by(
    index: Sequence[tuple[str, bool]], equal_fields: frozenset[str], wanted: list[tuple[str, bool]]
) -> bool:
    rest = list(index)
    while rest and rest[0][0] in equal_fields:
        rest = rest[1:]
    head = [part for part in rest if part[0] not in equal_fields][: len(wanted)]
    if len(head) < len(wanted) or [name for name, _ in head] != [name for name, _ in wanted]:
        return False
    return len({mine == theirs for (_, mine), (_, theirs) in zip(head, wanted, strict=True)}) <= 1


def _equality_fields(where: Filter) -> frozenset[str]:
    """The stored fields that must be equal to one value."""
    match where:
        case Compare():
            is_one = where.operator == "eq" and where.value is not None and not where.insensitive
            return frozenset(where.path) if is_one and len(where.path) == 1 else frozenset()
        case And(filters):
            return frozenset[str]().union(*map(_equality_fields, filters))
        case Or() | Complement() | In() | Text() | IsSet() | Has() | IsEmpty():
            return frozenset()
        case Search() | Elements() | Related() | After():
            return frozenset()
        case _:
            assert_never(where)


# --- ties ---


def _order_ties(find: Find) -> RowsPlan:
    """A page that was not sorted by id; records with equal keys are put in order.

    One record more is read. If its keys equal those of the last record of the page, the records of
    the page with these keys are read again, ordered by id.
    """
    limit = find.limit or 0
    rows: Rows = yield replace(find, limit=limit + 1)
    names, by_id = [key.path[0] for key in find.order[:-1]], find.order[-1]
    if not _are_comparable([*rows, *_position(find)], [*names, by_id.path[0]]):
        rows = yield replace(find, skip_id_sort=False)
        return rows
    page, beyond = rows[:limit], rows[limit:]
    if beyond and _values(page[-1], names) == _values(beyond[0], names):
        tied = _values(page[-1], names)
        kept = [row for row in page if _values(row, names) != tied]
        where = both(find.where, _tie_filter(find, page[-1], names))
        share = yield Find(find.model, where, (by_id,), limit=limit - len(kept), fields=find.fields)
        page = [*kept, *share]
        if not _are_comparable(share, names):
            rows = yield replace(find, skip_id_sort=False)  # a list has the value as an element
            return rows
    settled: Rows = []
    for _, group in groupby(page, key=lambda row: _values(row, names)):
        settled += sorted(
            group, key=lambda row: comparable(row[by_id.path[0]]), reverse=by_id.descending
        )
    return settled


def _position(find: Find) -> Rows:
    """The values after which a page begins, as a row; none if it begins at the beginning."""
    if find.after is None:
        return []
    return [{key.path[0]: value for key, value in zip(find.order, find.after, strict=True)}]


def _are_comparable(rows: Rows, names: Sequence[str]) -> bool:
    """Whether Python orders the values as MongoDB does: those of a field are of one kind, or null.

    If others have stored something else there, the server sorts.
    """
    return all(_are_of_one_kind([known_of(row).get(name) for row in rows]) for name in names)


def _are_of_one_kind(values: Sequence[Any]) -> bool:
    kinds = {_KINDS.get(type(value)) for value in values if value is not None}
    if len(kinds) > 1 or None in kinds:
        return False
    return not any(value != value for value in map(comparable, values))  # NaN


def _tie_filter(find: Find, row: Row, names: list[str]) -> Filter:
    """The records whose keys equal those of a row; if the cursor is one of them, those after it."""
    by_id, tied = find.order[-1], [known_of(row).get(name) for name in names]
    same = equal([_field_at(find.model, key) for key in find.order[:-1]], tied)
    if find.after is None or list(map(comparable, find.after[:-1])) != _values(row, names):
        return same
    operators: dict[tuple[bool, bool], Comparison] = {
        (False, False): "gt",
        (False, True): "gte",
        (True, False): "lt",
        (True, True): "lte",
    }
    operator = operators[by_id.descending, find.after_inclusive]
    return both(same, Compare(by_id.path, operator, find.after[-1]))


def _field_at(model: Model, key: OrderKey) -> Field:
    return next(field for field in model.stored_fields if field.db_name == key.path[0])


def _values(row: Row, names: list[str]) -> list[Any]:
    known = known_of(row)
    return [comparable(known.get(name)) for name in names]


def _distinct_from_cursor(located: LocatedPage) -> RowsPlan:
    """`distinct` is applied first, so that no page repeats what a page before it has.

    It may drop the record of the cursor. Then the page begins behind it, and `skip` still counts
    it: a reader who skips the last record of the page before misses nothing.
    """
    find, skip = located.find, located.find.skip
    limit = None if find.limit is None else find.limit + skip
    rows: Rows = yield replace(find, skip=0, limit=limit)
    first = rows[0][find.model.id_field.db_name] if rows else None
    if located.matches and first != located.cursor_id:
        skip = max(0, skip - 1)
    return rows[skip:] if find.limit is None else rows[skip : skip + find.limit]
