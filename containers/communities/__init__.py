"""The communities feature."""

from containers.communities.container import CommunitiesContainer
from containers.communities.service import CommunityService

__all__ = ["CommunitiesContainer", "CommunityService"]
