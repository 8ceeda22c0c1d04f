"""`@shardKey` and `@@shardKey`, read for their mistakes: the rules refuse any (`rules`)."""

from __future__ import annotations

from prismongo.schema.arguments import Attributes, constants_of
from prismongo.schema.index_fields import refuse_unknown
from prismongo.schema.language.syntax import Block, FieldNode
from prismongo.schema.scope import Scope


def read_shard_key(attributes: Attributes, node: FieldNode) -> None:
    """Read `@shardKey` of a field."""
    reader = attributes.single("shardKey")
    if reader is None:
        return
    if node.arity != "required":
        raise reader.refuse("Fields that are marked as shard keys must be required.")
    reader.finish()


def read_block_shard_key(attributes: Attributes, block: Block, scope: Scope) -> None:
    """Read `@@shardKey` of a model."""
    reader = attributes.single("shardKey")
    if reader is None:
        return
    value = reader.default("fields")
    refuse_unknown(block, scope, list(constants_of(value)), "shard key", value.position)
    reader.finish()
