"""The project that a command runs in: its folder on `sys.path`, and its `[tool.prismongo]`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from prismongo.errors import ConfigurationError


def enter_project() -> None:
    """Put the folder of the nearest pyproject.toml, in or above the working directory, first.

    Commands import modules of the application from there, for example the partial type generator.
    Without a pyproject.toml it is the working directory.
    """
    folder = _folder()
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))


def selection_modules() -> list[str]:
    """`selections` of `[tool.prismongo]`: the modules with classes for `returning`.

    Raises:
        ConfigurationError: pyproject.toml cannot be read, or has no list of names there.
    """
    found = _settings().get("selections", [])
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ConfigurationError(
            'pyproject.toml: `selections` of [tool.prismongo] is a list of modules: ["app.cards"].'
        )
    return found


def seed_script() -> str:
    """`seed` of `[tool.prismongo]`: the function that fills the database, as `module:function`.

    Raises:
        ConfigurationError: pyproject.toml cannot be read, or names none.
    """
    found = _settings().get("seed")
    if found is None:
        raise ConfigurationError(
            "No seed is named: give --script module:function, or set `seed` of [tool.prismongo] in "
            'pyproject.toml: seed = "app.seed:seed".'
        )
    if not isinstance(found, str):
        raise ConfigurationError(
            'pyproject.toml: `seed` of [tool.prismongo] is a text: "app.seed:seed".'
        )
    return found


def _settings() -> dict[str, Any]:
    path = _folder() / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    settings = found.get("tool", {}).get("prismongo", {})
    return settings if isinstance(settings, dict) else {}


def _folder() -> Path:
    here = Path.cwd()
    return next(
        (each for each in (here, *here.parents) if (each / "pyproject.toml").is_file()), here
    )
