"""The moderation feature."""

from containers.moderation.container import ModerationContainer
from containers.moderation.service import ModerationService

__all__ = ["ModerationContainer", "ModerationService"]
