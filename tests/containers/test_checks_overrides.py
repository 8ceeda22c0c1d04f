"""What a robust container module must pass: overrides come and go, and change nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import pytest
from dependency_injector import containers, providers

from containers import ApplicationContainer, running, start, stop
from containers.users import UserService
from database import DatabaseService, DatabaseSettings
from prismongo.errors import ConfigurationError, NotStartedError
from prismongo.testing import fake
from tests.application import Calls


async def test_check_02_a_fake_comes_and_goes_and_services_get_the_real_database_again(
    application: ApplicationContainer,
) -> None:
    async with fake(DatabaseService) as database:
        with application.database.service.override(database):
            assert application.users.service().database is database
            async with running(application):
                assert application.users.service().database is database
        assert database.is_connected(), "it is the test's own"
    await start(application)
    database = application.users.service().database
    assert type(database) is DatabaseService
    assert database.is_connected()
    await stop(application)
    assert not database.is_connected()


async def test_check_03_with_the_database_overridden_the_call_form_is_the_same(
    application: ApplicationContainer,
) -> None:
    async def use(container: ApplicationContainer) -> UserService:
        async with running(container):
            users = container.users.service()
            assert_type(users, UserService)
            user = await users.register("ada", "correct horse")
            assert (await users.profile(user.id)).username == "ada"
            return users

    real = await use(application)
    async with fake(DatabaseService) as database:
        with application.database.service.override(database):
            faked = await use(application)
    assert type(real) is type(faked) is UserService
    assert faked.database is database
    with pytest.raises(NotStartedError):
        application.users.service()


async def test_check_09_an_overridden_database_opens_no_connection_and_starts_nothing_upstream(
    application: ApplicationContainer, calls: Calls
) -> None:
    application.database_settings.override(DatabaseSettings(embedded=True))
    async with fake(DatabaseService) as database:
        assert (calls.connects, calls.disconnects) == (1, 0)
        with application.database.service.override(database):
            async with running(application):
                await application.users.service().register("ada", "correct horse")
                with pytest.raises(NotStartedError):
                    application.database.server()
        assert (calls.connects, calls.disconnects) == (1, 0)


async def test_check_13_after_a_reset_configuration_and_bindings_are_as_before(
    mongo_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config.yml").write_text("database: {url: '${URL}'}\nauth: {time_cost: 1}")
    monkeypatch.setenv("APP_CONFIG", str(tmp_path / "config.yml"))
    monkeypatch.setenv("URL", mongo_url)
    application = ApplicationContainer()
    config = application.config()
    async with fake(DatabaseService) as database:
        application.auth.settings.override(object())
        application.users.database.override(database)
        application.database.service.override(database)
        application.reset_override()
    assert application.config() is config
    assert application.auth_settings().time_cost == 1
    async with running(application):
        database = application.database.service()
        assert type(database) is DatabaseService
        assert application.users.service().database is database
        assert application.messages.service().database is database
        assert application.auth.settings() is application.auth_settings()


class HalfAFake:
    """Registers, and does nothing else that a UserService does."""

    async def register(self, username: str, password: str) -> None:
        """Nothing."""


class Misspelt(containers.DeclarativeContainer):
    """Means to override the users."""

    usres = providers.Object(1)


async def test_check_26_a_misspelt_override_and_a_fake_that_lacks_a_method_are_errors_at_once(
    application: ApplicationContainer, calls: Calls
) -> None:
    with pytest.raises(AttributeError, match="usres"):
        application.override(Misspelt())
    with pytest.raises(AttributeError, match="usres"):
        application.override_providers(usres=1)
    with pytest.raises(ConfigurationError, match="A DatabaseService is wanted, not a HalfAFake"):
        application.database.service.override(HalfAFake())
    lacks = r"users\.service: HalfAFake takes the place of a UserService and lacks block, .*search"
    for database in (HalfAFake(), providers.Factory(HalfAFake)):
        with (
            application.users.service.override(database),
            pytest.raises(ConfigurationError, match=lacks),
        ):
            await start(application)
    assert calls.connects == 0
