"""What Prisma's CLI tells a generator, made without the CLI (`told`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from prismongo.schema.datamodel import Datamodel, Datasource, Function, Generator
from tests.schema.dmmf import dmmf

Json = dict[str, Any]


def generator_parameters(
    datamodel: Datamodel, generator: Generator, path: Path, text: str, output: Path
) -> Json:
    """The parameters of the request `generate`, as upstream's `PythonData` reads them.

    The client carries the path and the text of the schema; `output` is the folder to render into.
    """
    from prisma import config

    own = described(generator)
    # Upstream prints a screen of advice where this is unset, and takes 5.
    own["config"].setdefault("recursive_type_depth", "5")
    return {
        "datamodel": text,
        "version": config.expected_engine_version,
        "schemaPath": str(path),
        "dmmf": dmmf(datamodel),
        "generator": own | {"output": {"value": str(output), "fromEnvVar": None}},
        "otherGenerators": [
            described(other) | {"output": _resolved(other.properties.get("output", ""))}
            for other in datamodel.generators
            if other is not generator
        ],
        "datasources": [_datasource(item, path) for item in datamodel.datasources],
        "binaryPaths": {},
    }


def described(generator: Generator) -> Json:
    """A generator block; settings that Prisma has no name for are its `config`, as text."""
    named = {"output", "previewFeatures", "binaryTargets"}
    features = generator.properties.get("previewFeatures", ())
    return {
        "name": generator.name,
        "provider": _resolved(generator.provider),
        "config": {k: _setting(v) for k, v in generator.properties.items() if k not in named},
        "binaryTargets": [],
        "previewFeatures": list(features) if isinstance(features, tuple) else [],
    }


def resolved(value: object) -> str:
    """A setting's text; that of an `env("…")` is the variable's, empty where it is unset."""
    if isinstance(value, Function):
        return os.environ.get(str(value.arguments[0]), "")
    return str(value)


def _datasource(item: Datasource, path: Path) -> Json:
    variable = str(item.url.arguments[0]) if isinstance(item.url, Function) else None
    return {
        "name": item.name,
        "provider": item.provider,
        "activeProvider": item.provider,
        # Never the variable's value: the client looks it up when it connects.
        "url": {"fromEnvVar": variable, "value": None if variable else item.url},
        "sourceFilePath": str(path),
    }


def _resolved(value: object) -> Json:
    variable = str(value.arguments[0]) if isinstance(value, Function) else None
    return {"fromEnvVar": variable, "value": resolved(value)}


def _setting(value: object) -> object:
    match value:
        case tuple():
            return [_setting(item) for item in value]
        case bool():
            return str(value).lower()
        case Function():
            return "(function)"  # as Prisma has it: only its own settings know env()
        case _:
            return str(value)
