"""The shard key of a collection → the comment above its new model (`shard_key_line`)."""

from __future__ import annotations

from collections.abc import Mapping

from prismongo.pull.kinds import Kind
from prismongo.stores.wanted.shards import ShardKey, shard_key_text


def shard_key_line(key: ShardKey, fields: Mapping[str, tuple[str, Kind | None]]) -> str:
    """`/// @shardKey([…])`; a comment for people where the schema cannot have the key.

    Args:
        key: of the collection.
        fields: the stored names of its fields → their names in the model, and their kinds.
    """
    parts = []
    for path, way in key:
        if reason := _why_not(path, fields):
            text = ascii(f"{shard_key_text(key)}, which `@shardKey` cannot say: {path} {reason}")
            return f"// Sharded by {text[1:-1]}."
        parts.append(fields[path][0] + ("(hashed)" if way == "hashed" else ""))
    return f"/// @shardKey([{', '.join(parts)}])"


def _why_not(path: str, fields: Mapping[str, tuple[str, Kind | None]]) -> str | None:
    """Why a field of a collection cannot be one of its model's shard key; None if it can."""
    _, kind = fields.get(path, ("", None))
    if "." in path:
        return "is inside an object"
    if kind is None:
        return "is in no document that was read"
    if kind.arity == "?":
        return "is not in every document"
    is_scalar = bool(kind.members) or kind.type not in ("", "Json")
    return None if is_scalar and kind.arity == "" else "is no scalar"
