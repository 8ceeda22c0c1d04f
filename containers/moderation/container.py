"""The moderation feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.communities import CommunityService
from containers.messages import MessageService
from containers.moderation.service import ModerationService
from prismongo.containers.base import Container


class ModerationContainer(Container):
    """Needs the services of communities and messages; provides a `ModerationService`."""

    communities = providers.Dependency(instance_of=CommunityService)
    messages = providers.Dependency(instance_of=MessageService)
    service = providers.Factory(ModerationService, communities=communities, messages=messages)
