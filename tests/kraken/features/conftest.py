"""Fixtures of the features' tests: people, and a community, on a real server and in memory.

`--prismongo=fake` or `--prismongo=mongo` chooses one of the two.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from prisma.models import User

from containers import ApplicationContainer, running
from database import DatabaseService, DatabaseSettings
from database.selections import FoundedCommunity
from prismongo.containers.testing import overridden
from prismongo.testing import fake
from tests.application import made, pushed_url, settings_pushed

__all__ = ["pushed_url", "settings_pushed"]

Register = Callable[[str], Awaitable[User]]


@pytest.fixture
async def container(
    store: str, request: pytest.FixtureRequest
) -> AsyncIterator[ApplicationContainer]:
    """The application, started on an empty database with the schema's indexes."""
    if store == "memory":
        in_memory = made(DatabaseSettings())
        with overridden(in_memory, database=fake(DatabaseService)):
            async with running(in_memory):
                yield in_memory
    else:
        async with running(made(request.getfixturevalue("settings_pushed"))) as application:
            yield application


@pytest.fixture
def register(container: ApplicationContainer) -> Register:
    """Registers a user of that name."""

    async def made(username: str) -> User:
        return await container.users.service().register(username, f"password of {username}")

    return made


@pytest.fixture
async def ada(register: Register) -> User:
    """A user."""
    return await register("ada")


@pytest.fixture
async def grace(register: Register) -> User:
    """Another user."""
    return await register("grace")


@pytest.fixture
async def community(container: ApplicationContainer, ada: User) -> FoundedCommunity:
    """A community of Ada's, its channels included."""
    return await container.communities.service().create("Engines", ada.id)


@pytest.fixture
def channel_id(community: FoundedCommunity) -> str:
    """Its first channel."""
    assert community.channels
    return community.channels[0].id
