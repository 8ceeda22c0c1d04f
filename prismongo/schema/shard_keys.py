"""`@shardKey`, `@@shardKey`: read for their mistakes, and refused; Prisma has none for MongoDB."""

from __future__ import annotations

from typing import Final

from prismongo.schema.arguments import Attributes, constants_of
from prismongo.schema.errors import refuse_index
from prismongo.schema.index_fields import refuse_unknown
from prismongo.schema.language.syntax import Block, FieldNode
from prismongo.schema.scope import Scope

_NO_PREVIEW: Final = "Defining shard keys requires enabling the `shardKeys` preview feature"
_NOT_HERE: Final = "Shard keys are not currently supported for provider mongodb"


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


def refuse_shard_keys(block: Block, scope: Scope) -> None:
    """Refuse the first shard key of a model."""
    own = [attribute for node in block.fields for attribute in node.attributes]
    for attribute in (*block.attributes, *own):
        if attribute.name == "shardKey":
            message = _NOT_HERE if "shardkeys" in scope.features else _NO_PREVIEW
            raise refuse_index(attribute, message)
