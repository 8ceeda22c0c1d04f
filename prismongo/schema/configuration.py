"""Reads and checks the `datasource` and `generator` blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prismongo.schema.arguments import kind_of, text_of
from prismongo.schema.datamodel import Datasource, Function, Generator
from prismongo.schema.errors import Mistakes, PlacedError
from prismongo.schema.features import ACTIVE, known_feature
from prismongo.schema.language.syntax import (
    Array,
    Block,
    Call,
    Constant,
    Expression,
    Number,
    Schema,
    Setting,
    Text,
)

_SOURCE_SETTINGS: Final = frozenset(
    (
        *("provider", "url", "shadowDatabaseUrl", "directUrl", "previewFeatures"),
        *("relationMode", "referentialIntegrity", "schemas"),
    )
)
_TWO_SOURCES: Final = (
    "You defined more than one datasource. This is not allowed yet because support for multiple "
    "databases has not been implemented yet."
)
_TWO_MODES: Final = (
    "The `referentialIntegrity` and `relationMode` attributes cannot be used together. "
    "Please use only `relationMode` instead."
)
_NOT_IN_SOURCES: Final = (
    "Preview features are only supported in the generator block. "
    "Please move this field to the generator block."
)
_SCHEMAS: Final = "The `schemas` property is not supported on the current connector."


def generators(schema: Schema, mistakes: Mistakes) -> tuple[Generator, ...]:
    """The generators of a schema."""
    found = (mistakes.attempt(None, _generator, block) for block in schema.of("generator"))
    return tuple(each for each in found if each is not None)


def datasources(schema: Schema, mistakes: Mistakes) -> tuple[Datasource, ...]:
    """The datasource of a schema, in a tuple that may be empty."""
    blocks = schema.of("datasource")
    found = [mistakes.attempt(None, _datasource, block) for block in blocks]
    with mistakes:
        if len(blocks) > 1:
            raise _refuse_source(blocks[0].name, _TWO_SOURCES, blocks[0])
    return tuple(each for each in found if each is not None)


def _generator(block: Block) -> Generator:
    settings = _settings(block)
    engine = settings.get("engineType")
    if engine is not None and not isinstance(engine, Text):
        raise _mismatch(engine)
    if "provider" not in settings:
        reason = f'Argument "provider" is missing in generator block "{block.name}".'
        raise PlacedError(reason, block.position)
    provider = _text_or_env(settings.pop("provider"))
    properties: dict[str, object] = {}
    for name, value in settings.items():
        match name:
            case "output":
                properties[name] = _text_or_env(value)
            case "binaryTargets":
                properties[name] = tuple(map(_text_or_env, _items(value)))
            case "previewFeatures":
                properties[name] = tuple(_feature(item, value) for item in _items(value))
            case _:
                properties[name] = _value(value)
    return Generator(block.name, provider, properties, block.documentation, block.name_position)


def _datasource(block: Block) -> Datasource:
    settings = _settings(block)
    places = {setting.name: setting for setting in block.settings}
    _check_provider(block, settings)
    _check_mode(block, settings, places)
    if "url" not in settings:
        raise _missing_in_source("url", block)
    url = _text_or_env(settings["url"])
    properties: dict[str, object] = {}
    for name in ("shadowDatabaseUrl", "directUrl"):
        if name in settings:
            properties[name] = _text_or_env(settings[name])
    shadow = properties.get("shadowDatabaseUrl")
    for name, other in (("directUrl", properties.get("directUrl")), ("url", url)):
        if shadow and shadow == other:
            shown = "main" if name == "url" else name
            raise _same_shadow(block, settings[name], "url" if shown == "main" else name)
    if "previewFeatures" in settings:
        raise PlacedError(_NOT_IN_SOURCES, places["previewFeatures"].position)
    for setting in block.settings:
        if setting.name not in _SOURCE_SETTINGS:
            raise PlacedError(f'Property not known: "{setting.name}".', setting.position)
    if "schemas" in settings:
        for item in _items(settings["schemas"]):
            text_of(item)
        raise PlacedError(_SCHEMAS, settings["schemas"].position)
    if "relationMode" in settings:
        properties["relationMode"] = "prisma"
    return Datasource(block.name, "mongodb", url, properties, block.name_position)


def _same_shadow(block: Block, value: Expression, name: str) -> PlacedError:
    return PlacedError(
        f'shadowDatabaseUrl is the same as {name} for datasource "{block.name}". '
        "Please specify a different database as shadow database to avoid data loss.",
        value.position,
    )


def _check_provider(block: Block, settings: Mapping[str, Expression]) -> None:
    value = settings.get("provider")
    match value:
        case None:
            raise _missing_in_source("provider", block)
        case Call(name="env"):
            reason = "A datasource must not use the env() function in the provider argument."
            raise PlacedError(reason, block.position)
        case Text(value="mongodb"):
            return
        case Text(value=""):
            message = "The provider argument in a datasource must not be empty"
            raise _refuse_source(block.name, message, value)
        case Text(value=provider):
            reason = f'Datasource provider not known: "{provider}".'
            if provider in _OTHER_PROVIDERS:  # valid in Prisma, but not supported here
                reason = f'The datasource provider "{provider}" is not supported, only "mongodb".'
            raise PlacedError(reason, value.position)
        case _:
            message = "The provider argument in a datasource must be a string literal"
            raise _refuse_source(block.name, message, value)


_OTHER_PROVIDERS: Final = frozenset(
    {"postgresql", "postgres", "mysql", "sqlite", "sqlserver", "cockroachdb"}
)


def _check_mode(
    block: Block, settings: Mapping[str, Expression], places: Mapping[str, Setting]
) -> None:
    if "relationMode" in settings and "referentialIntegrity" in settings:
        raise PlacedError(_TWO_MODES, places["referentialIntegrity"].position)
    value = settings.get("relationMode") or settings.get("referentialIntegrity")
    if value is None:
        return
    match text_of(value):
        case "prisma":
            return
        case "foreignKeys":
            message = 'Invalid relation mode setting: "foreignKeys". Supported values: "prisma"'
            raise _refuse_source("relationMode", message, value)
        case other:
            message = (
                f'Invalid relation mode setting: "{other}". '
                'Supported values: "prisma", "foreignKeys"'
            )
            raise _refuse_source("relationMode", message, block)


def _refuse_source(name: str, message: str, at: Expression | Block) -> PlacedError:
    return PlacedError(f"Error validating datasource `{name}`: {message}", at.position)


def _missing_in_source(name: str, block: Block) -> PlacedError:
    reason = f'Argument "{name}" is missing in data source block "{block.name}".'
    return PlacedError(reason, block.position)


def _settings(block: Block) -> dict[str, Expression]:
    found = {}
    for setting in block.settings:
        if setting.value is None:
            reason = (
                f"Property {setting.name} in {block.keyword} {block.name} "
                "needs to be assigned a value"
            )
            raise PlacedError(reason, block.position)
        found[setting.name] = setting.value
    return found


def _items(value: Expression) -> tuple[Expression, ...]:
    return value.items if isinstance(value, Array) else (value,)


def _feature(item: Expression, features: Expression) -> str:
    name = text_of(item)
    known = known_feature(name)
    if known is None:
        raise PlacedError(
            f'The preview feature "{name}" is not known. Expected one of: {", ".join(ACTIVE)}',
            features.position,
        )
    return known


def _text_or_env(value: Expression) -> str | Function:
    match value:
        case Text(value=text):
            return text
        case Call(name="env"):
            return _env(value)
        case _:
            raise _mismatch(value)


def _env(call: Call) -> Function:
    if len(call.arguments.items) != 1 or call.arguments.trailing_comma:
        reason = "Exactly one string parameter must be passed to the env function."
        raise PlacedError(reason, call.position)
    return Function("env", (text_of(call.arguments.items[0].value),))


def _mismatch(value: Expression) -> PlacedError:
    reason = f"Expected a String value, but received {kind_of(value)} value `{value}`."
    return PlacedError(reason, value.position)


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
        case Call(name="env"):
            return _env(expression)
        case Call(name=name, arguments=arguments):
            return Function(name, tuple(_value(item.value) for item in arguments.items))
