"""The relation fields of models: `@relation`, read one field at a time."""

from __future__ import annotations

from prismongo.schema.arguments import (
    ArgumentReader,
    Attributes,
    constant_of,
    constants_of,
    text_of,
)
from prismongo.schema.datamodel import Field, ReferentialAction, Relation
from prismongo.schema.errors import refuse, refuse_attribute
from prismongo.schema.index_fields import repeated
from prismongo.schema.language.syntax import Attribute, Block, Expression, FieldNode
from prismongo.schema.scope import Scope


def relation_field(scope: Scope, block: Block, node: FieldNode) -> Field:
    """A relation as its own attributes say it; `relations` fills in the name and checks it."""
    attributes = Attributes(node.attributes)
    relation = Relation("")
    with scope.mistakes:
        if reader := attributes.single("relation"):
            relation = _relation(reader, scope, block, node)
            reader.finish()
    with scope.mistakes:
        _refuse_on_relation(attributes, node, relation)
    ignored = False
    with scope.mistakes:
        if reader := attributes.single("ignore"):
            ignored = True
            reader.finish()
    attributes.finish(scope.mistakes)
    return Field(
        name=node.name,
        kind="relation",
        type=node.type,
        db_name=node.name,
        is_list=node.arity == "list",
        is_required=node.arity != "optional",
        relation=relation,
        documentation=node.documentation,
        notes=node.notes,
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


def _relation(reader: ArgumentReader, scope: Scope, block: Block, node: FieldNode) -> Relation:
    fields = reader.optional("fields")
    references = reader.optional("references")
    own = () if fields is None else _own_fields(scope, block.name, fields, reader.attribute)
    target = (
        () if references is None else _target_fields(scope, node.type, references, reader.attribute)
    )
    name = reader.optional_default("name")
    if name is not None and not text_of(name):
        raise reader.refuse("A relation cannot have an empty name.")
    on_delete = _action(reader, "onDelete")
    on_update = _action(reader, "onUpdate")
    if reader.text("map") is not None:
        raise reader.refuse("Your provider does not support named foreign keys.")
    return Relation("" if name is None else text_of(name), own, target, on_delete, on_update)


def _own_fields(
    scope: Scope, model: str, value: Expression, attribute: Attribute
) -> tuple[str, ...]:
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
    _check_repetition(model, names, attribute)
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
    _check_repetition(model, names, attribute)
    return names


def _check_repetition(model: str, names: tuple[str, ...], attribute: Attribute) -> None:
    for at, name in enumerate(names):
        if name in names[:at]:
            raise repeated(model, name, attribute.position)


def _unfit(scope: Scope, model: str, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    unknown = [name for name in names if (model, name) not in scope.fields]
    relations = [
        name
        for name in names
        if name not in unknown and scope.kind(scope.fields[model, name]) == "relation"
    ]
    return unknown, relations


def _action(reader: ArgumentReader, name: str) -> ReferentialAction | None:
    place, value = reader.attribute.place_of(name), reader.optional(name)
    match None if value is None else constant_of(value):
        case None:
            return None
        case "Cascade" | "Restrict" | "NoAction" | "SetNull" as action:
            return action
        case "SetDefault":
            raise refuse(
                "Invalid referential action: `SetDefault`. "
                "Allowed values: (`Cascade`, `Restrict`, `NoAction`, `SetNull`)",
                place or reader.attribute.position,
            )
        case other:
            message = f"Invalid referential action: `{other}`"
            raise refuse_attribute(reader.attribute, message, value.position if value else None)
