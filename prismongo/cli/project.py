"""The project that a command runs in: its folder comes first where its own modules are imported."""

from __future__ import annotations

import sys
from pathlib import Path


def enter_project() -> None:
    """Put the folder of the nearest pyproject.toml, upwards from here, first on `sys.path`.

    A schema's partial type generator, and whatever else a command imports of an application, is
    found there, installed or not. Where there is no pyproject.toml it is the working directory.
    """
    here = Path.cwd()
    folder = next(
        (each for each in (here, *here.parents) if (each / "pyproject.toml").is_file()), here
    )
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))
