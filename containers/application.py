"""The root container: reads configuration, mounts the database and the features.

                       config ── config.yml, environment
                         │
        ┌────────────────┼─────────────┐
    lifecycle        database         auth settings
                  server → service        │
                         │                │
        ┌───────────┬────┴──────┬─────────┤
     messages  communities    users ──▶ auth

Nothing is read or opened before start.
"""

from __future__ import annotations

from typing import TypeVar

from dependency_injector import providers
from pydantic import BaseModel

from containers import configuration
from containers.auth import AuthContainer, AuthSettings
from containers.base import Container, mount
from containers.communities import CommunitiesContainer
from containers.configuration import Configuration
from containers.database import DatabaseContainer
from containers.lifecycle import LifecycleSettings
from containers.messages import MessagesContainer
from containers.users import UsersContainer
from database import DatabaseSettings
from database.settings import SchemaSettings

SettingsT = TypeVar("SettingsT", bound=BaseModel)

SECTIONS = frozenset({"auth", "database", "lifecycle", "schema"})


def section(config: Configuration, name: str, settings: type[SettingsT]) -> SettingsT:
    """The settings of one section; a function so that a provider can call it.

    Raises:
        ConfigurationError: names the file and every key that is wrong.
    """
    return config.section(name, settings)


class ApplicationContainer(Container):
    """The application: `async with running(ApplicationContainer()) as container`."""

    config = providers.Singleton(configuration.read, sections=SECTIONS)
    lifecycle = providers.Singleton(section, config, "lifecycle", LifecycleSettings)
    database_settings = providers.Singleton(section, config, "database", DatabaseSettings)
    schema_settings = providers.Singleton(section, config, "schema", SchemaSettings)
    auth_settings = providers.Singleton(section, config, "auth", AuthSettings)

    database = mount(DatabaseContainer, settings=database_settings, schema=schema_settings)
    auth = mount(AuthContainer, database=database.service, settings=auth_settings)
    users = mount(UsersContainer, database=database.service, passwords=auth.passwords)
    communities = mount(CommunitiesContainer, database=database.service)
    messages = mount(MessagesContainer, database=database.service)
