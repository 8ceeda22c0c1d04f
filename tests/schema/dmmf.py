"""Datamodel → DMMF, the JSON by which Prisma tells its generators what a schema says.

Equal to what the CLI of Prisma 5.17 gives (`dmmf.datamodel`), which is what upstream's generator
reads. Of `dmmf.schema` it reads the enum `TransactionIsolationLevel` only, which MongoDB has not.
"""

from __future__ import annotations

from typing import Any, Final

from prismongo.schema.datamodel import (
    CompositeType,
    Datamodel,
    Enum,
    EnumValue,
    Field,
    Function,
    Index,
    Literals,
    Model,
)
from prismongo.schema.scalars import SCALARS

Json = dict[str, Any]

_INDEX_TYPES: Final = {"id": "id", "unique": "unique", "index": "normal", "fulltext": "fulltext"}
_KINDS: Final = {
    "scalar": "scalar",
    "enum": "enum",
    "composite": "object",
    "relation": "object",
}


def dmmf(datamodel: Datamodel) -> Json:
    """The DMMF of a datamodel: `{"datamodel": …, "schema": {"enumTypes": …}}`.

    What the schema ignores (`@ignore`, `@@ignore`, `Unsupported`) is not in it.
    """
    models = [model for model in datamodel.models if not model.ignored]
    return {
        "datamodel": {
            "enums": [_enum(item) for item in datamodel.enums],
            "models": [_model(item) for item in models],
            "types": [_type(item) for item in datamodel.types],
            "indexes": [_index(model, index) for model in models for index in model.indexes],
        },
        "schema": {"enumTypes": {"prisma": []}},
    }


def _documented(content: Json, documentation: str | None) -> Json:
    if documentation is not None:
        content["documentation"] = documentation
    return content


def _enum(enum: Enum) -> Json:
    values = [_enum_value(value) for value in enum.values]
    content = {"name": enum.name, "values": values, "dbName": enum.db_name}
    return _documented(content, enum.documentation)


def _enum_value(value: EnumValue) -> Json:
    db_name = value.db_name if value.is_mapped else None
    return _documented({"name": value.name, "dbName": db_name}, value.documentation)


def _model(model: Model) -> Json:
    uniques = [
        index for index in model.indexes if index.kind == "unique" and not index.is_field_attribute
    ]
    content = {
        "name": model.name,
        "dbName": model.db_name if model.is_mapped else None,
        "fields": _fields(model),
        "primaryKey": _primary_key(model),
        "uniqueFields": [_members(index) for index in uniques],
        "uniqueIndexes": [{"name": index.name, "fields": _members(index)} for index in uniques],
        "isGenerated": False,
    }
    return _documented(content, model.documentation)


def _primary_key(model: Model) -> Json | None:
    keys = [index for index in model.indexes if index.kind == "id"]
    if not keys or keys[0].is_field_attribute:
        return None
    return {"name": keys[0].name, "fields": _members(keys[0])}


def _members(index: Index) -> list[str]:
    """The fields of an id or unique; of a path the DMMF has its last name only."""
    return [item.path[-1] for item in index.fields]


def _type(item: CompositeType) -> Json:
    content = {
        "name": item.name,
        "dbName": None,
        "fields": [_field(field) for field in item.fields if not field.ignored],
        "primaryKey": None,
        "uniqueFields": [],
        "uniqueIndexes": [],
    }
    return _documented(content, item.documentation)


def _fields(model: Model) -> list[Json]:
    keys = {
        name for item in model.fields if item.relation is not None for name in item.relation.fields
    }
    # A unique path counts as one of the field that it starts from.
    alone = {
        index.fields[0].path[0]
        for index in model.indexes
        if index.kind == "unique" and len(index.fields) == 1
    }
    found = []
    for item in model.fields:
        if not item.ignored:
            content = _field(item)
            content["isUnique"] = item.name in alone
            content["isReadOnly"] = item.name in keys
            content["isGenerated"] = False
            content["isUpdatedAt"] = item.is_updated_at
            found.append(content)
    return found


def _field(item: Field) -> Json:
    content: Json = {
        "name": item.name,
        "kind": _KINDS[item.kind],
        "isList": item.is_list,
        "isRequired": item.is_required,
        "isUnique": item.is_unique,
        "isId": item.is_id,
        "isReadOnly": False,
        "hasDefaultValue": item.default is not None,
        "type": item.type,
    }
    if item.is_mapped:
        content["dbName"] = item.db_name
    if item.default is not None:
        content["default"] = _default(item, item.default)
    if item.relation is not None:
        content["relationName"] = item.relation.name
        content["relationFromFields"] = list(item.relation.fields)
        content["relationToFields"] = list(item.relation.references)
        if item.relation.on_delete is not None:
            content["relationOnDelete"] = item.relation.on_delete
    return _documented(content, item.documentation)


def _default(item: Field, default: Literals | Function) -> object:
    if isinstance(default, Function):
        arguments = list(default.arguments)
        if default.name == "nanoid":  # so does Prisma: the call, not the name
            shown = f"nanoid({','.join(map(str, arguments))})"
            return {"name": shown, "args": arguments}
        return {"name": default.name, "args": arguments}
    if isinstance(default.value, tuple):
        return [_constant(item, value) for value in default.value]
    return _constant(item, default.value)


def _constant(item: Field, value: object) -> object:
    return SCALARS[item.type].shown(value) if item.kind == "scalar" else value


def _index(model: Model, index: Index) -> Json:
    content: Json = {
        "model": model.name,
        "type": _INDEX_TYPES[index.kind],
        "isDefinedOnField": index.is_field_attribute,
        "fields": [
            {"name": ".".join(item.path)}
            | ({"sortOrder": item.sort.lower()} if item.sort is not None else {})
            for item in index.fields
        ],
    }
    if index.algorithm is not None:
        content["algorithm"] = index.algorithm
    if index.name is not None:
        content["name"] = index.name
    if index.db_name is not None:
        content["dbName"] = index.db_name
    return content
