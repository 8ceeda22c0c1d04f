"""Application containers: the root that reads configuration, and a folder a feature.

Names are loaded when they are first asked for (PEP 562): most need the generated client.
`containers.asgi`, which needs Starlette, is for those who import it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from containers.application import ApplicationContainer
    from containers.database import DatabaseContainer
    from containers.lifecycle import running, start, stop, validate

__all__ = ["ApplicationContainer", "DatabaseContainer", "running", "start", "stop", "validate"]

MODULES = {
    "ApplicationContainer": "containers.application",
    "DatabaseContainer": "containers.database",
}

OTHER_CLIENT: Final = (
    "No client is generated, or one of another schema. `python -m database generate` makes it from "
    "schema.prisma; ApplicationContainer and its features need this project's own. "
    "For another, DatabaseContainer goes into a container of one's own: docs/containers.md."
)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(MODULES.get(name, "containers.lifecycle"))
    except ImportError as error:
        if name == "ApplicationContainer" and (error.name or "").startswith("prisma."):
            error.add_note(OTHER_CLIENT)
        raise
    return getattr(module, name)
