"""Reads `@default(…)`, and checks that the value or function fits the field."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from prismongo.schema.arguments import ArgumentReader
from prismongo.schema.datamodel import Default, Function, Literals
from prismongo.schema.errors import PlacedError, refuse_attribute, refuse_field
from prismongo.schema.language.syntax import (
    Array,
    Call,
    Constant,
    Expression,
    FieldNode,
    Number,
    Text,
)
from prismongo.schema.scalars import FUNCTIONS, SCALARS
from prismongo.schema.scope import Scope

_VERSIONS: Final = {"cuid": (1, 2), "uuid": (4, 7)}
_NOT_IN_COMPOSITES: Final = frozenset({"autoincrement", "auto"})


def default_of(
    reader: ArgumentReader, node: FieldNode, scope: Scope, container: str, *, in_composite: bool
) -> Default:
    """The default of a field of the model or composite type `container`.

    Raises:
        RefusalError: the default does not fit the type of the field.
    """
    value = reader.default("value")
    _check_map(reader, in_composite=in_composite)
    if isinstance(value, Call) and value.name == "dbgenerated":
        raise _dbgenerated(reader, value, node, container, in_composite=in_composite)
    if node.unsupported is not None:
        raise reader.refuse(
            "Composite field of type `Unsupported` cannot have default values."
            if in_composite
            else 'Only @default(dbgenerated("...")) can be used for Unsupported types.'
        )
    match scope.kind(node):
        case "composite":
            raise refuse_field(
                node.name,
                f"composite type `{node.type}`",
                "Defaults on fields of type composite are not supported. "
                "Please remove the `@default` attribute.",
                reader.attribute.position,
            )
        case "enum":
            members = {member.name for member in scope.enums[node.type].members}
            return Literals(_enum_value(reader, value, members, is_list=node.arity == "list"))
        case "scalar" | "relation":
            pass
    if isinstance(value, Call):
        return _function(reader, value, node, in_composite=in_composite)
    return Literals(_constant(reader, value, node))


def _check_map(reader: ArgumentReader, *, in_composite: bool) -> None:
    if in_composite:
        if reader.optional("map") is not None:
            raise reader.refuse("The `map` argument is not allowed on a composite type field.")
    elif reader.text("map") is not None:
        raise reader.refuse(
            "You defined a database name for the default value of a field on the model. "
            "This is not supported by the provider."
        )


def _dbgenerated(
    reader: ArgumentReader, call: Call, node: FieldNode, container: str, *, in_composite: bool
) -> PlacedError:
    if in_composite:
        return reader.refuse("Fields of composite types cannot have `dbgenerated()` as default.")
    values = [argument.value for argument in call.arguments.items]
    if len(values) > 1 or not all(isinstance(value, Text) for value in values):
        return reader.refuse("`dbgenerated()` takes a single String argument")
    if any(isinstance(value, Text) and not value.value for value in values):
        return reader.refuse(
            "dbgenerated() takes either no argument, or a single nonempty string argument."
        )
    return refuse_field(
        node.name,
        f"model `{container}`",
        "The `dbgenerated()` function is not allowed with MongoDB. Please use `auto()` instead.",
        node.position,
    )


def _function(
    reader: ArgumentReader, call: Call, node: FieldNode, *, in_composite: bool
) -> Function:
    if in_composite and call.name in _NOT_IN_COMPOSITES:
        message = f"The function `{call.name}()` is not supported on composite fields."
        raise reader.refuse(message)
    if call.name not in FUNCTIONS:
        raise PlacedError(
            f"Unknown function in @default(): `{call.name}` is not known. You can read about the "
            "available functions here: https://pris.ly/d/attribute-functions",
            call.position,
        )
    fits = call.name == "auto" or call.name in SCALARS[node.type].functions
    if not fits or (in_composite and call.name == "nanoid"):
        message = f"The function `{call.name}()` cannot be used on fields of type `{node.type}`."
        raise reader.refuse(message)
    if call.name == "nanoid":
        return Function("nanoid", _length(reader, call))
    if call.name in _VERSIONS:
        return Function(call.name, _version(reader, call))
    if call.arguments.items:
        raise reader.refuse(
            "`auto()` takes no arguments"
            if call.name == "auto"
            else f"The `{call.name}` function does not take any argument. "
            f"Consider changing this default to `{call.name}()`."
        )
    if call.name == "autoincrement":
        raise reader.refuse(
            "The `autoincrement()` default value is used with a datasource that does not support "
            "it."
        )
    return Function(call.name)


def _length(reader: ArgumentReader, call: Call) -> tuple[int, ...]:
    lengths = range(2, 256)
    return _integer(reader, call, lengths, "between 2 and 255")


def _version(reader: ArgumentReader, call: Call) -> tuple[int, ...]:
    first, second = _VERSIONS[call.name]
    return _integer(reader, call, (first, second), f"which is either {first} or {second}")


def _integer(
    reader: ArgumentReader, call: Call, fit: Container[int], shown: str
) -> tuple[int, ...]:
    values = [argument.value for argument in call.arguments.items]
    if not values:
        return ()
    value = values[0]
    if len(values) > 1 or not isinstance(value, Number):
        raise reader.refuse(f"`{call.name}()` takes a single Int argument.")
    if not value.raw.isdigit() or int(value.raw) not in fit:
        raise reader.refuse(
            f"`{call.name}()` takes either no argument, or a single integer argument {shown}."
        )
    return (int(value.raw),)


def _enum_value(
    reader: ArgumentReader, value: Expression, members: set[str], *, is_list: bool
) -> object:
    if is_list and isinstance(value, Array):
        return tuple(_enum_value(reader, item, members, is_list=False) for item in value.items)
    if is_list or not isinstance(value, Constant):
        raise reader.refuse(f"Expected an enum value, but found `{value}`.")
    if value.name not in members:
        raise reader.refuse(
            f"The defined default value `{value.name}` is not a valid value of the enum specified "
            "for the field."
        )
    return value.name


def _constant(reader: ArgumentReader, value: Expression, node: FieldNode) -> object:
    if node.arity != "list":
        if isinstance(value, Array):
            raise reader.refuse("The default value of a non-list field cannot be a list.")
        return _scalar(reader, value, node.type)
    if not isinstance(value, Array):
        raise reader.refuse("The default value of a list field must be a list.")
    return tuple(_scalar(reader, item, node.type) for item in value.items)


def _scalar(reader: ArgumentReader, value: Expression, name: str) -> object:
    scalar = SCALARS[name]
    if not isinstance(value, scalar.literals):
        raise reader.refuse(f"Expected a {name} value, but found `{value}`.")
    text = value.value if isinstance(value, Text) else str(value)
    if problem := scalar.problem(text):
        raise refuse_attribute(reader.attribute, problem, value.position)
    return scalar.value(text)
