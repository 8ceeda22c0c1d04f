"""Errors for one side of a relation, with the place: field, attribute or argument."""

from __future__ import annotations

from prismongo.schema.datamodel import Position
from prismongo.schema.errors import PlacedError
from prismongo.schema.rules.pairs import Side
from prismongo.schema.scope import Scope


def relation_error(side: Side, message: str, position: Position | None = None) -> PlacedError:
    """A refusal of a side's `@relation`, at its field unless a place is given."""
    reason = f'Error parsing attribute "@relation": {message}'
    return PlacedError(reason, position or side.position)


def relation_place(
    scope: Scope, side: Side, argument: str | None = None, *, value: bool = False
) -> Position:
    """Where a side's `@relation` stands, or an argument of it; the field where there is none.

    An argument's place is its name, or with `value` what it is given.
    """
    for attribute in scope.fields[side.model.name, side.field.name].attributes:
        if attribute.name == "relation":
            given = next((i for i in attribute.arguments.items if i.name == argument), None)
            if argument is None or given is None:
                return attribute.position
            return given.value.position if value else given.position
    return side.position


def shown(side: Side) -> str:
    """A side in Prisma's sentences: "`author` on Model `Post`"."""
    return f"`{side.field.name}` on Model `{side.model.name}`"
