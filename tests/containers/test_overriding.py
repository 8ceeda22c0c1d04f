"""`overridden`: fakes come and go, under names that exist and in types that fit."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import create_autospec
from weakref import ref

import pytest
from dependency_injector import providers
from prisma.models import User

from containers import ApplicationContainer, running, start, stop
from containers.auth import AuthSettings
from containers.auth.passwords import Passwords
from containers.database import DatabaseContainer
from containers.friends import FriendsContainer
from containers.notifications import NotificationService
from containers.users import UserService
from database import DatabaseService, DatabaseSettings
from prismongo.containers.base import Container, mount
from prismongo.containers.lifecycle import LifecycleSettings
from prismongo.containers.resource import PlainResource
from prismongo.containers.testing import overridden
from prismongo.errors import ConfigurationError, NotStartedError
from prismongo.settings import SchemaSettings
from prismongo.testing import factory, fake

CHEAP = AuthSettings(time_cost=1, memory_cost=8, parallelism=1)


async def test_before_start_no_server_is_started(application: ApplicationContainer) -> None:
    stand_in = fake(DatabaseService)
    with overridden(application, database=stand_in) as container:
        assert container is application
        async with running(container):
            await container.users.service().register("ada", "x")
            with pytest.raises(NotStartedError):
                container.database.server()
    assert [call.name for call in stand_in.fake.calls] == [
        "instancesettings.find_unique",
        "instancesettings.upsert",
        "user.create",
    ]


async def test_it_needs_no_start_at_all() -> None:
    with overridden(ApplicationContainer(), database=fake(DatabaseService)) as container:
        assert await container.users.service().search("ada") == []


class Forum(Container):
    """An application with features and no resource behind its database."""

    lifecycle = providers.Object(LifecycleSettings())
    settings = providers.Dependency(instance_of=DatabaseSettings)
    schema = providers.Object(SchemaSettings(on_start="ignore"))
    database = mount(DatabaseContainer, settings=settings, schema=schema)
    notifications = providers.Factory(NotificationService, database=database.service)
    friends = mount(FriendsContainer, database=database.service, notifications=notifications)


async def test_after_start_the_real_one_goes_on_unused(settings: DatabaseSettings) -> None:
    async with running(Forum(settings=settings)) as forum:
        real = forum.database.service()
        with overridden(forum, database=fake(DatabaseService)) as container:
            assert container.friends.service().database is not real
            await factory(User, container.friends.service().database).create()
            assert await container.friends.service().database.user.count() == 1
        assert forum.friends.service().database is real
        assert await real.user.count() == 0


async def test_after_start_a_resource_that_holds_the_real_one_is_named(
    application: ApplicationContainer,
) -> None:
    words = r"notifications\.consumer has started and holds database\.service"
    async with running(application):
        with (
            pytest.raises(ConfigurationError, match=words),
            overridden(application, database=fake(DatabaseService)),
        ):
            pytest.fail("it was overridden")


async def test_started_inside_and_stopped_outside(application: ApplicationContainer) -> None:
    with overridden(application, database=fake(DatabaseService)):
        await start(application)
    with pytest.raises(NotStartedError):
        application.database.service()
    await stop(application)
    async with running(application):
        assert type(application.database.service()) is DatabaseService


async def test_they_come_inside_one_another(application: ApplicationContainer) -> None:
    outer, inner = fake(DatabaseService), fake(DatabaseService)
    with overridden(application, database=outer):
        with overridden(application, database=inner):
            assert application.users.service().database is inner
        assert application.users.service().database is outer


async def test_an_error_inside_takes_them_away_too(application: ApplicationContainer) -> None:
    with (
        pytest.raises(RuntimeError, match="inside"),
        overridden(application, database=fake(DatabaseService)),
    ):
        raise RuntimeError("inside")
    assert not application.database.service.overridden


async def test_nothing_holds_a_fake_that_is_gone(application: ApplicationContainer) -> None:
    stand_in = fake(DatabaseService)
    with overridden(application, database=stand_in):
        await application.users.service().register("ada", "x")
    gone = ref(stand_in)
    del stand_in
    gc.collect()
    assert gone() is None


class Counter:
    """A singleton that holds the database."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database


class Shop(Container):
    """An application with a singleton, and a resource, behind its database."""

    database = providers.Singleton(fake, DatabaseService)
    counter = providers.Singleton(Counter, database=database)
    number = providers.Object(1)


async def test_singletons_that_were_made_before_do_not_keep_it() -> None:
    shop = Shop()
    real, stand_in = shop.counter(), fake(DatabaseService)
    with overridden(shop, database=stand_in):
        assert shop.counter().database is stand_in
    assert shop.counter().database is real.database


async def open_reader(database: DatabaseService) -> AsyncIterator[Counter]:
    yield Counter(database)


class Library(Container):
    """An application whose resource needs its database."""

    database = providers.Singleton(fake, DatabaseService)
    reader = PlainResource(open_reader, database=database)


async def test_a_started_resource_that_holds_it_is_named() -> None:
    library = Library()
    with overridden(library, database=fake(DatabaseService)):
        pass
    async with running(library):
        with (
            pytest.raises(ConfigurationError, match="reader has started and holds database"),
            overridden(library, database=fake(DatabaseService)),
        ):
            pytest.fail("it was overridden")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("databse", "no provider `databse`"),
        ("users.servise", "no provider `servise` in `users`: it has"),
        ("database.service.more", "no provider `more`"),
        ("lifecycle.more", "it has nothing"),
    ],
)
def test_misspelt_names_are_refused(name: str, words: str) -> None:
    application = ApplicationContainer()
    with (
        pytest.raises(ConfigurationError, match=words),
        overridden(application, **{name: fake(DatabaseService)}),
    ):
        pytest.fail("it was overridden")


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("database", "a text", "A DatabaseService is wanted for database.service, not a str"),
        ("database", DatabaseService, "not a type"),
        ("users", fake(DatabaseService), "A UserService is wanted for users.service"),
        ("auth.passwords", object(), "A Passwords is wanted"),
        ("auth_settings", {"time_cost": 1}, "A AuthSettings is wanted for auth_settings, not a d"),
    ],
)
def test_fakes_of_another_type_are_refused(name: str, given: Any, words: str) -> None:
    application = ApplicationContainer()
    with (
        pytest.raises(ConfigurationError, match=words),
        overridden(application, database=fake(DatabaseService), **{name: given})
        if name != "database"
        else overridden(application, database=given),
    ):
        pytest.fail("it was overridden")
    assert not application.database.service.overridden


async def test_any_provider_takes_one() -> None:
    application = ApplicationContainer()
    stub = create_autospec(UserService, instance=True)
    stub.search.return_value = []
    made = providers.Factory(fake, DatabaseService)
    passwords = Passwords(CHEAP)
    fakes = {"auth.passwords": passwords, "database.service": made}
    with overridden(application, users=stub, **fakes) as container:
        assert await container.users.service().search("ada") == []
        assert isinstance(container.messages.service().database, type(fake(DatabaseService)))
        assert container.auth.passwords() is passwords
