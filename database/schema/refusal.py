"""How the stages of `parse` say that a schema is not valid, in Prisma's sentences.

A stage raises `RefusalError` with a place; `parse`, which has the text, makes it a `SchemaError`.
"""

from __future__ import annotations

from database.schema.datamodel import Position
from database.schema.syntax import Attribute


class RefusalError(Exception):
    """The schema is not valid: the reason, and where."""

    def __init__(self, reason: str, position: Position) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


def refuse(message: str, position: Position) -> RefusalError:
    """A refusal that Prisma words as a plain validation error."""
    return RefusalError(f"Error validating: {message}", position)


def refuse_attribute(
    attribute: Attribute, message: str, position: Position | None = None
) -> RefusalError:
    """A refusal of an attribute, at the attribute or at a place in it."""
    return RefusalError(
        f'Error parsing attribute "@{attribute.name}": {message}', position or attribute.position
    )


def refuse_index(
    attribute: Attribute, message: str, position: Position | None = None
) -> RefusalError:
    """The same, where Prisma shows the attribute with its own sign, `@unique` or `@@unique`."""
    return RefusalError(
        f'Error parsing attribute "{attribute.sign}{attribute.name}": {message}',
        position or attribute.position,
    )


def refuse_model(model: str, message: str, position: Position) -> RefusalError:
    """A refusal of a model as a whole."""
    return RefusalError(f'Error validating model "{model}": {message}', position)


def refuse_field(field: str, container: str, message: str, position: Position) -> RefusalError:
    """A refusal of a field; the container reads "model `User`" or "composite type `Address`"."""
    return RefusalError(f"Error validating field `{field}` in {container}: {message}", position)
