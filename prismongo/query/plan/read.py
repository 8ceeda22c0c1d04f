"""plan, reads: records and their selected relations, by one more step per level of includes."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, assert_never

from prisma.errors import DataError

from prismongo.query.errors.stored import wrong_key
from prismongo.query.nodes.filters import Filter, both
from prismongo.query.nodes.rows import Row, Rows, Unreadable
from prismongo.query.nodes.selections import CountOutput, Page, RelationOutput, Selected
from prismongo.query.nodes.steps import (
    RELATED,
    CountPerParent,
    Find,
    FindPerParent,
    Plan,
    RowsPlan,
    Step,
)
from prismongo.query.plan.keys import (
    MatchKey,
    ReferenceKey,
    key_of,
    match_key,
    match_keys,
)
from prismongo.query.plan.links import among, chunks, ids_of, keys_of, parent_keys, related
from prismongo.query.plan.narrow import narrowed_page
from prismongo.query.plan.page import Position, locate, page_rows, rows_after
from prismongo.schema.datamodel import Field, Link, Model


def stored_fields(selected: Selected, *extra: Field) -> tuple[Field, ...] | None:
    """The stored fields that the answer needs, and `extra`; None if that is all fields."""
    stored = selected.stored
    if stored is None or not extra:
        return stored
    needed = dict.fromkeys((*stored, *extra))
    return None if len(needed) == len(selected.model.stored_fields) else tuple(needed)


def read_page(page: Page, selected: Selected, *extra: Field) -> RowsPlan:
    """A page of records with their selected fields and relations."""
    rows = yield from page_rows(selected.model, page, stored_fields(selected, *extra))
    yield from attach(selected, rows)
    return rows


def read_batch(page: Page, selected: Selected, position: Position | None) -> RowsPlan:
    """A page behind a position, with the selected fields and relations."""
    page = yield from narrowed_page(page)
    rows = yield from rows_after(selected.model, page, stored_fields(selected), position)
    yield from attach(selected, rows)
    return rows


def read_first(where: Filter, selected: Selected) -> RowsPlan:
    """The record (a list of none or one) that a unique filter finds."""
    rows: Rows = yield first_step(where, selected)
    yield from attach(selected, rows)
    return rows


def first_step(where: Filter, selected: Selected) -> Find:
    """The step that reads the record, without its relations."""
    return Find(selected.model, where, limit=1, fields=stored_fields(selected))


# --- includes ---


def attach(selected: Selected, rows: Rows) -> Plan:
    """Add the selected relations to each row that can be read."""
    if any(type(row) is Unreadable for row in rows):
        rows = [row for row in rows if type(row) is not Unreadable]
    if not rows:
        return
    for output in selected.relations:
        match output:
            case RelationOutput():
                yield from _include(output, rows)
            case CountOutput(counts):
                yield from _count(selected.model, counts, rows)
            case _:
                assert_never(output)


def _count(model: Model, counts: tuple[tuple[Link, Filter], ...], rows: Rows) -> Plan:
    ids = _different_ids(model, rows)
    for row in rows:
        row[RELATED + "_count"] = {}
    for link, where in counts:
        numbers: dict[Any, int] = {}
        for portion in chunks(ids):
            numbers |= yield CountPerParent(link, tuple(portion), where)
        for row in rows:
            number = numbers.get(row[model.id_field.db_name], 0)
            row[RELATED + "_count"][link.field.name] = number


def _different_ids(model: Model, rows: Rows) -> tuple[Any, ...]:
    """The ids of the rows, each once.

    Raises:
        DataError: P2023, a stored id is a document or a list.
    """
    try:
        return tuple(dict.fromkeys(ids_of(model, rows)))
    except TypeError:
        raise wrong_key(model, (model.id_field,), rows) from None


def _include(output: RelationOutput, parents: Rows) -> Plan:
    page = yield from narrowed_page(output.page)
    if page is not output.page:
        output = replace(output, page=page)
    link, name = output.link, RELATED + output.link.field.name
    parents, keys = _with_keys(link, parents, name)
    if link.field.is_list and not page.is_whole:
        groups = yield from _paged_children(output, parents)
    elif link.is_many_to_many and page.order and _are_split(keys):
        groups = yield from _pages_at_once(output, parents)  # no order survives several portions
    else:
        groups = yield from _all_children(output, parents, keys)
    for row, children in zip(parents, groups, strict=True):
        row[name] = children if link.field.is_list else next(iter(children), None)


def _with_keys(link: Link, parents: Rows, name: str) -> tuple[Rows, list[ReferenceKey]]:
    """The parents whose keys can be read, and the keys; the others get the error as `name`."""
    try:
        return parents, keys_of(link, parents)
    except DataError:
        pass
    readable: Rows = []
    for row in parents:
        try:
            keys_of(link, [row])
            readable.append(row)
        except DataError as error:
            row[name] = Unreadable(error)
    return readable, keys_of(link, readable)


def _are_split(keys: Sequence[ReferenceKey]) -> bool:
    """Whether the keys need several commands."""
    return len(list(islice(chunks(keys), 2))) > 1


def _all_children(
    output: RelationOutput, parents: Rows, keys_of_parents: list[ReferenceKey]
) -> Generator[Step, Any, list[Rows]]:
    link, page = output.link, output.page
    fields = stored_fields(output.selected, *link.remote)
    children: Rows = []
    for keys in chunks(keys_of_parents):
        where = both(among(link.remote, keys), page.where)
        limit = len(keys) if _is_by_id(link) else None  # which tells the store that they are few
        children += yield Find(link.target, where, page.order, limit=limit, fields=fields)
    yield from attach(output.selected, children)
    by_key = _group_by_key(link, children)
    if not link.is_many_to_many:
        return [by_key.get(key, []) for key in match_keys(parents, link.local)]
    positions = {key: number for number, key in enumerate(by_key)}
    return [_children_of_list(link, row, by_key, positions) for row in parents]


def _is_by_id(link: Link) -> bool:
    """Whether each key is that of one record at most; of shards each may have one."""
    return len(link.remote) == 1 and link.remote[0].is_id and not link.target.shard_fields


def _group_by_key(link: Link, children: Rows) -> dict[MatchKey | None, Rows]:
    by_key: dict[MatchKey | None, Rows] = {}
    keys = match_keys(children, link.remote)
    for child, key in zip(children, keys, strict=True):
        if key is None:
            continue
        try:
            by_key.setdefault(key, []).append(child)
        except TypeError:  # MongoDB finds a list by what it holds
            error = wrong_key(link.target, link.remote, [child])
            for each in _held(key):
                by_key.setdefault(each, []).append(Unreadable(error))
    return by_key


def _held(key: MatchKey) -> list[MatchKey]:
    """The keys that MongoDB finds in a key which holds a list."""
    values = key[0] if len(key) == 1 and isinstance(key[0], list) else ()
    keys = (match_key(value) for value in values if isinstance(value, Hashable))
    return [each for each in keys if each is not None]


def _children_of_list(
    link: Link,
    row: Row,
    by_key: dict[MatchKey | None, Rows],
    positions: dict[MatchKey | None, int],
) -> Rows:
    """The children whose ids are in the list of the row, in the order in which they were read."""
    mine = dict.fromkeys(match_key(value) for (value,) in parent_keys(link, row))
    keys = [key for key in mine if key in by_key]
    keys.sort(key=positions.__getitem__)
    return [child for key in keys for child in by_key[key]]


def _paged_children(output: RelationOutput, parents: Rows) -> Generator[Step, Any, list[Rows]]:
    link, page = output.link, output.page
    with_cursor = yield from _parents_with_cursor(link, page, parents)
    candidates = [row for row in parents if with_cursor is None or id(row) in with_cursor]
    if len(candidates) < 2 or (page.distinct and page.cursor is not None):
        groups = yield from _pages_one_by_one(output, candidates)
    else:
        groups = yield from _pages_at_once(output, candidates)
    pages = {id(row): group for row, group in zip(candidates, groups, strict=True)}
    return [pages.get(id(row), []) for row in parents]


def _pages_one_by_one(output: RelationOutput, parents: Rows) -> Generator[Step, Any, list[Rows]]:
    link, page = output.link, output.page
    fields = stored_fields(output.selected, *link.remote)
    groups: list[Rows] = []
    for row in parents:
        rows: Rows = []
        if parent_keys(link, row):
            mine = replace(page, where=both(related(link, [row]), page.where))
            rows = yield from page_rows(link.target, mine, fields)
            yield from attach(output.selected, rows)
        groups.append(rows)
    return groups


def _parents_with_cursor(
    link: Link, page: Page, parents: Rows
) -> Generator[Step, Any, set[int] | None]:
    """The parents to which the cursor is related; the page of all others is empty."""
    if page.cursor is None:
        return None
    found = yield Find(link.target, page.cursor.filter, limit=1, fields=link.remote)
    key = key_of(found[0], link.remote) if found else None
    return {id(row) for row in parents if key is not None and key in parent_keys(link, row)}


def _pages_at_once(output: RelationOutput, parents: Rows) -> Generator[Step, Any, list[Rows]]:
    link, page = output.link, output.page
    located = yield from locate(link.target, page, stored_fields(output.selected, *link.remote))
    if located is None:
        return [[] for _ in parents]
    id_name = link.model.id_field.db_name
    ids = _different_ids(link.model, parents)
    pairs: list[tuple[Any, Row]] = []
    for portion in chunks(ids):
        pairs += yield FindPerParent(
            link, tuple(portion), replace(located.find, skip_id_sort=False)
        )
    groups: dict[Any, Rows] = {value: [] for value in ids}
    for parent_id, child in pairs:
        groups[parent_id].append(child)
    yield from attach(output.selected, [child for _, child in pairs])
    if located.reversed:
        groups = {value: rows[::-1] for value, rows in groups.items()}
    return [groups[row[id_name]] for row in parents]
