"""Records that the client's tests begin with, and what no type checker lets pass."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, cast

from prisma.models import User
from prisma.types import UserCreateInput

from database import DatabaseService
from prismongo.testing import factory, fake

NOBODY: Final = "0" * 24
"""The id of no record."""
_PEOPLE: Final = factory(User, fake(DatabaseService))


def user(name: str) -> UserCreateInput:
    """What a user needs."""
    return cast(UserCreateInput, _PEOPLE.build(username=name))


def wrong(value: object) -> Any:
    """What no type checker lets pass."""
    return value


async def three(database: DatabaseService) -> list[User]:
    """Three users whose names, quotas and moments rise."""
    people = factory(User, database)
    return [
        await people.create(
            username=name, storageQuota=quota, lastSeenAt=datetime(2024, 1, quota, tzinfo=UTC)
        )
        for quota, name in enumerate(("ada", "alan", "grace"), start=1)
    ]
