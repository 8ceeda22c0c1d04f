"""The notifications feature. Its consumer is a resource: it starts and stops with the container.

`PlainResource` is for any resource, `DatabaseResource` for a database: only one can override it.
"""

from __future__ import annotations

from dependency_injector import providers

from containers.notifications.consumer import consuming
from containers.notifications.service import NotificationService
from containers.notifications.settings import NotificationSettings
from database import DatabaseService
from prismongo.containers import PlainResource
from prismongo.containers.base import Container


class NotificationsContainer(Container):
    """Needs a database and settings; provides a `NotificationService` and runs the consumer."""

    database = providers.Dependency(instance_of=DatabaseService)
    settings = providers.Dependency(instance_of=NotificationSettings)
    service = providers.Factory(NotificationService, database=database)
    consumer = PlainResource(consuming, database=database, settings=settings)
