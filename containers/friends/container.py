"""The friends feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.friends.service import FriendService
from containers.notifications import NotificationService
from database import DatabaseService
from prismongo.containers.base import Container


class FriendsContainer(Container):
    """Needs a database and the service of notifications; provides a `FriendService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    notifications = providers.Dependency(instance_of=NotificationService)
    service = providers.Factory(FriendService, database=database, notifications=notifications)
