"""Fixtures of the features' tests: the whole application on a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from prisma.models import Community, User

from containers import ApplicationContainer, running
from containers.auth import AuthSettings
from database.schema import Datamodel, parse, push
from database.settings import DatabaseSettings

CHEAP = AuthSettings(time_cost=1, memory_cost=8, parallelism=1)
SCHEMA = Path(__file__).parents[2] / "schema.prisma"


def _uniques() -> Datamodel:
    """The schema without the indexes that only make things fast: a database a test is made."""
    datamodel = parse(SCHEMA.read_text())
    models = tuple(
        replace(model, indexes=tuple(i for i in model.indexes if i.kind != "index"))
        for model in datamodel.models
    )
    return replace(datamodel, models=models)


Register = Callable[[str], Awaitable[User]]


@pytest.fixture
async def container(settings: DatabaseSettings) -> AsyncIterator[ApplicationContainer]:
    """The application, started on an empty database with the schema's uniques."""
    application = ApplicationContainer()
    application.database_settings.override(settings)
    application.auth_settings.override(CHEAP)
    async with running(application):
        url = application.database.server().url.get_secret_value()
        await push(_uniques(), url)
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
async def community(container: ApplicationContainer, ada: User) -> Community:
    """A community of Ada's, its channels included."""
    return await container.communities.service().create("Engines", ada.id)


@pytest.fixture
def channel_id(community: Community) -> str:
    """Its first channel."""
    assert community.channels
    return community.channels[0].id
