"""New records: what `create` takes, and what stands under a relation in it."""

from __future__ import annotations

from prismongo.generator.fields import (
    foreign_keys,
    is_required_on_create,
    optional,
    relations,
    some,
    stored,
    whole,
    without,
)
from prismongo.generator.source import Item, Source
from prismongo.schema.datamodel import Field, Model


def write_create(source: Source, model: Model) -> None:
    """`UserCreateInput` and its parts; foreign keys are optional, for a relation may fill them."""
    name = model.name
    fields = stored(model)
    keys = foreign_keys(model)
    needed = [f for f in fields if is_required_on_create(f) and f.name not in keys]
    flat, required = f"{name}OptionalCreateWithoutRelationsInput", f"_{name}CreateRequired"
    source.typed_dict(flat, map(new, without(fields, needed)))
    source.typed_dict(required, map(new, needed), total=True)
    source.typed_dict(
        f"{name}CreateWithoutRelationsInput",
        [],
        flat,
        required,
        total=True,
        doc=f"A new {name}, without relations",
    )
    every = f"{name}OptionalCreateInput"
    source.typed_dict(every, map(new, relations(model)), flat)
    source.typed_dict(f"{name}CreateInput", [], every, required, total=True, doc=f"A new {name}")
    _write_nested(source, name)


def _write_nested(source: Source, name: str) -> None:
    """What a relation to the model takes in another record's create."""
    create, unique = f"{name}CreateInput", f"{name}WhereUniqueInput"
    choice = f"{name}ConnectOrCreateWithoutRelationsInput"
    source.typed_dict(choice, [("where", unique), ("create", create)], total=True)
    source.typed_dict(
        f"{name}CreateNestedWithoutRelationsInput",
        [("create", create), ("connect", unique), ("connect_or_create", choice)],
    )
    many = f"{name}CreateManyEnvelope"
    source.typed_dict(many, [("data", some(f"{name}CreateWithoutRelationsInput"))], total=True)
    source.typed_dict(
        f"{name}CreateManyNestedWithoutRelationsInput",
        [
            ("create", some(create)),
            ("connect", some(unique)),
            ("connect_or_create", some(choice)),
            ("create_many", many),
        ],
    )


def new(field: Field) -> Item:
    """What a new record, or a new composite value, says of one field."""
    return field.name, _new(field)


def _new(field: Field) -> str:
    match field.kind:
        case "relation":
            many = "Many" if field.is_list else ""
            return f"{field.type}Create{many}NestedWithoutRelationsInput"
        case "composite" if field.is_list:
            return f"_List[{field.type}CreateInput]"
        case "composite":
            return optional(field, f"{field.type}CreateInput")
        case "scalar" | "enum":
            return optional(field, whole(field))
