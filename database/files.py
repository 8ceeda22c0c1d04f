"""Where config.yml and schema.prisma are found: beside settings, below all other rooms.

Both stand at the top of the project. A wheel carries them in `database/shipped/`, where
pyproject.toml maps them, so that an installed copy works from any directory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from database.errors import ConfigurationError

ProjectFile = Literal["config.yml", "schema.prisma"]


def locate(name: ProjectFile) -> Path:
    """The path of one of the project's own files, read by nobody here.

    The working directory comes first, so that an application brings its own; then the wheel's
    copy; then the checkout that this package lies in.

    Raises:
        ConfigurationError: the file is in none of them.
    """
    package = Path(__file__).parent
    places = [Path.cwd() / name, package / "shipped" / name, package.parent / name]
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(str(place.parent) for place in places)
    raise ConfigurationError(f"{name} was not found. Looked in: {looked}.")
