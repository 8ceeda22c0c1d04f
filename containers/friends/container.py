"""The friends feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.friends.service import FriendService
from database import DatabaseService
from prismongo.containers.base import Container


class FriendsContainer(Container):
    """Needs a database; provides a `FriendService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    service = providers.Factory(FriendService, database=database)
