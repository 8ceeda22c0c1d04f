"""The notifications feature."""

from containers.notifications.consumer import NotificationConsumer
from containers.notifications.container import NotificationsContainer
from containers.notifications.service import NotificationService
from containers.notifications.settings import NotificationSettings

__all__ = [
    "NotificationConsumer",
    "NotificationService",
    "NotificationSettings",
    "NotificationsContainer",
]
