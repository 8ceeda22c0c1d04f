"""`@db.…`: the BSON types for each scalar."""

from __future__ import annotations

from prismongo.schema.datamodel import NativeType
from prismongo.schema.errors import PlacedError
from prismongo.schema.language.syntax import Attribute, FieldNode
from prismongo.schema.scalars import stored_as
from prismongo.schema.scope import Scope


def native_type(attribute: Attribute, node: FieldNode, scope: Scope) -> NativeType:
    """The native type that an attribute with a dot in its name gives to a scalar field.

    Raises:
        RefusalError: it is not of this datasource, unknown, or does not fit the scalar.
    """
    source, _, name = attribute.name.partition(".")
    if scope.datasource is not None and source != scope.datasource:
        raise PlacedError(
            f"The prefix {source} is invalid. It must be equal to the name of an existing "
            f"datasource e.g. {scope.datasource}. Did you mean to use {scope.datasource}.{name}?",
            attribute.position,
        )
    scalars = stored_as(name) if scope.datasource is not None else ()
    if not scalars:
        connector = "mongodb" if scope.datasource is not None else "Default"
        reason = f"Native type {name} is not supported for {connector} connector."
        raise PlacedError(reason, attribute.position)
    if count := len(attribute.arguments.items):
        reason = f'Function "{name}" takes 0 arguments, but received {count}.'
        raise PlacedError(reason, attribute.position)
    if node.type not in scalars:
        raise PlacedError(
            f"Native type {name} is not compatible with declared field type {node.type}, "
            f"expected field type {' or '.join(scalars)}.",
            attribute.position,
        )
    return NativeType(name)
