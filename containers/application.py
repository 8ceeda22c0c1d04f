"""The root container: reads configuration, mounts the database and the features.

    config          config.yml and the environment; only this container reads them
    database        a resource: server, then service
    features        each receives `database.service`, and some another feature's service

`mount` nests a container and binds what it needs; `section` reads a section of the configuration.
`prismongo diagram --container containers:ApplicationContainer` draws what is injected where.
Nothing is read or opened before the start.
"""

from __future__ import annotations

from pathlib import Path

from dependency_injector import providers

from containers.auth import AuthContainer, AuthSettings
from containers.communities import CommunitiesContainer
from containers.database import DatabaseContainer
from containers.direct_messages import DirectMessagesContainer
from containers.files import FilesContainer
from containers.friends import FriendsContainer
from containers.instance import InstanceContainer
from containers.messages import MessagesContainer
from containers.moderation import ModerationContainer
from containers.notifications import NotificationsContainer, NotificationSettings
from containers.users import UsersContainer
from database import DatabaseSettings
from prismongo.containers import configuration
from prismongo.containers.base import Container, mount
from prismongo.containers.configuration import Sections, section
from prismongo.containers.lifecycle import LifecycleSettings
from prismongo.settings import SchemaSettings

FILE = Path(__file__).parents[1] / "config.yml"
SECTIONS: Sections = {
    "auth": AuthSettings,
    "database": DatabaseSettings,
    "lifecycle": LifecycleSettings,
    "notifications": NotificationSettings,
    "schema": SchemaSettings,
}


class ApplicationContainer(Container):
    """The application: `async with running(ApplicationContainer()) as container`."""

    config = providers.Singleton(configuration.read, sections=SECTIONS, file=FILE)
    lifecycle = section(config, LifecycleSettings)
    database_settings = section(config, DatabaseSettings)
    schema_settings = section(config, SchemaSettings)
    auth_settings = section(config, AuthSettings)
    notification_settings = section(config, NotificationSettings)

    database = mount(DatabaseContainer, settings=database_settings, schema=schema_settings)
    auth = mount(AuthContainer, database=database.service, settings=auth_settings)
    instance = mount(InstanceContainer, database=database.service)
    users = mount(
        UsersContainer,
        database=database.service,
        passwords=auth.passwords,
        instance=instance.service,
    )
    files = mount(FilesContainer, database=database.service, instance=instance.service)
    communities = mount(CommunitiesContainer, database=database.service)
    messages = mount(MessagesContainer, database=database.service)
    notifications = mount(
        NotificationsContainer, database=database.service, settings=notification_settings
    )
    friends = mount(
        FriendsContainer, database=database.service, notifications=notifications.service
    )
    direct_messages = mount(DirectMessagesContainer, database=database.service)
    moderation = mount(
        ModerationContainer,
        database=database.service,
        communities=communities.service,
        messages=messages.service,
    )
