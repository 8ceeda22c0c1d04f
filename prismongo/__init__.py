"""Prisma's client for Python on MongoDB, and a kit for dependency-injector.

    class DatabaseService(Service, Prisma): ...

Public: `Service` and `DatabaseSettings`, which are imported at first use (PEP 562), because the
commands do not need them; the packages `changes`, `check`, `containers`, `embedded`, `engine`,
`schema` and `testing`, by the names in their `__all__`; and the modules `errors`, `health` and
`settings`. Everything else is private.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prismongo.service import Service
    from prismongo.settings import DatabaseSettings

__all__ = ["DatabaseSettings", "Service"]

_MODULES = {"DatabaseSettings": "settings", "Service": "service"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
