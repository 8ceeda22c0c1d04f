"""plan, relations: the keys of records, and the filters that find the records related to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from prismongo.query.errors.stored import wrong_key
from prismongo.query.nodes.equalities import conjuncts, null_or_missing
from prismongo.query.nodes.filters import And, Compare, Filter, In, Or, Path, read_paths
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.updates import FieldUpdate, Set
from prismongo.query.plan.keys import ReferenceKey, key_of, match_keys, reference_key
from prismongo.query.values.date_time import now
from prismongo.query.values.scalars import scalar_of
from prismongo.schema.datamodel import Field, Link, Model

CHUNK = 50_000
"""How many keys one `in` has at most."""

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""About how many bytes they have at most: a command of MongoDB may have 16 MB."""


def equal(fields: Sequence[Field], values: Sequence[object]) -> Filter:
    """The records whose fields have these values; None matches null and missing."""
    parts = tuple(_equal(field, value) for field, value in zip(fields, values, strict=True))
    return parts[0] if len(parts) == 1 else And(parts)


def _equal(field: Field, value: object) -> Filter:
    path = (field.db_name,)
    return null_or_missing(path) if value is None else Compare(path, "eq", value)


def among(fields: Sequence[Field], keys: Sequence[ReferenceKey]) -> Filter:
    """The records whose fields have one of the keys."""
    if len(fields) == 1:
        if len(keys) == 1:
            return Compare((fields[0].db_name,), "eq", keys[0][0])
        return In((fields[0].db_name,), tuple(key[0] for key in keys))
    return Or(tuple(equal(fields, key) for key in keys))


def by_ids(model: Model, ids: Sequence[object]) -> Filter:
    """The records with these ids."""
    return among((model.id_field,), [(value,) for value in ids])


def by_rows(model: Model, rows: Sequence[Row]) -> Filter:
    """These stored rows: by their ids and, of a sharded model, by what their shard keys share.

    For one row that is the whole key, which the write of one record needs. For several it tells the
    server on which shards to look. A row that lacks a field of the key is kept where null is.

    Args:
        model: of the rows.
        rows: with all fields of `model.identity` that are stored.
    """
    ids = by_ids(model, ids_of(model, rows))
    parts = tuple(_shared(field, rows) for field in model.shard_fields if not field.is_id)
    equalities = tuple(part for part in parts if part is not None)
    return And((*equalities, ids)) if equalities else ids


def beside(key: Filter, where: Filter) -> Filter:
    """Records by their key, which must match a filter too.

    What the filter says of a value that the key names is left out, as it is known to be so: mongos
    finds no key in a filter that has two equalities for one field.
    """
    parts = list(conjuncts(key))
    named = {part.path for part in parts if isinstance(part, Compare)}
    return And((*parts, *(part for part in conjuncts(where) if not _is_said(part, parts, named))))


def _is_said(item: Filter, parts: Sequence[Filter], named: set[Path]) -> bool:
    """Whether the parts say it, or name the values that it compares."""
    compares = isinstance(item, Compare | In) and named.issuperset(read_paths(item))
    return compares or item in parts


def _shared(field: Field, rows: Sequence[Row]) -> Filter | None:
    """The equality that holds for all rows; None if there is none."""
    values = [row.get(field.db_name) for row in rows]
    if not values or not all(_is_same(value, values[0]) for value in values[1:]):
        return None
    return _equal(field, values[0])


def _is_same(first: object, second: object) -> bool:
    """Whether MongoDB, too, takes two stored values for equal: True is not 1, order counts."""
    return type(first) is type(second) and first == second and not isinstance(first, dict)


def ids_of(model: Model, rows: Iterable[Row]) -> list[Any]:
    """The ids of stored rows."""
    return [row[model.id_field.db_name] for row in rows]


def keys_of(link: Link, parents: Iterable[Row]) -> list[ReferenceKey]:
    """The keys that relate the parents to other records, without duplicates, in order.

    Raises:
        DataError: P2023, a stored key that is a document or a list.
    """
    rows = list(parents)
    try:
        if link.is_many_to_many:
            return list(dict.fromkeys(key for row in rows for key in parent_keys(link, row)))
        found = dict.fromkeys(match_keys(rows, link.local))
    except TypeError:
        raise wrong_key(link.model, link.local, rows) from None
    return [reference_key(key) for key in found if key is not None]


def parent_keys(link: Link, row: Row) -> list[ReferenceKey]:
    """The keys of the records that are related to one row."""
    if link.is_many_to_many:
        values = row.get(link.local[0].db_name)
        return [(value,) for value in values] if isinstance(values, list) else []
    key = key_of(row, link.local)
    return [] if key is None else [key]


def with_updated_at(model: Model, updates: Sequence[FieldUpdate]) -> tuple[FieldUpdate, ...]:
    """The updates, and the current time for every `@updatedAt` field that they do not set."""
    updated_names = {update.path[0] for update in updates}
    moments = (
        Set((field.db_name,), scalar_of(field).encode(now()))
        for field in model.stored_fields
        if field.is_updated_at and field.db_name not in updated_names
    )
    return (*updates, *moments)


def chunks(keys: Sequence[Any], most: int | None = None) -> Iterable[Sequence[Any]]:
    """The keys in parts that one command can hold.

    Args:
        keys: values, or tuples of values.
        most: the most keys of a part; None means `CHUNK`.
    """
    most = CHUNK if most is None else most
    lengths = [_length(key) for key in keys] if keys and _length(keys[0]) else None
    start = 0
    while start < len(keys):
        end = min(start + most, len(keys))
        if lengths is not None:
            end = _end(lengths, start, end)
        yield keys[start:end]
        start = end


def row_chunks(model: Model, rows: Sequence[Row], most: int) -> Iterable[Sequence[Row]]:
    """The rows in parts whose ids one command can hold, `most` of them at most."""
    start = 0
    for ids in chunks(ids_of(model, rows), most):
        yield rows[start : start + len(ids)]
        start += len(ids)


def _end(lengths: Sequence[int], start: int, end: int) -> int:
    """Where a part ends that begins at `start`; it has one key at least."""
    size = 0
    for index in range(start, end):
        size += lengths[index]
        if size > CHUNK_BYTES and index > start:
            return index
    return end


def _length(key: object) -> int:
    """About the bytes of a text in a command; 0 for other keys, which are short."""
    if isinstance(key, tuple):
        return sum(map(_length, key))
    return 4 * len(key) + 16 if isinstance(key, str | bytes) else 0


def related(link: Link, parents: Iterable[Row]) -> Filter:
    """The records that are related to any of the rows."""
    return among(link.remote, keys_of(link, parents))
