"""Parses the text of schema.prisma into a `Datamodel` (`parse`). Public: the names in `__all__`.

All but `Datamodel` are imported at first use (PEP 562): a client that is only imported parses no
schema, and `push` belongs to the MongoDB store and needs the driver.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from prismongo.schema.datamodel import Datamodel

if TYPE_CHECKING:
    from prismongo.schema.index_names import index_name
    from prismongo.schema.parser import parse
    from prismongo.stores.mongo.push.push import push

__all__ = ["Datamodel", "index_name", "parse", "push"]

_LAZY: Final = {
    "index_name": "prismongo.schema.index_names",
    "parse": "prismongo.schema.parser",
    "push": "prismongo.stores.mongo.push.push",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_LAZY[name]), name)
    return found
