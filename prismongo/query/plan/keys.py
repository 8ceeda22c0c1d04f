"""plan, keys: the values by which records are related, and what rows are matched by.

The hash and the comparison of an ObjectId are methods in Python, and an include needs several for
each row. So a key of one ObjectId is matched by its bytes, which are equal exactly where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bson import ObjectId

from prismongo import native
from prismongo.query.nodes.rows import Row, Rows, known_of
from prismongo.query.values.object_id import twelve_bytes
from prismongo.schema.datamodel import Field

ReferenceKey = tuple[Any, ...]
"""The values of a relation's fields in one record."""

MatchKey = bytes | ReferenceKey
"""The bytes of a key that is one ObjectId; any other key as it is."""


def key_of(row: Row, fields: Sequence[Field]) -> ReferenceKey | None:
    """The values of the fields in a stored row; None if one is null or missing."""
    if len(fields) == 1:
        value = row.get(fields[0].db_name)
        return None if value is None else (value,)
    values = tuple(row.get(field.db_name) for field in fields)
    return None if any(value is None for value in values) else values


def match_keys(rows: Rows, fields: Sequence[Field]) -> list[MatchKey | None]:
    """The match key of each row, None if it has none. Rows may be ones that cannot be read."""
    if len(fields) > 1:
        return [key_of(known_of(row), fields) for row in rows]
    name = fields[0].db_name
    if rows and native.is_row(rows[0]):
        from prismongo.native import _rows

        return _rows.match_keys(rows, name, _match_key_at)
    return [_match_key_at(row, name) for row in rows]


def match_key(value: Any) -> MatchKey | None:
    """The match key of a record whose only key field has this value."""
    if type(value) is ObjectId:
        return twelve_bytes(value)
    return None if value is None else (value,)


def reference_key(key: MatchKey) -> ReferenceKey:
    """The key, of what it is matched by."""
    return (ObjectId(key),) if isinstance(key, bytes) else key


def _match_key_at(row: Row, name: str) -> MatchKey | None:
    return match_key(known_of(row).get(name))
