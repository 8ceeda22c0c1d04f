"""The database module: a generated Prisma client on MongoDB, made to be injected.

`DatabaseService` needs the generated client and is loaded when it is first asked for (PEP 562);
everything else here imports without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from database.settings import DatabaseSettings

if TYPE_CHECKING:
    from database.service import DatabaseService

__all__ = ["DatabaseService", "DatabaseSettings"]


def __getattr__(name: str) -> Any:
    if name != "DatabaseService":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from database.service import DatabaseService

    return DatabaseService
