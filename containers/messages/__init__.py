"""The messages feature."""

from containers.messages.container import MessagesContainer
from containers.messages.reading import ReadingService
from containers.messages.service import MessageService

__all__ = ["MessageService", "MessagesContainer", "ReadingService"]
