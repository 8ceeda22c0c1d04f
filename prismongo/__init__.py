"""Prisma's client for Python on MongoDB, and the kit for dependency-injector.

    class DatabaseService(Service, Prisma): ...

Names are loaded when they are first asked for (PEP 562): the commands need none of them.
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
