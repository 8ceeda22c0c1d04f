"""The rules in Prisma's order (`check_rules`; source: prisma-engines, `validation_pipeline`).

The relations of the models have the names that the schema gives them, empty where it gives none.
"""

from __future__ import annotations

from prismongo.schema.datamodel import Datamodel
from prismongo.schema.errors import PlacedError
from prismongo.schema.rules.composites import check_composites
from prismongo.schema.rules.indexes import check_indexes
from prismongo.schema.rules.models import check_model
from prismongo.schema.rules.relation_fields import check_relation_fields
from prismongo.schema.rules.relations import check_relations
from prismongo.schema.rules.unsupported import refuse_schema, refuse_shard_keys
from prismongo.schema.scope import Scope


def check_rules(datamodel: Datamodel, scope: Scope) -> None:
    """Refuse what breaks a rule of the mongodb connector."""
    mistakes, unclear = scope.mistakes, 0
    _check_collections(datamodel, scope)
    check_composites(datamodel, scope)
    for model in sorted(datamodel.models, key=lambda item: item.is_view):
        check_model(model, scope)
        mistakes.attempt(None, refuse_schema, scope.models[model.name])
        mistakes.attempt(None, refuse_shard_keys, scope.models[model.name], scope)
        unclear += check_relation_fields(datamodel, model, mistakes)
        if not model.is_view:
            check_indexes(datamodel, model, scope)
    for block in scope.enums.values():
        mistakes.attempt(None, refuse_schema, block)
    _check_enum_names(datamodel, scope)
    if not unclear:
        check_relations(datamodel, scope)


def _check_collections(datamodel: Datamodel, scope: Scope) -> None:
    """Two models cannot share a collection; the one that says `@@map` is refused."""
    taken: dict[str, str] = {}
    for model in datamodel.models:
        other = taken.setdefault(model.db_name, model.name)
        if other == model.name:
            continue
        mapped, existing = (model.name, other) if model.is_mapped else (other, model.name)
        attributes = scope.models[mapped].attributes
        with scope.mistakes:
            raise PlacedError(
                f'The model with database name "{model.db_name}" could not be defined because '
                f'another model or view with this name exists: "{existing}"',
                next(item.position for item in attributes if item.name == "map"),
            )


def _check_enum_names(datamodel: Datamodel, scope: Scope) -> None:
    taken: set[str] = set()
    for enum in datamodel.enums:
        name = enum.db_name or enum.name
        with scope.mistakes:
            if name in taken:
                reason = "An enum with the same database name is already defined."
                raise PlacedError(reason, scope.enums[enum.name].position)
        taken.add(name)
