"""Prisma's client for Python on MongoDB, and a kit for dependency-injector.

    class DatabaseService(Service, Prisma): ...

Public: `Service` and `DatabaseSettings`; `atomic`, for methods; `Include`, `Count` and
`selects`, for the classes of `returning`; the packages `changes`, `check`, `containers`,
`embedded`, `engine`, `schema` and `testing`, by the names in their `__all__`; and the modules
`errors`, `health` and `settings`. Everything else is private. The names
are imported at first use (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prismongo.client.atomic import atomic
    from prismongo.client.returning import Count, Include, selects
    from prismongo.service import Service
    from prismongo.settings import DatabaseSettings

__all__ = ["Count", "DatabaseSettings", "Include", "Service", "atomic", "selects"]

_MODULES = {
    "Count": "client.returning",
    "DatabaseSettings": "settings",
    "Include": "client.returning",
    "Service": "service",
    "atomic": "client.atomic",
    "selects": "client.returning",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
