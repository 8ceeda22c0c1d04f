"""Models on MongoDB: one id, stored as `_id`; `auto()` only on ObjectIds; valid field names."""

from __future__ import annotations

from typing import Final

from prismongo.schema.datamodel import Field, Function, Index, Model
from prismongo.schema.errors import (
    Mistakes,
    PlacedError,
    refuse_attribute,
    refuse_field,
    refuse_index,
    refuse_model,
)
from prismongo.schema.language.syntax import Attribute
from prismongo.schema.rules.views import check_view
from prismongo.schema.scalars import SCALARS
from prismongo.schema.scope import Scope

_NO_CRITERIA: Final = (
    "Each {0} must have at least one unique criteria that has only required fields. Either mark a "
    "single field with `@id`, `@unique` or add a multi field criterion with `@@id([])` or "
    "`@@unique([])` to the {0}."
)
_LOOSE: Final = (
    " The following unique criterias were not considered as they contain fields that are not "
    "required:\n"
)
_NO_ID: Final = (
    "Invalid model: MongoDB models require exactly one identity field annotated with @id"
)
_NAMED_ID: Final = (
    "You defined a database name for the primary key on the model. "
    "This is not supported by the provider."
)
_SORTED_ID: Final = (
    "The sort argument is not supported in the primary key with the current connector"
)


def check_model(model: Model, scope: Scope) -> None:
    """Refuse the rules that a model breaks, without relations and indexes."""
    attempt = scope.mistakes.attempt
    if model.is_view:
        attempt(None, check_view, model, scope)
        for item in model.stored_fields:
            attempt(None, _check_stored_name, model, item, scope)
        return
    attempt(None, _check_criteria, model, scope)
    ids = [index for index in model.indexes if index.kind == "id"]
    if ids:
        attempt(None, _check_id, model, ids[0], scope)
    attempt(None, _check_fulltext, model, scope)
    with scope.mistakes:
        if not ids:
            raise PlacedError(_NO_ID, scope.models[model.name].position)
        if ids[0].fields:
            _check_stored_id(model, ids[0])
    _check_keys(model, scope.mistakes)
    for item in model.stored_fields:
        attempt(None, _check_auto, model, item)
        attempt(None, _check_stored_name, model, item, scope)


def _check_criteria(model: Model, scope: Scope) -> None:
    if model.ignored:
        return
    loose = []
    for index in model.indexes:
        if index.kind in {"id", "unique"}:
            fields = [model.by_name[part.path[0]] for part in index.fields]
            if all(f.is_required and f.type != "Unsupported" for f in fields):
                return
            loose.append(f"- {', '.join(f.name for f in fields)}")
    block = scope.models[model.name]
    message = _NO_CRITERIA.format(block.keyword)
    if loose:
        message += _LOOSE + "\n".join(loose)
    raise refuse_model(model.name, message, block.position)


def _check_id(model: Model, index: Index, scope: Scope) -> None:
    block = scope.models[model.name]
    attribute = scope.attribute_at(block, index.position)
    if not index.fields:
        message = (
            "The list of fields in an `@@id()` attribute cannot be empty. "
            "Please specify at least one field."
        )
        raise refuse_index(attribute, message)
    if index.db_name is not None:
        raise refuse_model(model.name, _NAMED_ID, block.position)
    if len(index.fields) > 1:
        message = "The current connector does not support compound ids."
        raise refuse_model(model.name, message, attribute.position)
    if index.fields[0].sort is not None:
        raise refuse_index(attribute, _SORTED_ID)


def _check_fulltext(model: Model, scope: Scope) -> None:
    found = [index for index in model.indexes if index.kind == "fulltext"]
    if len(found) > 1:
        attribute = scope.attribute_at(scope.models[model.name], found[0].position)
        message = "The current connector only allows one fulltext attribute per model"
        raise refuse_index(attribute, message)


def _check_stored_id(model: Model, index: Index) -> None:
    item = model.by_name[index.fields[0].path[0]]
    if item.db_name == "_id":
        return
    found = f', found @map("{item.db_name}")' if item.is_mapped else ""
    message = f'MongoDB model IDs must have an @map("_id") annotation{found}.'
    raise refuse_field(item.name, f"model `{model.name}`", message, item.position)


def _check_keys(model: Model, mistakes: Mistakes) -> None:
    """Ours: Prisma has no such type on MongoDB at all."""
    keys = {name for item in model.fields if item.relation for name in item.relation.fields}
    for item in model.stored_fields:
        scalar = SCALARS.get(item.type)
        if scalar is not None and not scalar.is_key and (item.is_id or item.name in keys):
            message = f"Ids and the fields of relations can't be of type {item.type}."
            with mistakes:
                raise refuse_field(item.name, f"model `{model.name}`", message, item.position)


def _check_auto(model: Model, item: Field) -> None:
    if not isinstance(item.default, Function) or item.default.name != "auto":
        return
    if not item.is_object_id:
        message = "MongoDB `@default(auto())` fields must have `ObjectId` native type."
    elif not item.is_id:
        message = "MongoDB `@default(auto())` fields must have the `@id` attribute."
    else:
        return
    raise refuse_field(item.name, f"model `{model.name}`", message, item.position)


def _check_stored_name(model: Model, item: Field, scope: Scope) -> None:
    if not item.is_mapped:
        return
    if item.db_name.startswith("$"):
        raise refuse_attribute(_map(model, item, scope), _DOLLAR)
    if "." in item.db_name:
        raise refuse_attribute(_map(model, item, scope), _DOT)


_DOLLAR: Final = "The field name cannot start with a `$` character"
_DOT: Final = "The field name cannot contain a `.` character"


def _map(model: Model, item: Field, scope: Scope) -> Attribute:
    attributes = scope.fields[model.name, item.name].attributes
    return next(attribute for attribute in attributes if attribute.name == "map")
