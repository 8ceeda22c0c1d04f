"""Puts the folder of the project first on `sys.path`, so that commands can import its modules."""

from __future__ import annotations

import sys
from pathlib import Path


def enter_project() -> None:
    """Put the folder of the nearest pyproject.toml, in or above the working directory, first.

    Commands import modules of the application from there, for example the partial type generator.
    Without a pyproject.toml it is the working directory.
    """
    here = Path.cwd()
    folder = next(
        (each for each in (here, *here.parents) if (each / "pyproject.toml").is_file()), here
    )
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))
