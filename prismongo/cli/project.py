"""The project that a command runs in: its folder on `sys.path`, and its `[tool.prismongo]`."""

from __future__ import annotations

import sys

from prismongo.errors import ConfigurationError
from prismongo.project import project_folder, project_settings


def enter_project() -> None:
    """Put the folder of the nearest pyproject.toml, in or above the working directory, first.

    Commands import modules of the application from there, for example the partial type generator.
    Without a pyproject.toml it is the working directory.
    """
    folder = project_folder()
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))


def selection_modules() -> list[str]:
    """`selections` of `[tool.prismongo]`: the modules with classes for `returning`.

    Raises:
        ConfigurationError: pyproject.toml cannot be read, or has no list of names there.
    """
    found = project_settings().get("selections", [])
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
    found = project_settings().get("seed")
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
