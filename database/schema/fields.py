"""The fields of models and composite types: their attributes, read one field at a time."""

from __future__ import annotations

from typing import Final, get_args

from database.schema.arguments import (
    Attributes,
    Reader,
    constant_of,
    constants_of,
    mapped_name,
    text_of,
)
from database.schema.datamodel import (
    Default,
    Field,
    Index,
    Kind,
    NativeType,
    ReferentialAction,
    Relation,
)
from database.schema.defaults import default_of
from database.schema.indexes import field_index
from database.schema.refusal import RefusalError, refuse
from database.schema.scope import Scope
from database.schema.syntax import Attribute, Block, Expression, FieldNode

_ACTIONS: Final = get_args(ReferentialAction)


def scalar_field(scope: Scope, node: FieldNode, kind: Kind) -> tuple[Field, list[Index]]:
    """A stored field of a model, and the indexes that its attributes make."""
    attributes = Attributes(node.attributes)
    db_name = mapped_name(attributes)
    ignored = _ignored(attributes, node)
    if relation := attributes.single("relation"):
        raise relation.refuse("Invalid field type, not a relation.")
    indexes = []
    if reader := attributes.single("id"):
        indexes.append(field_index(reader, node, "id"))
        reader.finish()
    updated_at = _updated_at(attributes, node)
    default = _default(attributes, node, scope, in_composite=False)
    native_type = _native_type(attributes) if kind == "scalar" else None
    if reader := attributes.single("unique"):
        indexes.append(field_index(reader, node, "unique"))
        reader.finish()
    attributes.finish()
    field = Field(
        name=node.name,
        kind=kind,
        type=node.type,
        db_name=db_name or node.name,
        is_list=node.arity == "list",
        is_required=node.arity != "optional",
        is_id=any(index.kind == "id" for index in indexes),
        is_unique=any(index.kind == "unique" for index in indexes),
        is_updated_at=updated_at,
        default=default,
        native_type=native_type,
        documentation=node.documentation,
        ignored=ignored or node.unsupported is not None,
        is_mapped=db_name is not None,
        position=node.position,
    )
    return field, indexes


def composite_field(scope: Scope, node: FieldNode, kind: Kind) -> Field:
    """A field of a composite type."""
    attributes = Attributes(node.attributes)
    native_type = _native_type(attributes) if kind == "scalar" else None
    db_name = mapped_name(attributes)
    default = _default(attributes, node, scope, in_composite=True)
    attributes.finish()
    return Field(
        name=node.name,
        kind=kind,
        type=node.type,
        db_name=db_name or node.name,
        is_list=node.arity == "list",
        is_required=node.arity != "optional",
        default=default,
        native_type=native_type,
        documentation=node.documentation,
        ignored=node.unsupported is not None,
        is_mapped=db_name is not None,
        position=node.position,
    )


def relation_field(scope: Scope, block: Block, node: FieldNode) -> Field:
    """A relation as its own attributes say it; `relations` fills in the name and checks it."""
    attributes = Attributes(node.attributes)
    relation = Relation("")
    if reader := attributes.single("relation"):
        relation = _relation(reader, scope, block, node)
        reader.finish()
    _refuse_on_relation(attributes, node, relation)
    ignored = False
    if reader := attributes.single("ignore"):
        ignored = True
        reader.finish()
    attributes.finish()
    return Field(
        name=node.name,
        kind="relation",
        type=node.type,
        db_name=node.name,
        is_list=node.arity == "list",
        is_required=node.arity != "optional",
        relation=relation,
        documentation=node.documentation,
        ignored=ignored,
        position=node.position,
    )


def _refuse_on_relation(attributes: Attributes, node: FieldNode, relation: Relation) -> None:
    if reader := attributes.single("id"):
        raise reader.refuse(
            f"The field `{node.name}` is a relation field and cannot be marked with `@id`. "
            "Only scalar fields can be declared as id."
        )
    if reader := attributes.single("default"):
        raise reader.refuse("Cannot set a default value on a relation field.")
    if reader := attributes.single("map"):
        raise reader.refuse("The attribute `@map` cannot be used on relation fields.")
    if reader := attributes.single("unique"):
        suggestion = ""
        if len(relation.fields) == 1:
            suggestion = f" Did you mean to put it on `{relation.fields[0]}`?"
        elif relation.fields:
            names = ", ".join(relation.fields)
            suggestion = f" Did you mean to provide `@@unique([{names}])`?"
        raise reader.refuse(
            f"The field `{node.name}` is a relation field and cannot be marked with `unique`. "
            f"Only scalar fields can be made unique.{suggestion}"
        )


def _relation(reader: Reader, scope: Scope, block: Block, node: FieldNode) -> Relation:
    fields = reader.optional("fields")
    references = reader.optional("references")
    own = () if fields is None else _own_fields(scope, block.name, fields)
    target = (
        () if references is None else _target_fields(scope, node.type, references, reader.attribute)
    )
    name = reader.optional_default("name")
    if name is not None and not text_of(name):
        raise reader.refuse("A relation cannot have an empty name.")
    on_delete = _action(reader.optional("onDelete"))
    on_update = _action(reader.optional("onUpdate"))
    if reader.text("map") is not None:
        raise reader.refuse("Your provider does not support named foreign keys.")
    return Relation("" if name is None else text_of(name), own, target, on_delete, on_update)


def _own_fields(scope: Scope, model: str, value: Expression) -> tuple[str, ...]:
    names = constants_of(value)
    unknown, relations = _unfit(scope, model, names)
    if unknown:
        raise refuse(
            "The argument fields must refer only to existing fields. "
            f"The following fields do not exist in this model: {', '.join(unknown)}",
            value.position,
        )
    if relations:
        raise refuse(
            "The argument fields must refer only to scalar fields. "
            f"But it is referencing the following relation fields: {', '.join(relations)}",
            value.position,
        )
    return names


def _target_fields(
    scope: Scope, model: str, value: Expression, attribute: Attribute
) -> tuple[str, ...]:
    names = constants_of(value)
    unknown, relations = _unfit(scope, model, names)
    if unknown:
        raise refuse(
            "The argument `references` must refer only to existing fields in the related model "
            f"`{model}`. The following fields do not exist in the related model: "
            f"{', '.join(unknown)}",
            attribute.position,
        )
    if relations:
        raise refuse(
            "The argument `references` must refer only to scalar fields in the related model "
            f"`{model}`. But it is referencing the following relation fields: "
            f"{', '.join(relations)}",
            attribute.position,
        )
    return names


def _unfit(scope: Scope, model: str, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    unknown = [name for name in names if (model, name) not in scope.fields]
    relations = [
        name
        for name in names
        if name not in unknown and scope.kind(scope.fields[model, name]) == "relation"
    ]
    return unknown, relations


def _action(value: Expression | None) -> ReferentialAction | None:
    if value is None:
        return None
    name = constant_of(value)
    if name not in _ACTIONS:
        raise RefusalError(f"Invalid referential action: `{name}`", value.position)
    return name  # type: ignore[return-value]  # one of the literals, as asked above


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
    attributes: Attributes, node: FieldNode, scope: Scope, *, in_composite: bool
) -> Default | None:
    reader = attributes.single("default")
    if reader is None:
        return None
    default = default_of(reader, node, scope, in_composite=in_composite)
    reader.finish()
    return default


def _native_type(attributes: Attributes) -> NativeType | None:
    attribute = attributes.scoped()
    if attribute is None:
        return None
    _, _, name = attribute.name.partition(".")
    return NativeType(name, tuple(str(item.value) for item in attribute.arguments.items))
