"""Reads attributes and their arguments; refuses unknown, repeated and wrongly typed ones.

`Attributes` has the attributes of one field or block, `ArgumentReader` the arguments of one
attribute; `finish` refuses those that were not read. The messages are Prisma's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from prismongo.schema.errors import Mistakes, PlacedError, refuse_attribute
from prismongo.schema.language.syntax import (
    Argument,
    Arguments,
    Array,
    Attribute,
    Call,
    Constant,
    Expression,
    Number,
    Text,
)

_EMPTY_MAP: Final = "The `map` argument cannot be an empty string."


class ArgumentReader:
    """The arguments of one attribute."""

    def __init__(self, attribute: Attribute) -> None:
        self.attribute = attribute
        self._left: dict[str | None, Argument] = {}
        _check_arguments(attribute)
        for argument in attribute.arguments.items:
            if argument.name is not None and argument.name in self._left:
                raise PlacedError(
                    f'Argument "{argument.name}" is already specified.', argument.position
                )
            self._left[argument.name] = argument

    def default(self, name: str) -> Expression:
        """The argument that may be given without its name; an error if it is missing."""
        value = self.optional_default(name)
        if value is None:
            raise PlacedError(f'Argument "{name}" is missing.', self.attribute.position)
        return value

    def optional_default(self, name: str) -> Expression | None:
        """The same; None if it is missing."""
        named, unnamed = self._left.pop(name, None), self._left.pop(None, None)
        if named and unnamed:
            reason = f'Argument "{name}" is already specified as unnamed argument.'
            raise PlacedError(reason, named.position)
        found = named or unnamed
        return found.value if found else None

    def optional(self, name: str) -> Expression | None:
        """A named argument; None if it is missing."""
        found = self._left.pop(name, None)
        return found.value if found else None

    def text(self, name: str, *, empty: str = _EMPTY_MAP) -> str | None:
        """A named argument that is a text; `empty` is the message for an empty text."""
        value = self.optional(name)
        return None if value is None else self._not_empty(text_of(value), empty)

    def _not_empty(self, value: str, sentence: str) -> str:
        if not value:
            raise self.refuse(sentence)
        return value

    def refuse(self, message: str) -> PlacedError:
        """The error that refuses this attribute."""
        return refuse_attribute(self.attribute, message)

    def finish(self) -> None:
        """Refuse the first argument that was not read."""
        for argument in self._left.values():
            raise PlacedError("No such argument.", argument.position)


class Attributes:
    """The attributes of one field or block."""

    def __init__(self, attributes: tuple[Attribute, ...]) -> None:
        self._left = list(attributes)

    def single(self, name: str) -> ArgumentReader | None:
        """The attribute of this name; an error if there are two."""
        found = [item for item in self._left if item.name == name]
        if not found:
            return None
        self._left = [item for item in self._left if item.name != name]
        if len(found) > 1:
            reason = f'Attribute "@{name}" can only be defined once.'
            raise PlacedError(reason, found[0].position)
        return ArgumentReader(found[0])

    def repeated(self, name: str) -> list[Attribute]:
        """Every attribute of this name."""
        found = [item for item in self._left if item.name == name]
        self._left = [item for item in self._left if item.name != name]
        return found

    def scoped(self) -> Attribute | None:
        """The attribute with a dot in its name, `@db.ObjectId`; an error if there are two."""
        found = [item for item in self._left if "." in item.name]
        self._left = [item for item in self._left if "." not in item.name]
        if len(found) > 1:
            scope = found[1].name.partition(".")[0]
            reason = f'Attribute "@{scope}" can only be defined once.'
            raise PlacedError(reason, found[1].position)
        return found[0] if found else None

    def finish(self, mistakes: Mistakes) -> None:
        """Refuse the attributes that were not read."""
        for attribute in self._left:
            with mistakes:
                reason = f'Attribute not known: "@{attribute.name}".'
                raise PlacedError(reason, attribute.position)


def mapped_name(attributes: Attributes) -> str | None:
    """The name in `@map("…")` or `@@map("…")`; None if there is no such attribute."""
    reader = attributes.single("map")
    if reader is None:
        return None
    name = text_of(reader.default("name"))
    reader.finish()
    return name


def _check_arguments(attribute: Attribute) -> None:
    for arguments in (attribute.arguments, *_nested(attribute.arguments)):
        for name in arguments.empty:
            message = f"The `{name}` argument is missing a value."
            raise refuse_attribute(attribute, message, name.position)
        if arguments.trailing_comma:
            message = (
                "Trailing commas are not valid in attribute arguments, please remove the comma."
            )
            raise refuse_attribute(attribute, message, arguments.trailing_comma)
    unnamed = [str(item.value) for item in attribute.arguments.items if item.name is None]
    if len(unnamed) > 1:
        raise refuse_attribute(
            attribute,
            "You provided multiple unnamed arguments. This is not possible. "
            f"Did you forget the brackets? Did you mean `[{', '.join(unnamed)}]`?",
        )


def _nested(arguments: Arguments) -> Iterator[Arguments]:
    """The arguments of the calls among the values, and in their arrays."""
    for item in arguments.items:
        values = item.value.items if isinstance(item.value, Array) else (item.value,)
        for value in values:
            if isinstance(value, Call):
                yield value.arguments


def kind_of(expression: Expression) -> str:
    """Prisma's word for the type of an expression."""
    match expression:
        case Number():
            return "numeric"
        case Text():
            return "string"
        case Constant():
            return "literal"
        case Call():
            return "functional"
        case Array():
            return "array"
        case _:
            assert_never(expression)


def _mismatch(expected: str, value: Expression) -> PlacedError:
    reason = f"Expected a {expected} value, but received {kind_of(value)} value `{value}`."
    return PlacedError(reason, value.position)


def text_of(value: Expression) -> str:
    """The text of a string literal."""
    if not isinstance(value, Text):
        raise _mismatch("string", value)
    return value.value


def constant_of(value: Expression) -> str:
    """The name of a bare word."""
    if not isinstance(value, Constant):
        raise _mismatch("constant", value)
    return value.name


def integer_of(value: Expression) -> int:
    """The value of a whole number."""
    if not isinstance(value, Number) or "." in value.raw:
        raise _mismatch("numeric", value)
    return int(value.raw)


def boolean_of(value: Expression) -> bool:
    """The value of `true` or `false`."""
    if not isinstance(value, Constant) or value.name not in {"true", "false"}:
        raise _mismatch("boolean", value)
    return value.name == "true"


def constants_of(value: Expression) -> tuple[str, ...]:
    """The names in an array of bare words; a single bare word counts as an array of one."""
    items = value.items if isinstance(value, Array) else (value,)
    return tuple(map(constant_of, items))
