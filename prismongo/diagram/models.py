"""Chooses the models and composite types of a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from prismongo.errors import ConfigurationError
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model


def fields_of(entity: Model | CompositeType) -> list[Field]:
    """The fields that the client has: without those that the schema ignores."""
    return [item for item in entity.fields if not item.ignored]


def everything(datamodel: Datamodel) -> dict[str, Model | CompositeType]:
    """The models, then the composite types, by name; without ignored models."""
    models = {model.name: model for model in datamodel.models if not model.ignored}
    return {**models, **datamodel.type}


def around(datamodel: Datamodel, names: Sequence[str], depth: int = 0) -> frozenset[str]:
    """The names of the models around some, and of all composite types in them.

    Args:
        datamodel: the schema.
        names: models, views or composite types to begin with.
        depth: how many relations to follow, in both directions. From a composite type the first
            step leads to what has it.

    Raises:
        ConfigurationError: the schema has no model of such a name.
    """
    entities = everything(datamodel)
    for name in names:
        if name not in entities:
            raise ConfigurationError(_unknown(name, entities))
    neighbours = _neighbours(entities)
    found = set(names)
    for _ in range(depth):
        found |= {other for name in found for other in neighbours[name]}
    return frozenset(_with_types(found, entities))


def _unknown(name: str, entities: Iterable[str]) -> str:
    close = get_close_matches(name, list(entities), n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"The schema has no model and no composite type {name}.{hint}"


def _neighbours(entities: Mapping[str, Model | CompositeType]) -> dict[str, set[str]]:
    """What stands next to each: through relations, and through composite types to their holders."""
    found: dict[str, set[str]] = {name: set() for name in entities}
    for name, entity in entities.items():
        for item in fields_of(entity):
            if item.kind in ("relation", "composite") and item.type in entities:
                found[name].add(item.type)
                found[item.type].add(name)
    return found


def _with_types(found: set[str], entities: Mapping[str, Model | CompositeType]) -> set[str]:
    """With the composite types in them, to any depth."""
    waiting = list(found)
    while waiting:
        for item in fields_of(entities[waiting.pop()]):
            if item.kind == "composite" and item.type not in found:
                found.add(item.type)
                waiting.append(item.type)
    return found
