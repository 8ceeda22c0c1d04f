"""The kit for dependency-injector: containers that start, stop, and are overridden in tests.

Public: the names in `__all__`, which are imported at first use (PEP 562), and the modules `asgi`
(needs Starlette), `configuration`, `testing` and `wiring`. Other modules are private.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prismongo.containers import configuration
    from prismongo.containers.base import Container, mount
    from prismongo.containers.database import DatabaseContainer, DatabaseResource, connected
    from prismongo.containers.lifecycle import LifecycleSettings, running, start, stop
    from prismongo.containers.resource import PlainResource
    from prismongo.containers.validation import validate

__all__ = [
    "Container",
    "DatabaseContainer",
    "DatabaseResource",
    "LifecycleSettings",
    "PlainResource",
    "configuration",
    "connected",
    "mount",
    "running",
    "start",
    "stop",
    "validate",
]

_MODULES = {
    "Container": "base",
    "DatabaseContainer": "database",
    "DatabaseResource": "database",
    "LifecycleSettings": "lifecycle",
    "PlainResource": "resource",
    "connected": "database",
    "mount": "base",
    "running": "lifecycle",
    "start": "lifecycle",
    "stop": "lifecycle",
    "validate": "validation",
}


def __getattr__(name: str) -> Any:
    if name == "configuration":
        return import_module(f"{__name__}.configuration")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
