"""Spans and metrics of OpenTelemetry, where the settings ask for them. Above the engine.

`telemetry: true` gives a service an engine of a class that `traced` makes. This package is
imported by nothing else, so without the setting OpenTelemetry is not imported, and the engine has
not one line more to execute. Names are those of OpenTelemetry's semantic conventions for database
clients; values of the data are in no name and in no attribute.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar, cast

from prismongo.engine.engine import MongoEngine
from prismongo.errors import ConfigurationError

EngineT = TypeVar("EngineT", bound=MongoEngine)


def traced(engine: type[EngineT]) -> type[EngineT]:
    """The class of an engine with telemetry.

    Raises:
        ConfigurationError: OpenTelemetry's API is not installed.
    """
    return cast("type[EngineT]", _traced(engine))  # type: ignore[arg-type]  # a class has a hash


@cache
def _traced(engine: type[MongoEngine]) -> type[MongoEngine]:
    try:
        from prismongo.telemetry.engine import TracedEngine
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        raise ConfigurationError(
            "telemetry (DATABASE_TELEMETRY) needs OpenTelemetry's API: "
            "pip install 'prismongo[opentelemetry]'."
        ) from error
    return type(f"Traced{engine.__name__}", (TracedEngine, engine), {})
