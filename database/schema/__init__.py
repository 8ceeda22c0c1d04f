"""schema.prisma: its text → `Datamodel` (`parse`), the generated client (`generate`).

Imports without a generated client: it is this room that makes it.
"""

from __future__ import annotations

from database.schema.datamodel import Datamodel
from database.schema.generate import Generated, generate, generated_schema
from database.schema.parser import parse

__all__ = ["Datamodel", "Generated", "generate", "generated_schema", "parse"]
