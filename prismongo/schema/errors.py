"""The errors of the stages of `parse`, with Prisma's messages.

A stage raises `PlacedError` with a place; `parse`, which has the text, makes it a `SchemaError`.
"""

from __future__ import annotations

from prismongo.schema.datamodel import Position
from prismongo.schema.language.syntax import Attribute


class PlacedError(Exception):
    """The schema is not valid: the reason, and where."""

    def __init__(self, reason: str, position: Position) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


def refuse(message: str, position: Position) -> PlacedError:
    """An error that Prisma reports as a plain validation error."""
    return PlacedError(f"Error validating: {message}", position)


def refuse_attribute(
    attribute: Attribute, message: str, position: Position | None = None
) -> PlacedError:
    """A refusal of an attribute, at the attribute or at a place in it."""
    return PlacedError(
        f'Error parsing attribute "@{attribute.name}": {message}', position or attribute.position
    )


def refuse_index(
    attribute: Attribute, message: str, position: Position | None = None
) -> PlacedError:
    """The same, where Prisma shows the attribute with its own sign, `@unique` or `@@unique`."""
    return PlacedError(
        f'Error parsing attribute "{attribute.sign}{attribute.name}": {message}',
        position or attribute.position,
    )


def refuse_model(model: str, message: str, position: Position) -> PlacedError:
    """A refusal of a model as a whole."""
    return PlacedError(f'Error validating model "{model}": {message}', position)


def refuse_field(field: str, container: str, message: str, position: Position) -> PlacedError:
    """A refusal of a field; the container reads "model `User`" or "composite type `Address`"."""
    return PlacedError(f"Error validating field `{field}` in {container}: {message}", position)
