"""The messages feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.messages.feed import ChannelFeed
from containers.messages.reading import ReadingService
from containers.messages.service import MessageService
from database import DatabaseService
from prismongo.containers.base import Container


class MessagesContainer(Container):
    """Needs a database; provides a `MessageService`, with one feed, and a `ReadingService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    feed = providers.Singleton(ChannelFeed, database=database)
    service = providers.Factory(MessageService, database=database, feed=feed)
    reading = providers.Factory(ReadingService, database=database)
