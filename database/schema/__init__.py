"""schema.prisma: its text → `Datamodel` (`parse`), the generated client (`generate`).

Imports without a generated client: it is this room that makes it. `push`, which needs the driver,
is the mongo store's, and is loaded when it is first asked for (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from database.schema.datamodel import Datamodel
from database.schema.dmmf import fingerprint
from database.schema.generate import Generated, generate, generated_schema, is_generated_from
from database.schema.index_names import index_name
from database.schema.parser import parse

if TYPE_CHECKING:
    from database.stores.mongo.live.push import push

__all__ = [
    "Datamodel",
    "Generated",
    "fingerprint",
    "generate",
    "generated_schema",
    "index_name",
    "is_generated_from",
    "parse",
    "push",
]


def __getattr__(name: str) -> Any:
    if name != "push":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from database.stores.mongo.live.push import push

    return push
