"""`check_cycles`: referential actions must not form a cycle."""

from __future__ import annotations

from collections.abc import Mapping

from prismongo.schema.datamodel import Datamodel, ReferentialAction
from prismongo.schema.errors import PlacedError, refuse
from prismongo.schema.rules.pairs import Pair, Side

_SELF = (
    "A self-relation must have `onDelete` and `onUpdate` referential actions set to `NoAction` in "
    "one of the @relation attributes."
)


Graph = Mapping[str, list[Side]]


def graph(datamodel: Datamodel, found: tuple[Pair, ...]) -> Graph:
    """The relations by the model that holds their key, by target, then as met."""
    order = {item.name: at for at, item in enumerate(datamodel.models)}
    sides: dict[str, list[Side]] = {item.name: [] for item in datamodel.models}
    for pair in found:
        if pair.shape in {"one-to-one", "one-to-many"} and pair.forward and pair.back:
            sides[pair.forward.model.name].append(pair.forward)
    for outgoing in sides.values():
        outgoing.sort(key=lambda side: order[side.field.type])
    return sides


def check_cycles(relations: Graph, start: Side) -> None:
    """Refuse a relation from which actions lead back to its own model.

    Only relations that act count: NoAction and Restrict end the path.
    """
    visited: set[tuple[str, str]] = set()
    paths: list[tuple[Side, ...]] = [(start,)]
    while paths:
        path = paths.pop()
        side = path[-1]
        visited.add((side.model.name, side.field.name))
        if not (_acts(side.on_delete) or _acts(side.on_update)):
            continue
        if side.field.type == side.model.name:
            raise _refuse(start, _SELF)
        if side.field.type == start.model.name:
            raise _refuse(start, _around(path))
        paths += [
            (*path, other)
            for other in relations[side.field.type]
            if (other.model.name, other.field.name) not in visited
        ]


def _acts(action: ReferentialAction) -> bool:
    return action not in {"NoAction", "Restrict"}


def _around(path: tuple[Side, ...]) -> str:
    shown = " → ".join(f"{side.model.name}.{side.field.name}" for side in path)
    return (
        "Reference causes a cycle. One of the @relation attributes in this cycle must have "
        f"`onDelete` and `onUpdate` referential actions set to `NoAction`. Cycle path: {shown}."
    )


def _refuse(side: Side, message: str) -> PlacedError:
    implicit = []
    if side.relation.on_delete is None and _acts(side.on_delete):
        implicit.append(f"`onDelete`: `{side.on_delete}`")
    if side.relation.on_update is None and _acts(side.on_update):
        implicit.append(f"`onUpdate`: `{side.on_update}`")
    defaults = f" (Implicit default {', and '.join(implicit)})" if implicit else ""
    read_more = "Read more at https://pris.ly/d/cyclic-referential-actions"
    return refuse(f"{message}{defaults} {read_more}", side.position)
