"""Pairs the two sides of every relation and fills in what the schema leaves out: the names."""

from __future__ import annotations

from dataclasses import replace

from database.schema.datamodel import Field, Model, Relation
from database.schema.refusal import refuse_field


def name_relations(models: tuple[Model, ...]) -> tuple[Model, ...]:
    """The models with every relation named; unnamed ones are `AToB`, by alphabet."""
    return tuple(
        replace(model, fields=tuple(_named(model, item) for item in model.fields))
        for model in models
    )


def _named(model: Model, item: Field) -> Field:
    relation = item.relation
    if relation is None or relation.name:
        return item
    first, second = sorted((model.name, item.type))
    return replace(item, relation=replace(relation, name=f"{first}To{second}"))


def check_sides(models: tuple[Model, ...]) -> None:
    """Refuse the first relation field that has no other side."""
    by_name = {model.name: model for model in models}
    for model in models:
        for item in model.fields:
            if item.relation and _opposite(model, item, by_name[item.type]) is None:
                message = (
                    f"The relation field `{item.name}` on model `{model.name}` is missing an "
                    f"opposite relation field on the model `{item.type}`. "
                    "Either run `prisma format` or add it manually."
                )
                raise refuse_field(item.name, f"model `{model.name}`", message, item.position)


def _opposite(model: Model, item: Field, target: Model) -> Field | None:
    return next(
        (
            other
            for other in target.fields
            if other.type == model.name
            and other.relation
            and item.relation
            and other.relation.name == item.relation.name
            and not (target is model and other is item)
        ),
        None,
    )


def is_key(relation: Relation) -> bool:
    """Whether this side holds the foreign key (or the id list)."""
    return bool(relation.fields)
