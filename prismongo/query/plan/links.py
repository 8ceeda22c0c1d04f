"""plan, relations: the keys of records, and the filters that find the records related to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from prismongo.query.errors.stored import wrong_key
from prismongo.query.nodes.filters import And, Compare, Filter, In, IsSet, Or
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.updates import FieldUpdate, Set
from prismongo.query.values.date_time import now
from prismongo.query.values.scalars import scalar_of
from prismongo.schema.datamodel import Field, Link, Model

ReferenceKey = tuple[Any, ...]

CHUNK = 50_000
"""How many keys one `in` has at most."""

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""About how many bytes they have at most: a command of MongoDB may have 16 MB."""


def key_of(row: Row, fields: Sequence[Field]) -> ReferenceKey | None:
    """The values of the fields in a stored row; None if one is null or missing."""
    if len(fields) == 1:
        value = row.get(fields[0].db_name)
        return None if value is None else (value,)
    values = tuple(row.get(field.db_name) for field in fields)
    return None if any(value is None for value in values) else values


def equal(fields: Sequence[Field], values: Sequence[object]) -> Filter:
    """The records whose fields have these values; None matches null and missing."""
    parts = tuple(
        null_or_missing((field.db_name,))
        if value is None
        else Compare((field.db_name,), "eq", value)
        for field, value in zip(fields, values, strict=True)
    )
    return parts[0] if len(parts) == 1 else And(parts)


def null_or_missing(path: tuple[str, ...]) -> Filter:
    """Null or missing."""
    return Or((Compare(path, "eq", None), IsSet(path, is_set=False)))


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
    server on which shards to look. A value that is missing is left out.
    """
    ids = by_ids(model, ids_of(model, rows))
    parts = tuple(_shared(field, rows) for field in model.shard_fields if not field.is_id)
    equalities = tuple(part for part in parts if part is not None)
    return And((*equalities, ids)) if equalities else ids


def beside(key: Filter, where: Filter) -> Filter:
    """Records by their key, which must match a filter too; what both say is said once."""
    parts = list(key.filters if isinstance(key, And) else (key,))
    given = where.filters if isinstance(where, And) else (where,)
    return And((*parts, *(part for part in given if part not in parts)))


def _shared(field: Field, rows: Sequence[Row]) -> Filter | None:
    """The equality that holds for all rows; None if there is none."""
    name = field.db_name
    if not rows or any(name not in row for row in rows):
        return None
    value = rows[0][name]
    if any(row[name] != value for row in rows[1:]):
        return None
    return Compare((name,), "eq", value)


def ids_of(model: Model, rows: Iterable[Row]) -> list[Any]:
    """The ids of stored rows."""
    return [row[model.id_field.db_name] for row in rows]


def keys_of(link: Link, parents: Iterable[Row]) -> list[ReferenceKey]:
    """The keys that relate the parents to other records, without duplicates, in order.

    Raises:
        DataError: P2023, a stored key that is a document or a list.
    """
    rows = tuple(parents)
    try:
        if link.is_many_to_many:
            return list(dict.fromkeys(key for row in rows for key in parent_keys(link, row)))
        found = dict.fromkeys(key_of(row, link.local) for row in rows)
    except TypeError:
        raise wrong_key(link.model, link.local, rows) from None
    return [key for key in found if key is not None]


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
