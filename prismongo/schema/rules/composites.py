"""Composite types: at least one field, and no cycle of required fields."""

from __future__ import annotations

from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Position
from prismongo.schema.errors import PlacedError, refuse, refuse_field
from prismongo.schema.scope import Scope

_SELF = (
    "The type is the same as the parent and causes an endless cycle. "
    "Please change the field to be either optional or a list."
)


def check_composites(datamodel: Datamodel, scope: Scope) -> None:
    """Refuse cycles of required composite fields, then empty types."""
    order = {item.name: at for at, item in enumerate(datamodel.types)}
    found = [cycle for item in datamodel.types for cycle in _cycles(datamodel, item)]
    found.sort(key=lambda cycle: order[cycle[0]])
    places: set[Position] = set()
    for _, refusal in found:
        if refusal.position not in places:
            scope.mistakes.found.append(refusal)
        places.add(refusal.position)
    for item in datamodel.types:
        with scope.mistakes:
            if not item.fields:
                message = "A type must have at least one field defined."
                raise refuse(message, scope.types[item.name].position)


def _required(item: CompositeType) -> list[Field]:
    return [f for f in item.fields if f.kind == "composite" and f.is_required and not f.is_list]


def _cycles(datamodel: Datamodel, start: CompositeType) -> list[tuple[str, PlacedError]]:
    """The cycles that end where they start, each with the name of the type that closes it."""
    found = []
    first: tuple[str, ...] = (start.name,)
    paths = [(start, item, first) for item in _required(start)]
    seen: set[str] = set()
    while paths:
        holder, item, path = paths.pop()
        if item.type == holder.name:
            if holder is start:
                found.append((item.type, _refuse(holder, item, _SELF)))
        elif item.type == start.name:
            shown = " → ".join(f"`{name}`" for name in (*reversed(path), holder.name))
            message = (
                f"The types cause an endless cycle in the path {shown}. Please change one of the "
                "fields to be either optional or a list to break the cycle."
            )
            found.append((item.type, _refuse(holder, item, message)))
        elif item.type not in seen:
            seen.add(item.type)
            target = datamodel.type[item.type]
            paths += [(target, other, (*path, target.name)) for other in _required(target)]
    return found


def _refuse(holder: CompositeType, item: Field, message: str) -> PlacedError:
    return refuse_field(item.name, f"composite type `{holder.name}`", message, item.position)
