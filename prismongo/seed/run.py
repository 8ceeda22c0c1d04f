"""Runs a seed: connects the database that it wants, calls it, disconnects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismongo.errors import ConfigurationError
from prismongo.seed.progress import Progress
from prismongo.seed.script import Script
from prismongo.settings import DatabaseSettings


async def run_script(
    script: Script,
    settings: DatabaseSettings,
    options: Mapping[str, Any],
    progress: Progress,
) -> str | None:
    """Run a seed on a database.

    Args:
        script: the result of `load_script`.
        settings: the database.
        options: `size` and `number`, where they were chosen.
        progress: shows how far the seed is.

    Returns:
        The text that the seed returned, if it did return one.

    Raises:
        ConfigurationError: the seed does not take an option, or needs one; the client was generated
            from an earlier schema.
        ConnectionError: the server cannot be used.
    """
    arguments = _arguments(script, options, progress)
    database = script.service(settings)
    if database.client_schema.compare() == "stale":
        raise ConfigurationError(
            f"The client was generated from an earlier {database.client_schema.source}. "
            "Run `prismongo generate` in its folder first."
        )
    async with database:
        answer = await script.function(database, **arguments)
    return answer if isinstance(answer, str) else None


def _arguments(script: Script, options: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    if unknown := options.keys() - script.parameters:
        raise ConfigurationError(
            f"The seed {script.name} has no parameter `{min(unknown)}`: leave --{min(unknown)} out."
        )
    if missing := script.required - options.keys() - {"progress"}:
        raise ConfigurationError(f"The seed {script.name} needs --{min(missing)}.")
    shown = {"progress": progress} if "progress" in script.parameters else {}
    return {**options, **shown}
