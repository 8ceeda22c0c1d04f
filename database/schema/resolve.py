"""Syntax tree → Datamodel: looks up every name and reads every attribute (`resolve`).

The order of the checks is Prisma's: names, types, attributes, relations, then configuration and
the connector's rules, so that of several mistakes the same one is reported first.
"""

from __future__ import annotations

from dataclasses import replace

from database.schema.arguments import Attributes, mapped_name
from database.schema.configuration import datasource, generator
from database.schema.datamodel import (
    CompositeType,
    Datamodel,
    Enum,
    EnumValue,
    Field,
    Index,
    Kind,
    Model,
)
from database.schema.fields import composite_field, relation_field, scalar_field
from database.schema.indexes import block_index
from database.schema.refusal import RefusalError, refuse_model
from database.schema.relations import check_sides, name_relations
from database.schema.scope import Scope
from database.schema.syntax import Block, FieldNode, Member, Schema


def resolve(schema: Schema) -> Datamodel:
    """Make the Datamodel of a syntax tree.

    Raises:
        RefusalError: the schema says what Prisma does not accept; the first such place.
    """
    scope = Scope(schema)
    relations = {
        (block.name, node.name): relation_field(scope, block, node)
        for block in scope.models.values()
        for node in block.fields
        if _kind(scope, node) == "relation"
    }
    enums = tuple(_enum(block) for block in scope.enums.values())
    types = tuple(_type(scope, block) for block in scope.types.values())
    models = tuple(_model(scope, block, relations) for block in scope.models.values())
    models = name_relations(models)
    check_sides(models)
    return Datamodel(
        models=models,
        enums=enums,
        types=types,
        datasources=tuple(map(datasource, schema.of("datasource"))),
        generators=tuple(map(generator, schema.of("generator"))),
    )


def _kind(scope: Scope, node: FieldNode) -> Kind:
    kind = scope.kind(node)
    if kind is None:
        reason = (
            f'Type "{node.type}" is neither a built-in type, nor refers to another model, '
            "composite type, or enum."
        )
        raise RefusalError(reason, node.type_position)
    return kind


def _model(scope: Scope, block: Block, relations: dict[tuple[str, str], Field]) -> Model:
    fields: list[Field] = []
    indexes: list[Index] = []
    for node in block.fields:
        kind = _kind(scope, node)
        if kind == "relation":
            fields.append(relations[block.name, node.name])
            continue
        item, made = scalar_field(scope, node, kind)
        fields.append(item)
        indexes += made
    ids = [index for index in indexes if index.kind == "id"]
    if len(ids) > 1:
        message = "At most one field must be marked as the id field with the `@id` attribute."
        raise refuse_model(block.name, message, block.position)
    attributes = Attributes(block.attributes)
    ignored = _flag(attributes, "ignore")
    db_name = mapped_name(attributes)
    indexes = ids + [index for index in indexes if index.kind != "id"]
    indexes += _block_indexes(attributes, block, scope)
    attributes.finish()
    return Model(
        name=block.name,
        db_name=db_name or block.name,
        fields=_with_uniques(fields, indexes),
        indexes=tuple(indexes),
        documentation=block.documentation,
        ignored=ignored,
        is_mapped=db_name is not None,
        position=block.name_position,
    )


def _block_indexes(attributes: Attributes, block: Block, scope: Scope) -> list[Index]:
    indexes = []
    for kind in ("index", "unique", "fulltext"):
        for reader in attributes.repeated(kind):
            indexes.append(block_index(reader, block, scope, kind))
            reader.finish()
    return indexes


def _with_uniques(fields: list[Field], indexes: list[Index]) -> tuple[Field, ...]:
    """The fields, those marked unique that a `@@unique` names alone."""
    alone = {
        index.fields[0].path
        for index in indexes
        if index.kind == "unique" and len(index.fields) == 1
    }
    return tuple(
        replace(item, is_unique=True) if (item.name,) in alone else item for item in fields
    )


def _flag(attributes: Attributes, name: str) -> bool:
    reader = attributes.single(name)
    if reader is not None:
        reader.finish()
    return reader is not None


def _type(scope: Scope, block: Block) -> CompositeType:
    fields = tuple(composite_field(scope, node, _kind(scope, node)) for node in block.fields)
    return CompositeType(block.name, fields, block.documentation, block.name_position)


def _enum(block: Block) -> Enum:
    values = tuple(map(_enum_value, block.members))
    attributes = Attributes(block.attributes)
    db_name = mapped_name(attributes)
    attributes.finish()
    return Enum(block.name, values, db_name, block.documentation, block.name_position)


def _enum_value(member: Member) -> EnumValue:
    attributes = Attributes(member.attributes)
    db_name = mapped_name(attributes)
    attributes.finish()
    return EnumValue(
        member.name, db_name or member.name, member.documentation, is_mapped=db_name is not None
    )
