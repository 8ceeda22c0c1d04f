"""Datamodel → the shard keys that its collections should have (`wanted_shard_keys`)."""

from __future__ import annotations

from typing import Literal

from prismongo.schema.datamodel import Datamodel

ShardKey = tuple[tuple[str, Literal[1, "hashed"]], ...]
"""Stored names, each with 1, or "hashed" where MongoDB hashes its values."""


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


def shard_key_text(key: ShardKey) -> str:
    """A key as it is shown: `(communityId, _id)`, `(communityId hashed)`."""
    return f"({', '.join(name if way == 1 else f'{name} {way}' for name, way in key)})"
