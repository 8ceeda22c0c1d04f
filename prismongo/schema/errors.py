"""The errors of the stages of `parse`, with Prisma's messages.

A check raises `PlacedError` with a place. A stage collects them in `Mistakes`, so that one part
that is wrong does not hide another; `parse`, which has the text, makes them one `SchemaError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import ParamSpec, TypeVar

from prismongo.errors import SchemaError
from prismongo.schema.datamodel import Position
from prismongo.schema.language.syntax import Attribute


class PlacedError(Exception):
    """The schema is not valid: the reason, and where."""

    def __init__(self, reason: str, position: Position) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class InvalidSchemaError(Exception):
    """The schema has mistakes: all that could be found, in Prisma's order."""

    def __init__(self, mistakes: tuple[PlacedError, ...]) -> None:
        super().__init__(*mistakes)
        self.mistakes = mistakes


P = ParamSpec("P")
T = TypeVar("T")


class Mistakes:
    """Collects the mistakes of a schema; `with mistakes:` keeps the one that is raised inside.

    What is raised ends the block, so a block holds what makes no sense after a mistake.
    """

    def __init__(self) -> None:
        self.found: list[PlacedError] = []

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, PlacedError):
            return False
        self.found.append(error)
        return True

    def attempt(
        self, fallback: T, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What the function returns; the fallback if it raises a mistake, which is kept."""
        with self:
            return function(*args, **kwargs)
        return fallback

    def stop(self) -> None:
        """Raise an `InvalidSchemaError` if there is a mistake: the next stage needs none."""
        if self.found:
            raise InvalidSchemaError(tuple(self.found))


def schema_error(mistakes: Sequence[PlacedError], text: str = "") -> SchemaError:
    """The error that tells these mistakes; there is at least one."""
    return SchemaError.joined(
        [
            SchemaError(each.reason, each.position.line, each.position.column, text=text)
            for each in mistakes
        ]
    )


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
