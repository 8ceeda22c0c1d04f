"""`check_types`: the type of every field exists. The second check of `resolve`."""

from __future__ import annotations

from prismongo.schema.errors import PlacedError, refuse
from prismongo.schema.language.syntax import Block, FieldNode
from prismongo.schema.scalars import SCALARS
from prismongo.schema.scope import Scope


def check_types(scope: Scope) -> None:
    """Refuse unknown types, relations in a composite type, and enums without values."""
    for block in scope.schema.blocks:
        with scope.mistakes:
            if block.keyword == "enum" and not block.members:
                raise refuse("An enum must have at least one value.", block.position)
        for node in block.fields:
            with scope.mistakes:
                _check_type(scope, block, node)


def _check_type(scope: Scope, block: Block, node: FieldNode) -> None:
    if not scope.knows(node):
        raise PlacedError(_unknown(scope, block, node), node.type_position)
    if block.keyword == "type" and scope.kind(node) == "relation":
        raise PlacedError(
            f'Error validating composite type "{block.name}": {node.type} refers to a model, '
            "making this a relation field. Relation fields inside composite types are not "
            "supported.",
            node.type_position,
        )


def _unknown(scope: Scope, block: Block, node: FieldNode) -> str:
    reason = (
        f'Type "{node.type}" is neither a built-in type, nor refers to another model, '
        "composite type, or enum."
    )
    known = (*SCALARS, *scope.models, *scope.types, *scope.enums)
    alike = next((name for name in known if name.lower() == node.type.lower()), None)
    return f'{reason} Did you mean "{alike}"?' if alike and block.keyword != "type" else reason
