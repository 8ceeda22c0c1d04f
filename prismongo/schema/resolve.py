"""Syntax tree → Datamodel: looks up every name and reads every attribute (`resolve`).

The order of the checks is Prisma's: names, types, configuration, attributes, then the rules of the
connector. A stage that needs what an earlier one checks is left out after a mistake, so that no
mistake is reported that only follows from another. What comments say to the client comes last.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from prismongo.schema.arguments import ArgumentReader, Attributes, mapped_name, text_of
from prismongo.schema.comments import check_comments
from prismongo.schema.configuration import datasources, generators
from prismongo.schema.datamodel import (
    CompositeType,
    Datamodel,
    Enum,
    EnumValue,
    Field,
    Index,
    Model,
)
from prismongo.schema.errors import Mistakes, refuse_attribute, refuse_model
from prismongo.schema.fields import check_stored_names, composite_field, scalar_field
from prismongo.schema.indexes import block_id, block_index
from prismongo.schema.language.syntax import Block, Member, Schema
from prismongo.schema.names import check_names
from prismongo.schema.relation_fields import relation_field
from prismongo.schema.rules import check_rules
from prismongo.schema.scope import Scope
from prismongo.schema.shard_comments import with_shard_keys
from prismongo.schema.shard_keys import read_block_shard_key
from prismongo.schema.types import check_types

_KINDS: Final[tuple[Literal["index", "unique", "fulltext"], ...]] = ("index", "unique", "fulltext")
_TWO_IDS: Final = "At most one field must be marked as the id field with the `@id` attribute."
_BOTH_IDS: Final = (
    "Each model must have at most one id criteria. "
    "You can't have `@id` and `@@id` at the same time."
)
_OPTIONAL_ID: Final = "Fields that are marked as id must be required."


def resolve(schema: Schema, mistakes: Mistakes) -> Datamodel:
    """Make the Datamodel of a syntax tree; `mistakes` are those of reading it.

    Raises:
        InvalidSchemaError: the schema says what Prisma does not accept; all such places.
    """
    is_whole = not mistakes.found
    check_names(schema, mistakes)
    is_named = not mistakes.found
    scope = Scope(schema, mistakes)
    if is_whole:  # else a type may be defined where nothing could be read
        check_types(scope)
    if not is_named:
        mistakes.stop()
    datamodel = _datamodel(scope)
    mistakes.stop()
    check_rules(datamodel, scope)
    check_comments(datamodel, mistakes)
    datamodel = with_shard_keys(datamodel, mistakes)
    mistakes.stop()
    return replace(datamodel, models=tuple(map(_with_relation_names, datamodel.models)))


def _datamodel(scope: Scope) -> Datamodel:
    """What the blocks say, each on its own."""
    relations = {
        (block.name, node.name): relation_field(scope, block, node)
        for block in scope.models.values()
        for node in block.fields
        if scope.kind(node) == "relation"
    }
    return Datamodel(
        models=tuple(_model(scope, block, relations) for block in scope.models.values()),
        enums=tuple(_enum(scope, block) for block in scope.enums.values()),
        types=tuple(_type(scope, block) for block in scope.types.values()),
        generators=generators(scope.schema, scope.mistakes),
        datasources=datasources(scope.schema, scope.mistakes),
    )


def _model(scope: Scope, block: Block, relations: dict[tuple[str, str], Field]) -> Model:
    fields: list[Field] = []
    indexes: list[Index] = []
    for node in filter(scope.knows, block.fields):
        kind = scope.kind(node)
        if kind == "relation":
            fields.append(relations[block.name, node.name])
            continue
        item, made = scalar_field(scope, block, node, kind)
        fields.append(item)
        indexes += made
    mistakes, attempt = scope.mistakes, scope.mistakes.attempt
    check_stored_names(block, fields, mistakes)
    attributes = Attributes(block.attributes)
    ignored = attempt(False, _ignored, attributes, fields)
    ids = [index for index in indexes if index.kind == "id"]
    ids = attempt(ids, _ids, attributes, block, scope, ids, ignored=ignored)
    db_name = attempt(None, mapped_name, attributes)
    attempt(None, _read_schema, attributes)
    indexes = ids + [index for index in indexes if index.kind != "id"]
    indexes += _block_indexes(attributes, block, scope)
    attempt(None, read_block_shard_key, attributes, block, scope)
    attempt(None, _check_id_arity, scope, block, ids, ignored=ignored)
    attributes.finish(mistakes)
    return Model(
        name=block.name,
        db_name=block.name if db_name is None else db_name,
        fields=_marked(fields, indexes),
        indexes=tuple(indexes),
        documentation=block.documentation,
        ignored=ignored,
        is_mapped=db_name is not None,
        is_view=block.keyword == "view",
        position=block.name_position,
    )


def _ids(
    attributes: Attributes, block: Block, scope: Scope, ids: list[Index], *, ignored: bool
) -> list[Index]:
    if len(ids) > 1:
        raise refuse_model(block.name, _TWO_IDS, block.position)
    reader = attributes.single("id")
    if reader is None:
        return ids
    found = block_id(reader, block, scope, ignored=ignored)
    if ids:
        raise refuse_model(block.name, _BOTH_IDS, block.position)
    reader.finish()
    return [found]


def _check_id_arity(scope: Scope, block: Block, ids: list[Index], *, ignored: bool) -> None:
    for index in ids:
        node = scope.fields.get((block.name, index.fields[0].path[0])) if index.fields else None
        if node and index.is_field_attribute and node.arity != "required" and not ignored:
            attribute = scope.attribute_at(block, index.position)
            raise refuse_attribute(attribute, _OPTIONAL_ID)


def _block_indexes(attributes: Attributes, block: Block, scope: Scope) -> list[Index]:
    indexes = []
    for kind in _KINDS:
        for attribute in attributes.repeated(kind):
            with scope.mistakes:
                reader = ArgumentReader(attribute)
                indexes.append(block_index(reader, block, scope, kind))
                reader.finish()
    return indexes


def _marked(fields: list[Field], indexes: list[Index]) -> tuple[Field, ...]:
    """The fields, those marked id or unique that `@@id` or `@@unique` names alone."""
    by_block = [i for i in indexes if len(i.fields) == 1 and not i.is_field_attribute]
    ids = {index.fields[0].path for index in by_block if index.kind == "id"}
    uniques = {index.fields[0].path for index in by_block if index.kind == "unique"}
    marked = []
    for item in fields:
        path = (item.name,)
        if path in ids or path in uniques:
            unique = item.is_unique or path in uniques
            item = replace(item, is_id=item.is_id or path in ids, is_unique=unique)
        marked.append(item)
    return tuple(marked)


def _ignored(attributes: Attributes, fields: list[Field]) -> bool:
    reader = attributes.single("ignore")
    if reader is None:
        return False
    for item in fields:
        if item.ignored and item.kind != "relation" and item.type != "Unsupported":
            message = "Fields on an already ignored Model do not need an `@ignore` annotation."
            raise refuse_attribute(reader.attribute, message, item.position)
    reader.finish()
    return True


def _read_schema(attributes: Attributes) -> None:
    """`@@schema`, which the rules refuse."""
    if reader := attributes.single("schema"):
        text_of(reader.default("map"))
        reader.finish()


def _with_relation_names(model: Model) -> Model:
    """The model with every relation named; unnamed ones are `AToB`, by alphabet."""
    return replace(model, fields=tuple(_named(model, item) for item in model.fields))


def _named(model: Model, item: Field) -> Field:
    relation = item.relation
    if relation is None or relation.name:
        return item
    first, second = sorted((model.name, item.type))
    return replace(item, relation=replace(relation, name=f"{first}To{second}"))


def _type(scope: Scope, block: Block) -> CompositeType:
    known = filter(scope.knows, block.fields)
    fields = [composite_field(scope, block, node, scope.kind(node)) for node in known]
    check_stored_names(block, fields, scope.mistakes)
    return CompositeType(block.name, tuple(fields), block.documentation, block.name_position)


def _enum(scope: Scope, block: Block) -> Enum:
    values = tuple(_enum_value(scope, member) for member in block.members)
    attributes = Attributes(block.attributes)
    db_name = scope.mistakes.attempt(None, mapped_name, attributes)
    scope.mistakes.attempt(None, _read_schema, attributes)
    attributes.finish(scope.mistakes)
    return Enum(block.name, values, db_name, block.documentation, block.name_position)


def _enum_value(scope: Scope, member: Member) -> EnumValue:
    attributes = Attributes(member.attributes)
    db_name = scope.mistakes.attempt(None, mapped_name, attributes)
    attributes.finish(scope.mistakes)
    return EnumValue(
        member.name,
        member.name if db_name is None else db_name,
        member.documentation,
        is_mapped=db_name is not None,
    )
