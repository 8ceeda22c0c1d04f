"""The database module: a generated Prisma client on MongoDB, made to be injected.

Names are loaded when they are first asked for (PEP 562): `DatabaseService` needs the generated
client, and the commands that make one run even where it is damaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from database.service import DatabaseService
    from database.settings import DatabaseSettings

__all__ = ["DatabaseService", "DatabaseSettings"]

NOT_GENERATED: Final = "No client is generated: run `python -m database generate`."


def __getattr__(name: str) -> Any:
    match name:
        case "DatabaseService":
            try:
                from database.service import DatabaseService
            except ModuleNotFoundError as error:
                if (error.name or "").startswith("prisma."):
                    error.add_note(NOT_GENERATED)
                raise
            return DatabaseService
        case "DatabaseSettings":
            from database.settings import DatabaseSettings

            return DatabaseSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
