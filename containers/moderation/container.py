"""The moderation feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.communities import CommunityService
from containers.messages import MessageService
from containers.moderation.service import ModerationService
from database import DatabaseService
from prismongo.containers.base import Container


class ModerationContainer(Container):
    """Needs a database, and the services of communities and messages.

    Provides a `ModerationService`.
    """

    database = providers.Dependency(instance_of=DatabaseService)
    communities = providers.Dependency(instance_of=CommunityService)
    messages = providers.Dependency(instance_of=MessageService)
    service = providers.Factory(
        ModerationService, database=database, communities=communities, messages=messages
    )
