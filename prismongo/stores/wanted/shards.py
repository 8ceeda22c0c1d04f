"""Datamodel → the shard keys that its collections should have (`wanted_shard_keys`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from prismongo.schema.datamodel import Datamodel
from prismongo.stores.wanted.specs import IndexSpec

ShardKey = tuple[tuple[str, Literal[1, "hashed"]], ...]
"""Stored names, each with 1, or "hashed" where MongoDB hashes its values."""

BY_ID: Final[ShardKey] = (("_id", 1),)
"""The shard key that the index of every collection serves."""


def wanted_shard_keys(datamodel: Datamodel) -> dict[str, ShardKey]:
    """The shard keys by collection; collections that are not to be sharded are left out."""
    return {
        model.db_name: tuple(
            (model.by_name[part.field].db_name, "hashed" if part.hashed else 1)
            for part in model.shard_key
        )
        for model in datamodel.models
        if model.shard_key
    }


def serves(index: IndexSpec, key: ShardKey) -> bool:
    """Whether an index can be that of a shard key: it begins with it, and has every document."""
    is_whole = index.partial is None and not index.sparse and index.collation is None
    return is_whole and index.keys[: len(key)] == key


def needed_index(
    key: ShardKey, declared: Iterable[IndexSpec], others: Iterable[IndexSpec]
) -> IndexSpec | None:
    """The index that sharding keeps although the schema has no line for it.

    Args:
        key: the shard key.
        declared: indexes of the schema that the collection has.
        others: its other indexes, without that of `_id`.

    Returns:
        The index; None if another serves, which needs no line or has one.
    """
    if key == BY_ID or any(serves(index, key) for index in declared):
        return None
    serving = [index for index in others if serves(index, key)]
    return min(serving, key=lambda index: (index.unique, len(index.keys)), default=None)


def shard_key_text(key: ShardKey) -> str:
    """A key as it is shown: `(communityId, _id)`, `(communityId hashed)`."""
    return f"({', '.join(name if way == 1 else f'{name} {way}' for name, way in key)})"
