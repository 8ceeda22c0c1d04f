"""Reads the fields of models and composite types with their attributes."""

from __future__ import annotations

from typing import Literal

from prismongo.schema.arguments import Attributes, mapped_name
from prismongo.schema.datamodel import Default, Field, Index, Kind, NativeType
from prismongo.schema.defaults import default_of
from prismongo.schema.errors import Mistakes, PlacedError
from prismongo.schema.indexes import field_index
from prismongo.schema.language.syntax import Block, FieldNode
from prismongo.schema.native_types import native_type
from prismongo.schema.scope import Scope
from prismongo.schema.shard_keys import read_shard_key


def scalar_field(
    scope: Scope, block: Block, node: FieldNode, kind: Kind
) -> tuple[Field, list[Index]]:
    """A stored field of a model, and the indexes that its attributes make."""
    attributes = Attributes(node.attributes)
    attempt = scope.mistakes.attempt
    db_name = attempt(None, mapped_name, attributes)
    ignored = attempt(False, _ignored, attributes, node)
    with scope.mistakes:
        if relation := attributes.single("relation"):
            raise relation.refuse("Invalid field type, not a relation.")
    ids = attempt([], _indexes, attributes, node, "id")
    updated_at = attempt(False, _updated_at, attributes, node)
    default = attempt(None, _default, attributes, node, scope, block.name, in_composite=False)
    native = attempt(None, _native_type, attributes, node, scope, kind)
    attempt(None, read_shard_key, attributes, node)
    uniques = attempt([], _indexes, attributes, node, "unique")
    attributes.finish(scope.mistakes)
    field = Field(
        name=node.name,
        kind=kind,
        type=node.type,
        db_name=node.name if db_name is None else db_name,
        is_list=node.arity == "list",
        is_required=node.arity != "optional",
        is_id=bool(ids),
        is_unique=bool(uniques),
        is_updated_at=updated_at,
        default=default,
        native_type=native,
        documentation=node.documentation,
        notes=node.notes,
        ignored=ignored or node.unsupported is not None,
        is_mapped=db_name is not None,
        position=node.position,
    )
    return field, ids + uniques


def _indexes(attributes: Attributes, node: FieldNode, kind: Literal["id", "unique"]) -> list[Index]:
    reader = attributes.single(kind)
    if reader is None:
        return []
    index = field_index(reader, node, kind)
    reader.finish()
    return [index]


def composite_field(scope: Scope, block: Block, node: FieldNode, kind: Kind) -> Field:
    """A field of a composite type."""
    attributes = Attributes(node.attributes)
    attempt = scope.mistakes.attempt
    native = attempt(None, _native_type, attributes, node, scope, kind)
    db_name = attempt(None, mapped_name, attributes)
    default = attempt(None, _default, attributes, node, scope, block.name, in_composite=True)
    attributes.finish(scope.mistakes)
    return Field(
        name=node.name,
        kind=kind,
        type=node.type,
        db_name=node.name if db_name is None else db_name,
        is_list=node.arity == "list",
        is_required=node.arity != "optional",
        default=default,
        native_type=native,
        documentation=node.documentation,
        notes=node.notes,
        ignored=node.unsupported is not None,
        is_mapped=db_name is not None,
        position=node.position,
    )


def _ignored(attributes: Attributes, node: FieldNode) -> bool:
    reader = attributes.single("ignore")
    if reader is None:
        return False
    if node.unsupported is not None:
        raise reader.refuse(
            "Fields of type `Unsupported` cannot take an `@ignore` attribute. They are already "
            "treated as ignored by the client due to their type."
        )
    reader.finish()
    return True


def _updated_at(attributes: Attributes, node: FieldNode) -> bool:
    reader = attributes.single("updatedAt")
    if reader is None:
        return False
    if node.type != "DateTime":
        raise reader.refuse("Fields that are marked with @updatedAt must be of type DateTime.")
    if node.arity == "list":
        raise reader.refuse("Fields that are marked with @updatedAt cannot be lists.")
    reader.finish()
    return True


def _default(
    attributes: Attributes, node: FieldNode, scope: Scope, container: str, *, in_composite: bool
) -> Default | None:
    reader = attributes.single("default")
    if reader is None:
        return None
    default = default_of(reader, node, scope, container, in_composite=in_composite)
    reader.finish()
    return default


def _native_type(
    attributes: Attributes, node: FieldNode, scope: Scope, kind: Kind
) -> NativeType | None:
    if kind != "scalar" or node.unsupported is not None:
        return None
    attribute = attributes.scoped()
    return None if attribute is None else native_type(attribute, node, scope)


def check_stored_names(block: Block, fields: list[Field], mistakes: Mistakes) -> None:
    """Refuse fields of a model or composite type whose stored name is taken."""
    by_name = {item.name: item for item in fields if item.kind != "relation"}
    mapped: set[str] = set()
    for item in fields:
        if item.is_mapped:
            with mistakes:
                _check_stored_name(block, item, mapped, by_name.get(item.db_name))
            mapped.add(item.db_name)


def _check_stored_name(block: Block, item: Field, mapped: set[str], other: Field | None) -> None:
    composite = block.keyword == "type"
    if item.db_name in mapped:
        raise _taken(block, item.db_name if composite else item.name, item)
    if other is None or other is item or (composite and other.is_mapped):
        return
    if other.db_name == item.db_name:
        raise _taken(block, item.name, item)


def _taken(block: Block, name: str, item: Field) -> PlacedError:
    container = "composite type" if block.keyword == "type" else block.keyword
    reason = f'Field "{name}" is already defined on {container} "{block.name}".'
    return PlacedError(reason, item.position)
