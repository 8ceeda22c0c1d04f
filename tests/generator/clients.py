"""Clients of schemas that a test writes, imported from a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from prismongo.generator import generate

HEAD: Final = """
generator client {
  provider             = "prisma-client-py"
  recursive_type_depth = -1
  previewFeatures      = ["views"]
}

datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
"""


def generated(folder: Path, name: str, schema: str) -> Iterator[ModuleType]:
    """The client of a schema, imported from a folder by a name that no other test has."""
    generate(HEAD + schema, output=folder / name)
    sys.path.insert(0, str(folder))
    try:
        yield import_module(name)
    finally:
        sys.path.remove(str(folder))
        for module in [each for each in sys.modules if each.partition(".")[0] == name]:
            del sys.modules[module]
