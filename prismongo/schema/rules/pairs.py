"""`pairs`: the two sides of every relation, found as Prisma finds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from prismongo.schema.datamodel import (
    Datamodel,
    Field,
    Model,
    Position,
    ReferentialAction,
    Relation,
)

Shape = Literal["one-to-one", "one-to-many", "many-to-many", "implicit"]


@dataclass(frozen=True)
class Side:
    """One side of a relation: a field of a model, and what its `@relation` says."""

    model: Model
    field: Field
    relation: Relation

    @property
    def position(self) -> Position:
        """Where the field stands."""
        return self.field.position

    @property
    def has_actions(self) -> bool:
        """Whether it says `onDelete` or `onUpdate`."""
        return self.relation.on_delete is not None or self.relation.on_update is not None

    @property
    def keys(self) -> list[Field]:
        """The fields of its foreign key, or its id list."""
        return [self.model.by_name[name] for name in self.relation.fields]

    @property
    def on_delete(self) -> ReferentialAction:
        """What deleting the referenced record does, by default as Prisma has it."""
        if self.relation.on_delete is not None:
            return self.relation.on_delete
        required = self.field.is_required or any(key.is_required for key in self.keys)
        return "Restrict" if required else "SetNull"

    @property
    def on_update(self) -> ReferentialAction:
        """What changing the referenced key does."""
        return self.relation.on_update or "Cascade"


@dataclass(frozen=True)
class Pair:
    """A relation; `forward` is the side that should hold the key, None where it is missing."""

    shape: Shape
    forward: Side | None
    back: Side | None


def pairs(datamodel: Datamodel) -> Iterator[Pair]:
    """Every relation, in the order in which Prisma meets them."""
    for model in datamodel.models:
        for item in model.fields:
            if item.relation is not None:
                side = Side(model, item, item.relation)
                found = _pair(side, _opposite(datamodel, side))
                if found is not None:
                    yield found


def _opposite(datamodel: Datamodel, side: Side) -> Side | None:
    target = datamodel.model[side.field.type]
    for other in target.fields:
        if other.relation is None or other.type != side.model.name:
            continue
        itself = target is side.model and other.name == side.field.name
        if not itself and other.relation.name == side.relation.name:
            return Side(target, other, other.relation)
    return None


def _pair(side: Side, other: Side | None) -> Pair | None:
    """The relation of two sides, from the side that Prisma makes it from; None from the other."""
    if other is None:
        if side.field.is_list:
            return Pair("one-to-many", None, side)
        return Pair("one-to-many", side, None)
    match side.field.is_list, other.field.is_list:
        case True, True:
            return _many_to_many(side, other)
        case True, False:
            return None
        case False, True:
            return Pair("one-to-many", side, other)
        case _:
            return _one_to_one(side, other)


def _many_to_many(side: Side, other: Side) -> Pair | None:
    names = (side.model.name, side.field.name), (other.model.name, other.field.name)
    if names[0] > names[1]:
        return None
    embedded = side.relation.fields or other.relation.fields
    return Pair("many-to-many" if embedded else "implicit", side, other)


def _one_to_one(side: Side, other: Side) -> Pair | None:
    first = (side.model.name, side.field.name) <= (other.model.name, other.field.name)
    match side.field.is_required, other.field.is_required:
        case True, False:
            forward = True
        case False, True:
            forward = False
        case True, True:
            forward = first
        case _:
            undecided = not side.relation.fields and not other.relation.fields
            forward = bool(side.relation.fields) or (undecided and first)
    return Pair("one-to-one", side, other) if forward else None
