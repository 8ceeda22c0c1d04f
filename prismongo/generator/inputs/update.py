"""Changes: what `update` takes, and what stands under a relation in it."""

from __future__ import annotations

from prismongo.generator.fields import relations, some, stored, value
from prismongo.generator.source import Item, Shared, Source
from prismongo.query.values.scalars import is_number
from prismongo.schema.datamodel import Field, Model


def write_update(source: Source, model: Model) -> None:
    """`UserUpdateInput` and its parts."""
    name = model.name
    mutation, update = f"{name}UpdateManyMutationInput", f"{name}UpdateInput"
    changed = [change(field) for field in stored(model) if not field.is_id]
    source.typed_dict(mutation, changed, doc=f"Changes to many {name} records")
    doc = f"Changes to a {name}"
    source.typed_dict(update, map(change, relations(model)), mutation, doc=doc)
    source.typed_dict(
        f"{name}UpsertInput", [("create", f"{name}CreateInput"), ("update", update)], total=True
    )
    _write_nested_one(source, name)
    _write_nested_many(source, name)


# Pyright loses a key that is named as a method of dict where it is inherited: `update` is repeated.


def _write_nested_one(source: Source, name: str) -> None:
    """What a relation to one record of the model takes in another record's update."""
    nested = f"{name}CreateNestedWithoutRelationsInput"
    both = [("update", f"{name}UpdateInput"), ("upsert", f"{name}UpsertInput")]
    source.typed_dict(f"{name}UpdateOneRequiredWithoutRelationsInput", both, nested)
    source.typed_dict(
        f"{name}UpdateOneWithoutRelationsInput",
        [*both, ("disconnect", "_bool"), ("delete", "_bool")],
        nested,
    )


def _write_nested_many(source: Source, name: str) -> None:
    """What a relation to many records of the model takes in another record's update."""
    unique, where, update = f"{name}WhereUniqueInput", f"{name}WhereInput", f"{name}UpdateInput"
    one, upsert, many = f"_{name}NestedUpdate", f"_{name}NestedUpsert", f"_{name}NestedUpdateMany"
    source.typed_dict(one, [("where", unique), ("data", update)], total=True)
    source.typed_dict(
        upsert,
        [("where", unique), ("create", f"{name}CreateInput"), ("update", update)],
        total=True,
    )
    mutation = f"{name}UpdateManyMutationInput"
    source.typed_dict(many, [("where", where), ("data", mutation)], total=True)
    source.typed_dict(
        f"{name}UpdateManyWithoutRelationsInput",
        [
            ("set", some(unique)),
            ("disconnect", some(unique)),
            ("delete", some(unique)),
            ("update", some(one)),
            ("upsert", some(upsert)),
            ("update_many", some(many)),
            ("delete_many", some(where)),
        ],
        f"{name}CreateManyNestedWithoutRelationsInput",
    )


def change(field: Field) -> Item:
    """What an update says of one field."""
    return field.name, _change(field)


def _change(field: Field) -> str:
    kind = field.type
    match field.kind:
        case "relation":
            many = "Many" if field.is_list else "OneRequired" if field.is_required else "One"
            return f"{kind}Update{many}WithoutRelationsInput"
        case "composite" if field.is_list:
            return f"_Union[_List[{kind}CreateInput], {kind}ListUpdateEnvelopeInput]"
        case "composite" if field.is_required:
            return f"_Union[{kind}CreateInput, {kind}UpdateEnvelopeInput]"
        case "composite":
            return f"_Union[None, {kind}CreateInput, {kind}NullableUpdateEnvelopeInput]"
        case "scalar" | "enum" if field.is_list:
            return f"{kind}ListUpdate"
        case "scalar" | "enum":
            return _changed_value(field)


def _changed_value(field: Field) -> str:
    parts = [value(field)]
    if is_number(field):
        parts.append(f"Atomic{field.type}Input")
    if not field.is_required:
        parts = ["None", *parts, "_Unset"]
    name = f"_{field.type}{'' if field.is_required else 'Nullable'}Change"
    return parts[0] if len(parts) == 1 else Shared(name, f"_Union[{', '.join(parts)}]")
