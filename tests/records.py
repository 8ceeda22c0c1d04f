"""Records that the client's tests begin with, and what no type checker lets pass."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from prisma.models import User
from prisma.types import UserCreateInput

from database import DatabaseService

NOBODY: Final = "0" * 24
"""The id of no record."""


def user(name: str) -> UserCreateInput:
    """What a user needs."""
    return {"username": name, "hashedPassword": "x"}


def wrong(value: object) -> Any:
    """What no type checker lets pass."""
    return value


async def three(database: DatabaseService) -> list[User]:
    """Three users whose names, quotas and moments rise."""
    return [
        await database.user.create(
            {
                **user(name),
                "storageQuota": quota,
                "lastSeenAt": datetime(2024, 1, quota, tzinfo=UTC),
            }
        )
        for quota, name in enumerate(("ada", "alan", "grace"), start=1)
    ]
