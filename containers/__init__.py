"""Application containers: the root that reads configuration, and a folder a feature.

Names are loaded when they are first asked for (PEP 562): most need the generated client.
`containers.asgi`, which needs Starlette, is for those who import it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from containers.application import ApplicationContainer
    from containers.database import DatabaseContainer
    from containers.lifecycle import running, start, stop, validate

__all__ = ["ApplicationContainer", "DatabaseContainer", "running", "start", "stop", "validate"]

MODULES = {
    "ApplicationContainer": "containers.application",
    "DatabaseContainer": "containers.database",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(MODULES.get(name, "containers.lifecycle")), name)
