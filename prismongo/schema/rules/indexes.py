"""Indexes: no repeated set of fields, unique names, Prisma's rules for full text."""

from __future__ import annotations

from collections import Counter
from typing import Final

from prismongo.schema.datamodel import Datamodel, Index, Model
from prismongo.schema.errors import PlacedError, refuse_index, refuse_model
from prismongo.schema.index_names import LIMIT, index_name
from prismongo.schema.language.syntax import Array, Attribute, Block, Call
from prismongo.schema.scope import Scope

_NO_FIELDS: Final = (
    "The list of fields in an index cannot be empty. Please specify at least one field."
)
_NO_CLASSES: Final = "Operator classes can only be defined to fields in an @@index attribute."
_NOT_ADJACENT: Final = "All index fields must be listed adjacently in the fields argument."


def check_indexes(datamodel: Datamodel, model: Model, scope: Scope) -> None:
    """Refuse the indexes of a model that break a rule."""
    block, attempt = scope.models[model.name], scope.mistakes.attempt
    indexes = [index for index in model.indexes if index.kind != "id"]
    for index in indexes:
        attribute = scope.attribute_at(block, index.position)
        attempt(None, _check_repetition, model, index, attribute)
    attempt(None, _check_client_names, model, block)
    names = Counter(index_name(datamodel, model, index) for index in indexes if index.fields)
    custom = Counter(index.name for index in indexes if index.name)
    for index in indexes:
        attribute = scope.attribute_at(block, index.position)
        with scope.mistakes:
            if not index.fields:
                raise refuse_index(attribute, _NO_FIELDS)
            name = index_name(datamodel, model, index)
            if names[name] > 1:
                raise _taken(model, attribute, name)
        attempt(None, _check_joined_name, model, index, attribute)
        with scope.mistakes:
            if index.name and custom[index.name] > 1:
                raise _taken_client_name(attribute, index.name)
        attempt(None, _check_composites, model, index, attribute)
        if index.kind == "fulltext":
            attempt(None, _check_fulltext, index, attribute)
        attempt(None, _check_length, model, index, attribute)
        with scope.mistakes:
            if index.kind != "index" and _has_operator_class(attribute):
                raise refuse_index(attribute, _NO_CLASSES)


def _check_repetition(model: Model, index: Index, attribute: Attribute) -> None:
    others = [
        other
        for other in model.indexes
        if other.kind != "id" and other is not index and other.fields == index.fields
    ]
    if others:  # always with two signs, whatever the attribute has
        reason = f'Error parsing attribute "@@{attribute.name}": Index already exists in the model.'
        raise PlacedError(reason, attribute.position)
    paths = [item.path for item in index.fields]
    ids = [(item.name,) for item in model.fields if item.is_id]
    if index.kind == "unique" and paths == ids:
        message = "The same field cannot be an id and unique on MongoDB."
        raise refuse_index(attribute, message)


def _check_client_names(model: Model, block: Block) -> None:
    names = {index.name: index for index in model.indexes if index.name}
    ordered = [*model.stored_fields, *(f for f in model.fields if f.kind == "relation")]
    for item in ordered:
        if index := names.get(item.name):
            raise refuse_model(
                model.name,
                f"The custom name `{item.name}` specified for the `@@{index.kind}` attribute is "
                "already used as a name for a field. Please choose a different name.",
                block.position,
            )


def _taken(model: Model, attribute: Attribute, name: str) -> PlacedError:
    return refuse_index(
        attribute,
        f"The given constraint name `{name}` has to be unique in the following namespace: on model "
        f"`{model.name}` for indexes and unique constraints. Please provide a different name using "
        "the `map` argument.",
        attribute.place_of("map") or attribute.place_of("name"),
    )


def _taken_client_name(attribute: Attribute, name: str) -> PlacedError:
    return refuse_index(
        attribute,
        f"The given custom name `{name}` has to be unique on the model. "
        "Please provide a different name for the `name` argument.",
        attribute.place_of("name"),
    )


def _check_joined_name(model: Model, index: Index, attribute: Attribute) -> None:
    """A compound unique without a name uses its joined fields: no field may have this name."""
    if index.kind != "unique" or len(index.fields) < 2:
        return
    joined = "_".join(item.path[-1] for item in index.fields)
    if joined in {item.name for item in model.stored_fields}:
        raise refuse_model(
            model.name,
            f"The field `{joined}` clashes with the `@@unique` name. Please resolve the conflict "
            'by providing a custom id name: `@@unique([...], name: "custom_name")`',
            attribute.position,
        )


def _check_composites(model: Model, index: Index, attribute: Attribute) -> None:
    whole = [item.path[0] for item in index.fields if len(item.path) == 1]
    composites = [name for name in whole if model.by_name[name].kind == "composite"]
    if index.kind == "unique" and composites and len(index.fields) > 1:
        raise refuse_index(
            attribute,
            "Prisma does not currently support composite types in compound unique indices, please "
            f'remove "{composites[0]}" from the index. See '
            "https://pris.ly/d/mongodb-composite-compound-indices for more details",
        )


def _check_fulltext(index: Index, attribute: Attribute) -> None:
    # MongoDB wants its text fields side by side; fields with a sort order may stand around them.
    shape = "".join("s" if item.sort else "t" for item in index.fields)
    if "t" in shape.strip("s") and "s" in shape.strip("s"):
        raise refuse_index(attribute, _NOT_ADJACENT)


def _check_length(model: Model, index: Index, attribute: Attribute) -> None:
    if index.db_name is None or len(index.db_name.encode()) <= LIMIT:
        return
    shown = f"{attribute.sign}{attribute.name}"
    raise refuse_model(
        model.name,
        f"The constraint name '{index.db_name}' specified in the `map` argument for the `{shown}` "
        "constraint is too long for your chosen provider. "
        f"The maximum allowed length is {LIMIT} bytes.",
        attribute.position,
    )


def _has_operator_class(attribute: Attribute) -> bool:
    """Whether a field in the arguments of `@@index`, `@@unique` or `@@fulltext` has one."""
    values = [argument.value for argument in attribute.arguments.items]
    items = [
        item for value in values for item in (value.items if isinstance(value, Array) else [value])
    ]
    calls = [item for item in items if isinstance(item, Call)]
    return any(argument.name == "ops" for call in calls for argument in call.arguments.items)
