"""A datamodel → its picture: models, composite types, relations with their cardinality."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from prismongo.diagram.models import everything, fields_of
from prismongo.diagram.picture import Cardinality, Entity, Key, Line, Row, SchemaPicture
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Link, Model


def schema_picture(
    datamodel: Datamodel, names: Collection[str] | None = None, *, fields: bool = True
) -> SchemaPicture:
    """The picture of a schema, without what it ignores.

    Args:
        datamodel: the schema.
        names: the models and composite types to draw, as `around` gives them; None: all.
        fields: whether to draw the fields.
    """
    entities = {
        name: entity
        for name, entity in everything(datamodel).items()
        if names is None or name in names
    }
    lines = [
        *_relations(datamodel),
        *(line for each in entities.values() for line in _inside(each)),
    ]
    return SchemaPicture(
        tuple(_entity(each, fields=fields) for each in entities.values()),
        tuple(line for line in lines if line.start in entities and line.end in entities),
    )


def _entity(entity: Model | CompositeType, *, fields: bool) -> Entity:
    rows = tuple(_rows(entity)) if fields else ()
    if isinstance(entity, CompositeType):
        return Entity(entity.name, "type", rows)
    return Entity(entity.name, "view" if entity.is_view else "model", rows)


def _rows(entity: Model | CompositeType) -> Iterator[Row]:
    fields = fields_of(entity)
    foreign = {name for item in fields if item.relation for name in item.relation.fields}
    for item in fields:
        if item.kind != "relation":
            keys: list[Key] = ["PK"] if item.is_id else []
            keys += ["FK"] if item.name in foreign else []
            keys += ["UK"] if item.is_unique else []
            name = f"{item.type}[]" if item.is_list else item.type
            optional = not item.is_required and not item.is_list
            yield Row(item.name, name, tuple(keys), optional)


def _relations(datamodel: Datamodel) -> Iterator[Line]:
    """A line a relation, from the model that is referred to."""
    drawn: set[tuple[str, str]] = set()
    for key, link in datamodel.links.items():
        if key in drawn or not (link.holds_key or link.is_many_to_many):
            continue
        drawn |= {key, (link.target.name, link.opposite.name)}
        names = [link.opposite.name, link.field.name] if link.is_many_to_many else [link.field.name]
        yield Line(
            start=link.target.name,
            end=link.model.name,
            at_start=_cardinality(link.field),
            at_end=_holders(link),
            label=", ".join(dict.fromkeys(names)),
        )


def _holders(link: Link) -> Cardinality:
    """How many hold the key of one record. The side without a key promises nothing."""
    return "many" if link.opposite.is_list else "optional"


def _inside(entity: Model | CompositeType) -> Iterator[Line]:
    """A line a field of a composite type. One of these is part of one document."""
    for item in fields_of(entity):
        if item.kind == "composite":
            yield Line(entity.name, item.type, "one", _cardinality(item), item.name, is_inside=True)


def _cardinality(item: Field) -> Cardinality:
    if item.is_list:
        return "many"
    return "one" if item.is_required else "optional"
