"""The communities feature."""

from containers.communities.container import CommunitiesContainer
from containers.communities.service import CommunityCard, CommunityService

__all__ = ["CommunitiesContainer", "CommunityCard", "CommunityService"]
