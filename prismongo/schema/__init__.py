"""Parses the text of schema.prisma into a `Datamodel` (`parse`). Public: the names in `__all__`.

`push` belongs to the MongoDB store and needs the driver, so it is imported at first use (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prismongo.schema.datamodel import Datamodel
from prismongo.schema.index_names import index_name
from prismongo.schema.parser import parse

if TYPE_CHECKING:
    from prismongo.stores.mongo.push.push import push

__all__ = ["Datamodel", "index_name", "parse", "push"]


def __getattr__(name: str) -> Any:
    if name != "push":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from prismongo.stores.mongo.push.push import push

    return push
