"""Shard keys: which filters name one, and which updates change one.

On a sharded cluster the write of one record needs every field of the shard key as an equality in
its filter (before MongoDB 7.0), and a change of the key cannot be a write of many records. A record
that lacks a field is kept where null is, and the equality with null finds it, too. Source: MongoDB
manual, "Sharded Collection Restrictions", "Change a Document's Shard Key Value" and "Set Missing
Shard Key Fields".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import assert_never

from prismongo.query.nodes.equalities import conjuncts, null_or_missing_path
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
    Path,
    Reference,
    Related,
    Search,
    Text,
)
from prismongo.query.nodes.operations import NestedWrite, RecordUpdates, ReferencedWrite
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.schema.datamodel import Field, Model


def missing_key_fields(model: Model, where: Filter) -> list[Field]:
    """The fields of the shard key for which a filter has no equality; none: it names the key."""
    if not model.shard_key:
        return []
    named = Counter(path for part in conjuncts(where) for path in _equalities(part))
    return [field for field in model.shard_fields if named[(field.db_name,)] != 1]


def _equalities(item: Filter) -> Iterable[Path]:
    """The path that must be equal to one value, as mongos reads it from a part of a filter.

    A path is one of a key only if it is named once. Source: `extractFullEqualityMatches` in the
    server's `path_support.cpp`.
    """
    match item:
        case Compare(path, operator, value):
            is_plain = not item.exact and not (item.insensitive and isinstance(value, str))
            if operator == "eq" and is_plain and not isinstance(value, Reference):
                yield path
        case Or() if (empty := null_or_missing_path(item)) is not None:
            yield empty
        case In(path, (_,)) if not item.negated:
            yield from (path, path)  # mongos makes an equality of it, so no other may be beside it
        case (
            And()
            | Or()
            | Complement()
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
            pass
        case _:
            assert_never(item)


def changes_key(model: Model, updates: Iterable[FieldUpdate]) -> bool:
    """Whether updates change a field of the shard key."""
    if not model.shard_key:
        return False
    names = {field.db_name for field in model.shard_fields}
    return any(update.path[0] in names for update in updates)


def moves(data: RecordUpdates) -> bool:
    """Whether the update of a record, or a nested write that sets its foreign key, changes its key.

    The nested write may leave the key as it is: nobody knows before it is carried out.
    """
    if not data.model.shard_key:
        return False
    return changes_key(data.model, data.updates) or _sets_key(data.model, data.writes)


def _sets_key(model: Model, writes: Sequence[NestedWrite]) -> bool:
    return any(
        field in model.shard_fields
        for write in writes
        if isinstance(write, ReferencedWrite)
        for field in write.link.local
    )
