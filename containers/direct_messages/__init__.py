"""The direct messages feature."""

from containers.direct_messages.container import DirectMessagesContainer
from containers.direct_messages.groups import GroupService
from containers.direct_messages.service import DirectMessageService

__all__ = ["DirectMessageService", "DirectMessagesContainer", "GroupService"]
