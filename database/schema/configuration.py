"""`datasource` and `generator` blocks: what they say, and what they must say."""

from __future__ import annotations

from database.schema.datamodel import Datasource, Function, Generator
from database.schema.refusal import RefusalError
from database.schema.syntax import Array, Block, Call, Constant, Expression, Number, Text


def datasource(block: Block) -> Datasource:
    """The datasource that a block defines."""
    properties = _properties(block)
    for name in ("provider", "url"):
        if name not in properties:
            reason = f'Argument "{name}" is missing in data source block "{block.name}".'
            raise RefusalError(reason, block.position)
    provider, url = properties.pop("provider"), properties.pop("url")
    if provider != "mongodb":
        raise RefusalError(f'Datasource provider not known: "{provider}".', block.position)
    if not isinstance(url, str | Function):
        raise RefusalError("Expected a string value for url.", block.position)
    return Datasource(block.name, "mongodb", url, properties, block.name_position)


def generator(block: Block) -> Generator:
    """The generator that a block defines."""
    properties = _properties(block)
    provider = properties.pop("provider", None)
    if not isinstance(provider, str | Function):
        reason = f'Argument "provider" is missing in generator block "{block.name}".'
        raise RefusalError(reason, block.position)
    return Generator(block.name, provider, properties, block.documentation, block.name_position)


def _properties(block: Block) -> dict[str, object]:
    for setting in block.settings:
        if setting.value is None:
            reason = (
                f"Property {setting.name} in {block.keyword} {block.name} "
                "needs to be assigned a value"
            )
            raise RefusalError(reason, block.position)
    return {item.name: _value(item.value) for item in block.settings if item.value is not None}


def _value(expression: Expression) -> object:
    match expression:
        case Text(value=value):
            return value
        case Constant(name="true" | "false"):
            return expression.name == "true"
        case Constant(name=name):
            return name
        case Number(raw=raw):
            return float(raw) if "." in raw else int(raw)
        case Array(items=items):
            return tuple(map(_value, items))
        case Call(name=name, arguments=arguments):
            return Function(name, tuple(_value(item.value) for item in arguments.items))
