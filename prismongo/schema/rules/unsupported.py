"""What Prisma reads and does not support on MongoDB: `@@schema`, `@shardKey`, `@@shardKey`."""

from __future__ import annotations

from typing import Final

from prismongo.schema.errors import PlacedError, refuse_index
from prismongo.schema.language.syntax import Block
from prismongo.schema.scope import Scope

_NO_PREVIEW: Final = "Defining shard keys requires enabling the `shardKeys` preview feature"
_NOT_HERE: Final = "Shard keys are not currently supported for provider mongodb"


def refuse_schema(block: Block) -> None:
    """Refuse the `@@schema` of a model or an enum."""
    for attribute in block.attributes:
        if attribute.name == "schema":
            reason = "@@schema is not supported on the current datasource provider"
            raise PlacedError(reason, attribute.arguments.items[0].value.position)


def refuse_shard_keys(block: Block, scope: Scope) -> None:
    """Refuse the first shard key of a model."""
    own = [attribute for node in block.fields for attribute in node.attributes]
    for attribute in (*block.attributes, *own):
        if attribute.name == "shardKey":
            message = _NOT_HERE if "shardkeys" in scope.features else _NO_PREVIEW
            raise refuse_index(attribute, message)
