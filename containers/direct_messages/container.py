"""The direct messages feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.direct_messages.groups import GroupService
from containers.direct_messages.service import DirectMessageService
from database import DatabaseService
from prismongo.containers.base import Container


class DirectMessagesContainer(Container):
    """Needs a database; provides a `DirectMessageService` and a `GroupService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    service = providers.Factory(DirectMessageService, database=database)
    groups = providers.Factory(GroupService, database=database)
